"""The Bake file that we write builds what `docker buildx bake` and `docker compose build` make of the compose files.

Where these two differ, compose is right: its images are those that ran before. Each difference stands here.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.images.builders import Builders, Targets
from tools.cluster.versions import ToolsMissingError

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.cluster

ROOT = Path(__file__).parents[2]
CORPUS = Path(os.environ.get("LONGSHORE_CORPUS") or ROOT.parent / "shared" / "corpus").resolve()
VARIABLES = {"REVISION": "7", "NPM_TOKEN": "of-a-variable", "EMPTY": ""}


@pytest.fixture(scope="module")
def builders(tmp_path_factory: pytest.TempPathFactory) -> Builders:
    try:
        return Builders(tmp_path_factory.mktemp("docker"))
    except ToolsMissingError as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Of a user with an SSH agent, which buildx wants to see for `ssh: [default]`."""
    address = str(tmp_path_factory.mktemp("agent") / "socket")
    with socket.socket(socket.AF_UNIX) as agent:
        agent.bind(address)
        agent.listen()
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        yield {**kept, **VARIABLES, "SSH_AUTH_SOCK": address}


def as_bake_reads(targets: Targets) -> Targets:
    """Leave out what buildx reads otherwise in a compose file than `docker compose build` does."""
    return {
        name: {key: value for key, value in each.items() if key not in NOT_AS_COMPOSE} for name, each in targets.items()
    }


NOT_AS_COMPOSE = {
    "tags": "it leaves out `image` where there are `tags`, and names nothing that has neither",
    "platforms": "it does not look at the `platform` of the service",
    "entitlements": "it does not know `privileged`",
    "secret": "it does not know `target`",
    "ulimits": "one number becomes `0:0`",
    "no-cache-filter": "it does not know the key",
    "shm-size": "it rounds to four digits",
}


def as_compose_builds(targets: Targets) -> Targets:
    """Leave out what compose adds to a build for its own use, and where the image goes."""
    found = {}
    for name, each in targets.items():
        labels = {
            key: value for key, value in each.get("labels", {}).items() if not key.startswith("com.docker.compose.")
        }
        attest = [one for one in each.get("attest", ()) if not one.get("disabled")]
        kept = {key: value for key, value in each.items() if key not in {"output", "no-cache-filter"}}
        found[name] = {key: value for key, value in {**kept, "labels": labels, "attest": attest}.items() if value}
    return found


def differences(ours: Targets, theirs: Targets) -> Iterator[str]:
    for name in sorted({*ours, *theirs}):
        our, their = ours.get(name, {}), theirs.get(name, {})
        for key in sorted({*our, *their}):
            if our.get(key) != their.get(key):
                yield f"{name}.{key}: {our.get(key)} is {their.get(key)} to others"


def agree(builders: Builders, folder: Path, files: tuple[str, ...], environment: dict[str, str]) -> int:
    printed = builders.printed(folder, files, environment)
    assert not list(differences(as_bake_reads(printed.ours), as_bake_reads(printed.by_bake)))
    assert not list(differences(as_compose_builds(printed.ours), as_compose_builds(printed.by_compose)))
    return len(printed.ours)


def corpus() -> list[tuple[str, tuple[str, ...]]]:
    """(folder, files in load order) of every project of the corpus that builds something."""
    readme = CORPUS / "README.md"
    rows = (
        re.findall(r"^\| ([\w-]+) \| ([^|]+) \| \d", readme.read_text("utf-8"), re.MULTILINE) if readme.exists() else []
    )
    listed = [(folder, tuple(files.split())) for folder, files in rows]
    return [
        (folder, files)
        for folder, files in listed
        if any(re.search(r"^\s+build:", (CORPUS / folder / file).read_text("utf-8"), re.MULTILINE) for file in files)
    ]


