"""Asks a real registry what a tag names: without a login, with a password, by a server of tokens; no secret is said."""

from __future__ import annotations

import base64
import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from longshore.cli.program import run
from longshore.cli.shell import Shell
from tests.images.real_registry import BASIC, PASSWORD, USER, Tokens, htpasswd, push, registry, retag
from tools.cluster.toolchain import provide
from tools.cluster.versions import ToolsMissingError

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.cluster

STACK = """\
config:
  pulumi:disable-default-providers: [aws, kubernetes]
  longshore:environment: dev
  longshore:team: shop
  longshore:cluster: {kind: kubeconfig}
  longshore:secrets: {backend: fake}
  longshore:compose: {files: [compose.yaml]}
  longshore:images: {repository: "REPOSITORY"}
"""


@pytest.fixture(autouse=True, scope="module")
def program() -> None:
    try:
        provide(("registry",))
    except ToolsMissingError as missing:
        pytest.skip(str(missing))


def logged_in(folder: Path, host: str, **entry: Any) -> None:
    given = entry or {"auth": base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()}
    (folder / ".docker").mkdir(exist_ok=True)
    (folder / ".docker" / "config.json").write_text(json.dumps({"auths": {host: given}}), "utf-8")


def resolve(folder: Path, *references: str, expect: int = 0, more: tuple[str, ...] = ()) -> tuple[dict[str, str], str]:
    """Lock images of services (an image on this machine counts for a volume alone), and give what the lock holds."""
    mounts = [{"type": "image", "source": each, "target": f"/m{at}"} for at, each in enumerate(references)]
    model = {"services": {"web": {"image": f"example/web:1@sha256:{'0' * 64}", "volumes": mounts}}}
    (folder / "compose.yaml").write_text(json.dumps(model), "utf-8")
    out, err = io.StringIO(), io.StringIO()
    environment = {"HOME": str(folder), "PATH": f"{folder}:/usr/bin:/bin"}
    code = run(("images", "lock", "--resolve", *more), Shell(out, err, io.BytesIO(), environment, str(folder)))
    said = out.getvalue() + err.getvalue()
    assert code == expect, said
    assert "canary" not in said
    lock = folder / "images.lock.json"
    return json.loads(lock.read_text("utf-8"))["pulled"] if lock.exists() else {}, " ".join(said.split())


def test_a_registry_for_everybody(tmp_path: Path) -> None:
    with registry(tmp_path) as host:
        one, latest = push(host, "team/app", "1.0"), push(host, "app", "latest")
        held, said = resolve(tmp_path, f"{host}/team/app:1.0", f"{host}/app")
        assert held == {f"{host}/team/app:1.0": one, f"{host}/app": latest}
        assert "2 images, 2 of them new" in said
        assert "0 of them new" in resolve(tmp_path, f"{host}/team/app:1.0", f"{host}/app")[1]
        missing = resolve(tmp_path, f"{host}/team/app:2.0", expect=2)
        assert f"there is no image {host}/team/app:2.0; nothing was written" in missing[1]
        assert missing[0] == held
    assert "does not answer" in resolve(tmp_path, f"{host}/team/app:1.0", expect=4, more=("--update",))[1]


def test_a_moved_tag_is_seen_when_asked_for(tmp_path: Path) -> None:
    with registry(tmp_path) as host:
        first = push(host, "app", "latest")
        assert resolve(tmp_path, f"{host}/app")[0] == {f"{host}/app": first}
        moved = push(host, "app", "newer")
        retag(host, "app", "newer", "latest")
        assert resolve(tmp_path, f"{host}/app")[0] == {f"{host}/app": first}
        assert resolve(tmp_path, f"{host}/app", more=("--update",))[0] == {f"{host}/app": moved}


def test_a_password(tmp_path: Path) -> None:
    with registry(tmp_path, htpasswd(tmp_path)) as host:
        digest = push(host, "team/app", "1.0", BASIC)
        assert f"`docker login {host}`" in resolve(tmp_path, f"{host}/team/app:1.0", expect=4)[1]
        logged_in(tmp_path, host, auth=base64.b64encode(b"builder:canary-wrong").decode())
        assert "does not show `team/app` to us" in resolve(tmp_path, f"{host}/team/app:1.0", expect=4)[1]
        logged_in(tmp_path, host)
        assert resolve(tmp_path, f"{host}/team/app:1.0")[0] == {f"{host}/team/app:1.0": digest}


