"""Files that are secret by what they are, however they are mounted: in the secret store, never in a ConfigMap."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from longshore.cli.program import run
from longshore.cli.shell import Shell
from longshore.convert.secrets.detection.kinds import secret_kind

if TYPE_CHECKING:
    from pathlib import Path

SECRET = (
    "app.p12 APP.PFX store.jks release.keystore vault.kdbx krb5.keytab http.keytab keytab app-keytab .netrc _netrc "
    ".pgpass my.pgpass pgpass.conf id_rsa id_ed25519 deploy_id_rsa id_rsa_deploy id_rsa.old master.key production.key "
    "credentials credentials.json credentials-prod.json credentials_prod.yml aws_credentials aws-credentials.ini "
    "gcp-credentials.json tunnel.credentials .git-credentials .docker/config.json .dockerconfigjson .aws/credentials "
    "kubeconfig kubeconfig.yaml prod.kubeconfig kubeconfig-prod .kube/config admin-kubeconfig.yml htpasswd "
    "users.htpasswd"
).split()
HARMLESS = (
    "id_rsa.pub id_ed25519.pub deploy_id_rsa.pub credentials.md credentials.go credentials.service.ts "
    "credentials.example.json credentials-sample.yml kubeconfig.template credentialsmanager.json app.conf config.json "
    "kube/config keytab.md keytabs.txt docker/config.json known_hosts certificates.pem"
).split()
MOUNTS = {
    "volume": "    volumes: ['./{name}:/etc/{name}:ro']\n",
    "long volume": "    volumes: [{{type: bind, source: './{name}', target: '/etc/x', read_only: true}}]\n",
    "folder": "    volumes: ['.{folder}:/etc/app:ro']\n",
    "config": "    configs: [c]\nconfigs: {{c: {{file: './{name}'}}}}\n",
}
WEB = "services:\n  web:\n    image: registry.example.com/web:1.0\n    mem_limit: 64m\n"


@pytest.mark.parametrize("name", SECRET)
def test_secret_by_its_name(name):
    assert secret_kind(f"/p/{name}", b"hello")
    assert not secret_kind(f"/p/{name}", b"\n"), "an empty file is nothing"


@pytest.mark.parametrize("name", HARMLESS)
def test_harmless_by_its_name(name):
    assert not secret_kind(f"/p/{name}", b"hello")


@pytest.mark.parametrize("mount", MOUNTS)
@pytest.mark.parametrize("name", SECRET)
def test_no_way_of_mounting_leads_into_a_config_map(tmp_path: Path, name: str, mount: str):
    path = tmp_path / "conf" / name
    path.parent.mkdir(parents=True)
    path.write_text("harmless to look at\n")
    text = WEB + MOUNTS[mount].format(name=f"conf/{name}", folder="/conf")
    (tmp_path / "compose.yaml").write_text(text)
    out, err = io.StringIO(), io.StringIO()
    words = ("render", "--fail-on", "never")
    run(words, Shell(out, err, io.BytesIO(), {}, str(tmp_path), words))
    assert "harmless to look at" not in out.getvalue()
    said = " ".join(err.getvalue().split())
    assert "as a whole it goes to the secret store" in said
    assert "kind: ExternalSecret" in out.getvalue()


TARGETS = {
    "bind": "    volumes: ['./a.txt:/root/.docker/config.json:ro']\n",
    "folder": "    volumes: ['./conf:/root/.kube:ro']\n",
    "config of a file": "    configs: [{source: c, target: /root/.pgpass}]\nconfigs: {c: {file: ./a.txt}}\n",
    "config of a text": "    configs: [{source: c, target: /root/.netrc}]\n"
    "configs: {c: {content: harmless to look at}}\n",
}


@pytest.mark.parametrize("mount", TARGETS)
def test_the_name_in_the_container_tells_too(tmp_path: Path, mount: str):
    (tmp_path / "conf").mkdir()
    for path in (tmp_path / "a.txt", tmp_path / "conf" / "config"):
        path.write_text("harmless to look at\n")
    (tmp_path / "compose.yaml").write_text(WEB + TARGETS[mount])
    out, err = io.StringIO(), io.StringIO()
    words = ("render", "--fail-on", "never")
    run(words, Shell(out, err, io.BytesIO(), {}, str(tmp_path), words))
    assert "harmless to look at" not in out.getvalue()
    assert "kind: ExternalSecret" in out.getvalue()
    assert "warning[secret-in-file]" in err.getvalue()


@pytest.mark.parametrize(
    "words", ["--images", "--volumes", "--networks", "--services", "--profiles", "--variables", "--no-interpolate"]
)
def test_no_list_shows_a_token(tmp_path: Path, words: str):
    token = "ghp_q9Zr4tXw7LmB2vKc8NsY3hJd6PfG1aEu5ToR"
    web = f"{{image: 'https://u:{token}@db/x', profiles: [{token}], command: '${{A:-{token}}} ${{B:+{token}}}'}}"
    text = f"services: {{web: {web}}}\nvolumes: {{{token}: {{}}}}\n"
    (tmp_path / "compose.yaml").write_text(text)
    out = io.StringIO()
    run(("config", words), Shell(out, io.StringIO(), io.BytesIO(), {}, str(tmp_path), ("config", words)))
    assert token not in out.getvalue()