def test_real_projects(builders: Builders, environment: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    if not corpus():
        pytest.skip(f"there is no corpus in {CORPUS} (LONGSHORE_CORPUS)")
    counted = {folder: agree(builders, CORPUS / folder, files, environment) for folder, files in corpus()}
    with capsys.disabled():
        print(f"\nbuilds that agree with buildx and compose: {counted}")
    assert all(counted.values())


def test_the_marketplace(builders: Builders, environment: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "marketplace"
    shutil.copytree(ROOT / "examples" / "marketplace", folder)
    (folder / ".env").write_text((folder / ".env.example").read_text("utf-8"), "utf-8")
    assert agree(builders, folder, ("compose.yaml",), environment)


PLAIN = ("a", "b-1", "x.y", "with space", "é", "1", "a=b", "50%", "tail-${REVISION}")
WORDS, LABELS = st.sampled_from((*PLAIN, "$${HOME}")), st.sampled_from(PLAIN)  # compose forgets to escape labels
NAMES = st.sampled_from(("one", "two", "three.four", "FIVE"))
IMAGES = st.sampled_from(("x/y:1", "registry.example.com:5000/team/app:2.0", "app", "app:${REVISION}"))
PLATFORMS = st.sampled_from(("linux/amd64", "linux/arm64", "linux/arm/v7"))
SWITCH = st.booleans()
KEYS: dict[str, st.SearchStrategy[Any]] = {
    "context": st.sampled_from((".", "./app", "../beside", "https://github.com/x/y.git#main:sub", "./app/deep")),
    "dockerfile": st.sampled_from(("Dockerfile", "docker/Other", "../Dockerfile")),
    "args": st.one_of(
        st.dictionaries(NAMES, WORDS, max_size=3),
        st.lists(
            st.sampled_from(("A=1", "REVISION", "UNSET", "B=", "C=x=y", "TOKEN=${NPM_TOKEN}")), max_size=3, unique=True
        ),
    ),
    "labels": st.one_of(
        st.dictionaries(NAMES, LABELS, max_size=3), st.lists(st.sampled_from(("l=1", "m=")), unique=True)
    ),
    "target": st.sampled_from(("prod", "test")),
    "tags": st.lists(IMAGES, max_size=3, unique=True),
    "platforms": st.lists(PLATFORMS, max_size=2, unique=True),
    "cache_from": st.lists(
        st.sampled_from(("x/y:cache", "type=local,src=./cache", "type=gha")), max_size=2, unique=True
    ),
    "cache_to": st.lists(st.sampled_from(("type=inline", "type=local,dest=./cache,mode=max")), max_size=2, unique=True),
    "no_cache": SWITCH,
    "pull": SWITCH,
    "privileged": SWITCH,
    "entitlements": st.lists(st.sampled_from(("network.host", "security.insecure")), max_size=2, unique=True),
    "network": st.sampled_from(("host", "none", "default")),
    "shm_size": st.sampled_from((67108864, "128m", "1gb", 100000001)),
    "ssh": st.lists(st.sampled_from(("default", "deploy=./key")), max_size=2, unique=True),
    "secrets": st.lists(
        st.sampled_from(
            ("file", "variable", {"source": "file", "target": "other"}, {"source": "variable", "mode": "0400"})
        ),
        max_size=2,
        unique_by=str,
    ),
    "ulimits": st.dictionaries(
        st.sampled_from(("nofile", "nproc")), st.sampled_from((1024, {"soft": 10, "hard": 20})), max_size=2
    ),
    "extra_hosts": st.lists(st.sampled_from(("a:1.2.3.4", "a=::1", "b=5.6.7.8")), max_size=3, unique=True),
    "additional_contexts": st.one_of(
        st.lists(st.sampled_from(("beside=../beside", "base=docker-image://alpine:3", "other=service:base.image"))),
        st.dictionaries(NAMES, st.sampled_from(("./app", "https://github.com/x/y.git")), max_size=2),
    ),
    "provenance": st.sampled_from((True, False, "mode=max")),
    "sbom": st.sampled_from((True, False, "generator=x/y")),
    "isolation": st.just("default"),
}
BUILDS = st.fixed_dictionaries(
    {"context": KEYS["context"]}, optional={key: KEYS[key] for key in KEYS if key != "context"}
)
SERVICES = st.fixed_dictionaries({"build": BUILDS}, optional={"image": IMAGES, "platform": PLATFORMS})


def runnable(service: dict[str, Any]) -> dict[str, Any]:
    """Compose refuses to build for other platforms than the service's own."""
    platforms = service["build"].get("platforms")
    return {key: value for key, value in service.items() if key != "platform" or not platforms or value in platforms}


def lay_out(folder: Path) -> None:
    for each in ("app/deep", "app/docker"):
        (folder / each).mkdir(parents=True)
    key = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )
    (folder / "key").write_bytes(key)
    for name in ("secret.txt", "with, a comma.txt"):
        (folder / name).write_text("x", "utf-8")
    (folder.parent / "beside").mkdir(exist_ok=True)


# Each example starts five programs: what fails is told as it is, and not made smaller.
@settings(max_examples=12, deadline=None, phases=(Phase.generate,), suppress_health_check=list(HealthCheck))
@given(services=st.lists(SERVICES, min_size=1, max_size=25))
def test_any_build(
    builders: Builders,
    environment: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
    services: list[dict[str, Any]],
) -> None:
    folder = tmp_path_factory.mktemp("made") / "project"
    lay_out(folder)
    model = {
        "name": "made",
        "services": {
            **{f"service.{index}": runnable(each) for index, each in enumerate(services)},
            "base.image": {"build": {"dockerfile_inline": "FROM scratch\nENV A=$${B}\n"}, "profiles": ["more"]},
        },
        "secrets": {"file": {"file": "./secret.txt"}, "variable": {"environment": "NPM_TOKEN"}},
    }
    (folder / "compose.yaml").write_text(json.dumps(model), "utf-8")
    agree(builders, folder, ("compose.yaml",), environment)


def test_what_only_bake_understands(builders: Builders, environment: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "project"
    lay_out(folder)
    (folder / "compose.yaml").write_text(
        "services:\n"
        "  a:\n"
        "    image: x/a:1\n"
        "    build:\n"
        "      context: app\n"
        "      args: {PERCENT: '%{if}'}\n"
        "      tags: [x/a:2]\n"
        "      x-bake:\n"
        "        tags: [x/a:3, x/a:2]\n"
        "        platforms: linux/amd64 linux/arm64\n"
        "        cache-to: type=gha,mode=max\n"
        "        output: [type=registry]\n"
        "        contexts: {beside: ../beside, base: 'target:b'}\n"
        "        pull: true\n"
        "        no-cache: false\n"
        "        no-cache-filter: [prod]\n"
        "  b: {build: {context: ., x-bake: {ssh: [deploy=key], secret: ['type=env,id=t,env=NPM_TOKEN']}}}\n"
        "  c: {build: {context: ., secrets: [file], labels: {home: '$${HOME}'}}}\n"
        "secrets: {file: {file: './with, a comma.txt'}}\n",
        "utf-8",
    )
    bake = {"platforms", "no-cache-filter", "secret"}
    words = builders.printed(folder, ("compose.yaml",), environment, compose=False)
    kept = [
        {
            name: {key: value for key, value in each.items() if key in bake or key not in NOT_AS_COMPOSE}
            for name, each in one.items()
        }
        for one in (words.ours, words.by_bake)
    ]
    assert kept[0] == kept[1]
    assert words.ours["a"]["tags"] == ["x/a:2", "x/a:1", "x/a:3"]