def test_a_password_of_a_helper(tmp_path: Path) -> None:
    helper = tmp_path / "docker-credential-tests"
    answer = json.dumps({"Username": USER, "Secret": PASSWORD})
    helper.write_text(f"#!/bin/sh\nread host\necho \"$host\" > {tmp_path}/host\ncat <<'E'\n{answer}\nE\n", "utf-8")
    helper.chmod(0o755)
    with registry(tmp_path, htpasswd(tmp_path)) as host:
        digest = push(host, "team/app", "1.0", BASIC)
        (tmp_path / ".docker").mkdir()
        (tmp_path / ".docker" / "config.json").write_text(json.dumps({"credHelpers": {host: "tests"}}), "utf-8")
        assert resolve(tmp_path, f"{host}/team/app:1.0")[0] == {f"{host}/team/app:1.0": digest}
        assert (tmp_path / "host").read_text("utf-8").strip() == host


def test_tokens(tmp_path: Path) -> None:
    tokens = Tokens(tmp_path)
    with tokens.running(), registry(tmp_path, tokens.auth()) as host:
        names = ("public/app", "team/app", "team/other")
        digests = {
            f"{host}/{name}:1": push(host, name, "1", f"Bearer {tokens.bearer(name, 'pull', 'push')}") for name in names
        }
        everybody = f"{host}/public/app:1"
        assert resolve(tmp_path, everybody)[0] == {everybody: digests[everybody]}
        assert "does not show `team/app` to us" in resolve(tmp_path, f"{host}/team/app:1", expect=4)[1]
        logged_in(tmp_path, host)
        assert resolve(tmp_path, *digests)[0] == digests
        assert {each["scope"] for each in tokens.asked} >= {f"repository:{name}:pull" for name in names}
        logged_in(tmp_path, host, identitytoken=PASSWORD)
        assert resolve(tmp_path, *digests, more=("--update",))[0] == digests
        assert tokens.asked[-1]["grant_type"] == "refresh_token"


def test_no_login_is_sent_without_tls(tmp_path: Path) -> None:
    elsewhere = {"token": {"realm": "http://tokens.example.com/", "service": "tests", "issuer": "tests"}}
    tokens = Tokens(tmp_path)
    elsewhere["token"]["jwks"] = tokens.auth()["token"]["jwks"]
    with registry(tmp_path, elsewhere) as host:
        logged_in(tmp_path, host)
        assert "a server of tokens without TLS" in resolve(tmp_path, f"{host}/team/app:1", expect=4)[1]


def test_a_build_that_is_there_is_not_built_again(tmp_path: Path) -> None:
    with registry(tmp_path) as host:
        # A name, since a stack takes no address for the repository of its builds.
        repository = f"{host.replace('127.0.0.1', 'localhost')}/shop"
        texts = {
            "Pulumi.yaml": "name: estate\nruntime: python\n",
            "stacks/Pulumi.shop.dev.yaml": STACK.replace("REPOSITORY", repository),
            "compose.yaml": "services: {web: {image: 'web:dev', build: app}, old: {build: .}}\n",
            "app/Dockerfile": "FROM scratch\n",
        }
        for name, text in texts.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(text, "utf-8")
        (tag,) = json.loads(said(tmp_path, "images", "bake", "-s", "shop.dev"))["target"]["web"]["tags"]
        digest = push(host, "shop/web", tag.rpartition(":")[2])
        said(tmp_path, "images", "lock", "-s", "shop.dev", "--resolve")
        lock = json.loads((tmp_path / "images.lock.json").read_text("utf-8"))
        assert {name: each["image"] for name, each in lock["built"].items()} == {"web": f"{tag}@{digest}"}
        images = json.loads(said(tmp_path, "images", "-s", "shop.dev", "--changed", "-o", "json"))["images"]
        assert [each["service"] for each in images] == ["old"]


def said(folder: Path, *words: str) -> str:
    out, err = io.StringIO(), io.StringIO()
    assert run(words, Shell(out, err, io.BytesIO(), {"HOME": str(folder)}, str(folder))) == 0, err.getvalue()
    return out.getvalue()
