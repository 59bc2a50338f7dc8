"""The login of a stack, on a real API server: to the cluster it was made on, by every way there is, and to no other."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import yaml

from longshore.cluster import bound, kubeconfig
from longshore.cluster.asking import ask
from longshore.cluster.credentials import INFO, shown
from longshore.cluster.login import arguments, logged_in
from longshore.errors import Refused

if TYPE_CHECKING:
    from pathlib import Path

    from tools.cluster.api import Api
    from tools.cluster.fixtures import Target

NOBODY = "00000000-0000-0000-0000-000000000000"


class Ways(NamedTuple):
    """Kubeconfig files by the way to log in, all to one cluster."""

    folder: Path
    content: dict[str, Any]

    def by(self, user: dict[str, Any], cluster: dict[str, Any] | None = None) -> Path:
        """A kubeconfig whose user and cluster have these fields."""
        content = json.loads(json.dumps(self.content))
        content["users"][0]["user"] = user
        content["clusters"][0]["cluster"].update(cluster or {})
        file = self.folder / "config"
        file.write_text(yaml.safe_dump(content), "utf-8")
        return file


@pytest.fixture
def ways(cluster: Target, tmp_path: Path) -> Ways:
    return Ways(tmp_path, yaml.safe_load(cluster.kubeconfig.read_text("utf-8")))


@pytest.fixture
def token(api: Api, namespace: str) -> str:
    """Of a service account that may see namespaces, and nothing else."""
    api.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "seer"}}, namespace)
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": namespace}}
    api.apply({**role, "rules": [{"apiGroups": [""], "resources": ["namespaces"], "verbs": ["get"]}]})
    binding = {**role, "kind": "ClusterRoleBinding", "roleRef": {"kind": "ClusterRole", "name": namespace}}
    binding["roleRef"]["apiGroup"] = "rbac.authorization.k8s.io"
    api.apply({**binding, "subjects": [{"kind": "ServiceAccount", "name": "seer", "namespace": namespace}]})
    path = api.path("v1", "ServiceAccount", namespace, "seer")
    answer = api.request("POST", f"{path}/token", json={"spec": {"expirationSeconds": 3600}})
    return str(answer["status"]["token"])


def bind(file: Path, owner: bound.Owner = bound.Owner("shop/web.local")) -> dict[str, Any]:  # noqa: B008  a tuple
    """The bound kubeconfig for the current context of a file, as a client reads it."""
    context = kubeconfig.read(str(file)).chosen("")
    observed = bound.observe(context, shown(context, os.environ), owner)
    found: dict[str, Any] = json.loads(bound.bound(context, observed.identity.uid, owner, str(file), ["login"]))
    return found


def log_in(content: dict[str, Any], environment: dict[str, str] | None = None) -> dict[str, Any]:
    """Log in as a client does by a bound kubeconfig."""
    given = arguments(content["users"][0]["user"]["exec"]["args"])
    return logged_in(content["clusters"][0]["cluster"], given, {**os.environ, **(environment or {})})


def secrets_of(content: dict[str, Any]) -> list[str]:
    """Everything in a kubeconfig that lets somebody in."""
    user = content["users"][0]["user"]
    return [str(user[key]) for key in ("client-key-data", "token") if key in user]


def test_by_certificate(ways: Ways):
    user = ways.content["users"][0]["user"]
    content = bind(ways.by(user))
    status = log_in(content)
    assert base64.b64decode(user["client-key-data"]).decode() == status["clientKeyData"]
    for secret in secrets_of(ways.content):
        assert secret not in json.dumps(content), "no credentials in what Pulumi keeps"


def test_by_files(ways: Ways):
    user = ways.content["users"][0]["user"]
    for field in ("client-certificate", "client-key"):
        (ways.folder / field).write_bytes(base64.b64decode(user[f"{field}-data"]))
    content = bind(ways.by({"client-certificate": "client-certificate", "client-key": "client-key"}))
    assert log_in(content)["clientKeyData"] == base64.b64decode(user["client-key-data"]).decode()


def test_by_token_and_token_file(ways: Ways, token: str):
    content = bind(ways.by({"token": token}))
    assert token not in json.dumps(content)
    assert log_in(content) == {"token": token}
    (ways.folder / "token").write_text(f"{token}\n", "utf-8")
    status = log_in(bind(ways.by({"tokenFile": "token"})))
    assert status.pop("expirationTimestamp")
    assert status == {"token": token}


def test_by_another_program(ways: Ways, token: str):
    """Such as `aws eks get-token`: it is asked as a client asks it, with its own variables and with the cluster."""
    program = ways.folder / "program"
    program.write_text(
        f"#!{sys.executable}\nimport json, os, sys\n"
        "asked = json.loads(os.environ['KUBERNETES_EXEC_INFO'])\n"
        "assert asked['spec']['cluster']['server'].startswith('https://'), asked\n"
        "assert sys.argv[1:] == ['get'] and os.environ['WHOSE'] == 'mine'\n"
        f"print(json.dumps({{**asked, 'status': {{'token': {token!r}}}}}))\n",
        "utf-8",
    )
    program.chmod(0o755)
    plugin = {
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "command": "./program",
        "args": ["get"],
        "env": [{"name": "WHOSE", "value": "mine"}],
        "provideClusterInfo": True,
    }
    assert log_in(bind(ways.by({"exec": plugin}))) == {"token": token}


@pytest.mark.parametrize(
    ("user", "said"),
    [
        ({}, "has no credentials that we know"),
        ({"username": "a", "password": "b"}, "has no credentials that we know"),
        ({"exec": {"command": "nowhere-to-be-found"}}, "does not run"),
        ({"exec": {"command": "false"}}, "ended with 1"),
        ({"exec": {"command": "true"}}, "answered with no credentials"),
        ({"tokenFile": "missing"}, "can't be read"),
        ({"token": "not-known"}, "does not know the credentials"),
    ],
)
def test_what_lets_nobody_in_is_told(ways: Ways, user: dict[str, Any], said: str):
    with pytest.raises(Refused, match=said):
        bind(ways.by(user))


def test_who_may_not_see_the_uid_is_bound_by_address_and_authority(ways: Ways, api: Api, namespace: str):
    api.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "blind"}}, namespace)
    path = api.path("v1", "ServiceAccount", namespace, "blind")
    given = api.request("POST", f"{path}/token", json={"spec": {"expirationSeconds": 3600}})["status"]["token"]
    content = bind(ways.by({"token": given}))
    named = bound.identity(json.dumps(content))
    assert named
    assert (named.uid, named.server) == ("", ways.content["clusters"][0]["cluster"]["server"])
    assert log_in(content) == {"token": given}
    assert named.is_other_than(named._replace(server="https://elsewhere"))
    assert named.is_other_than(named._replace(authority=""))
    assert not named.is_other_than(named._replace(context="another name"))


def test_another_cluster_gets_nothing(ways: Ways, api: Api):
    """The uid decides: a new address or authority is the same cluster, another uid is another."""
    content = bind(ways.by(ways.content["users"][0]["user"]))
    words = content["users"][0]["user"]["exec"]["args"]
    uid = api.get("v1", "Namespace", "", "kube-system")["metadata"]["uid"]
    assert words[words.index("--uid") + 1] == uid
    words[words.index("--uid") + 1] = NOBODY
    with pytest.raises(Refused) as refused:
        log_in(content)
    for named in (NOBODY, uid, "shop/web.local"):
        assert named in refused.value.message
    same = bound.Identity("a", "https://old", "old", uid)
    assert not same.is_other_than(bound.Identity("b", "https://new", "new", uid))
    assert same.is_other_than(bound.Identity("a", "https://old", "old", NOBODY))


def test_a_file_that_leads_elsewhere_gives_nothing(ways: Ways, tmp_path: Path):
    """Whatever it calls its context; nobody is asked there."""
    user = ways.content["users"][0]["user"]
    content = bind(ways.by(user))
    for cluster in ({"server": "https://127.0.0.1:9"}, {"certificate-authority-data": ""}):
        ways.by(user, cluster)
        with pytest.raises(Refused, match="leads there") as refused:
            log_in(content, {"KUBECONFIG": str(tmp_path / "missing")})
        assert "shop/web.local was made on `longshore-test` (https://" in refused.value.message


def test_it_is_found_wherever_the_shell_has_it(ways: Ways, tmp_path: Path):
    """Under another name, in another file, behind others."""
    user = ways.content["users"][0]["user"]
    content = bind(ways.by(user))
    renamed = (ways.folder / "config").read_text("utf-8").replace("longshore-test", "renamed")
    (tmp_path / "renamed").write_text(renamed, "utf-8")
    ways.by(user, {"server": "https://127.0.0.1:9"})
    files = os.pathsep.join(str(tmp_path / name) for name in ("config", "renamed"))
    assert log_in(content, {"KUBECONFIG": files})["clientKeyData"]


def test_a_namespace_without_the_mark_gets_nothing(ways: Ways, api: Api, namespace: str):
    """Not of a team, or of another team, or taken over by a person; what a stack made itself it may have back."""
    owner = bound.Owner("shop/web.local", namespace, "web")
    content = bind(ways.by(ways.content["users"][0]["user"]), owner)
    manifest: dict[str, Any] = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
    with pytest.raises(Refused, match="has no mark of it"):
        log_in(content)
    for labels, notes, well in (
        ({bound.MANAGED_BY: "longshore", bound.TEAM: "other"}, {}, False),
        ({bound.MANAGED_BY: "Helm", bound.TEAM: "web"}, {}, False),
        ({bound.MANAGED_BY: "longshore", bound.TEAM: "web"}, {}, True),
        ({bound.MANAGED_BY: "longshore", bound.TEAM: "other"}, {bound.STACK: "shop/other"}, False),
        ({}, {bound.STACK: "shop/web.local"}, True),
    ):
        api.apply({**manifest, "metadata": {"name": namespace, "labels": labels, "annotations": notes}})
        if well:
            assert log_in(content)["clientKeyData"]
        else:
            with pytest.raises(Refused, match="has no mark of it"):
                log_in(content)


def test_the_program_says_why_where_a_client_shows_it(ways: Ways):
    """Providers of Pulumi hide what a login writes to standard error."""
    content = bind(ways.by(ways.content["users"][0]["user"]))
    words = content["users"][0]["user"]["exec"]["args"]
    cluster = content["clusters"][0]["cluster"]

    def run(asked: dict[str, Any], *more: str) -> dict[str, Any]:
        info = json.dumps({"spec": {"cluster": asked, "interactive": False}})
        command = [sys.executable, "-P", "-m", "longshore.cluster.login", *words, *more]
        done = subprocess.run(command, env={**os.environ, INFO: info}, capture_output=True, text=True, check=True)
        answer: dict[str, Any] = json.loads(done.stdout)
        assert answer["apiVersion"] == "client.authentication.k8s.io/v1"
        return answer

    assert run(cluster)["kind"] == "ExecCredential"
    other = run(cluster, "--uid", NOBODY)
    assert "status" not in other
    assert NOBODY in other["kind"]


def test_a_name_in_the_certificate_other_than_the_address(ways: Ways):
    """`tls-server-name`, and the authority decides; without it nobody is trusted."""
    user = ways.content["users"][0]["user"]
    assert log_in(bind(ways.by(user, {"tls-server-name": "kubernetes"})))
    for wrong in ({"tls-server-name": "elsewhere.example.com"}, {"certificate-authority-data": ""}):
        with pytest.raises(Refused, match="does not show a certificate"):
            bind(ways.by(user, wrong))
    unchecked = ways.by(user, {"insecure-skip-tls-verify": True, "certificate-authority-data": ""})
    context = kubeconfig.read(str(unchecked)).chosen("")
    assert ask(context, shown(context, os.environ), "/api/v1/namespaces/kube-system").code == 200
