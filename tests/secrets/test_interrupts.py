"""A push that is interrupted: nothing is half-written, nothing is lost, and it is told how far it came."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import boto3
import pytest

from longshore.stores import aws_secrets_manager
from tools.cluster.services import aws_environment, moto

SLOW = """
import sys, time
from longshore.stores import aws_secrets_manager as module
real = module.SecretsManager.write
def write(self, *arguments):
    written = real(self, *arguments)
    time.sleep(0.3)
    return written
module.SecretsManager.write = write
from longshore.cli.main import main
sys.argv = ["longshore", *sys.argv[1:]]
main()
"""


@pytest.fixture
def many(project):
    """Twenty services, so that a push takes a while."""
    services = "".join(
        f"  s{n}:\n    image: a\n    mem_limit: 64m\n"
        "    environment: {DB_PASSWORD: '${DB_PASSWORD}', API_TOKEN: '${API_TOKEN}'}\n"
        for n in range(20)
    )
    project.write("compose.yaml", f"services:\n{services}")
    project.write(".env", "DB_PASSWORD=db-one\nAPI_TOKEN=token-one\n")
    return project


@pytest.mark.parametrize("times", [1, 2])
def test_sigint_in_the_middle_of_a_push(many, times, tmp_path_factory):
    with moto(tmp_path_factory.mktemp("moto")) as url:
        keys = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
        environment = {**os.environ, **aws_environment(url), **keys, "PYTHONPATH": os.getcwd()}
        command = [sys.executable, "-c", SLOW, "secrets", "push", "-s", "shop.dev", "--from", ".env", "--yes"]
        running = subprocess.Popen(
            command, cwd=many.folder, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
        )
        lines = []
        for line in running.stderr:
            lines.append(line)
            if line.startswith("wrote") and sum(x.startswith("wrote") for x in lines) == 3:
                for _ in range(times):
                    running.send_signal(signal.SIGINT)
        assert running.wait(timeout=30) == 130
        client = boto3.client(
            "secretsmanager",
            endpoint_url=url,
            region_name="eu-west-1",
            aws_access_key_id="x",
            aws_secret_access_key="x",
        )
        names = [secret["Name"] for secret in client.list_secrets(MaxResults=100)["SecretList"]]
        told = [line.split()[1] for line in lines if line.startswith("wrote")]
        assert 3 <= len(names) < 20
        whole = {"DB_PASSWORD": "db-one", "API_TOKEN": "token-one"}
        assert all(json.loads(client.get_secret_value(SecretId=name)["SecretString"]) == whole for name in names)
        if times == 1:
            assert sorted(told) == sorted(names)
            assert f"interrupted: {len(names)} of 20 secrets are written, each of them whole" in "".join(lines)
        done = subprocess.run(command, cwd=many.folder, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert len(client.list_secrets(MaxResults=100)["SecretList"]) == 20


def test_an_interrupt_at_the_prompt_writes_nothing(project, aws, monkeypatch):
    def interrupted(_prompt):
        raise KeyboardInterrupt

    monkeypatch.setattr("longshore.cli.secrets.sources.getpass", interrupted)
    with pytest.raises(KeyboardInterrupt):
        project.push("--service", "db", typed="")
    assert aws.names() == []


def test_what_is_put_but_not_current_is_read_by_nobody(pushed, aws, monkeypatch):
    """The program ends between the two calls of a write."""
    pushed.write("new.env", "DB_PASSWORD=db-two\n")

    def end(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(aws_secrets_manager.SecretsManager, "_make_current", end)
        with pytest.raises(KeyboardInterrupt):
            pushed.push("--from", "new.env", "--yes", "--service", "db", "DB_PASSWORD")
    assert aws.values("dev/shop/db") == {"DB_PASSWORD": "db-one"}
    assert pushed.push("--from", "new.env", "--yes", "--service", "db", "DB_PASSWORD").code == 0
    assert aws.values("dev/shop/db") == {"DB_PASSWORD": "db-two"}
