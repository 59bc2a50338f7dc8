"""How `make up` gets its engine: from PATH, or the published release, checked; else one sentence says why not."""

from __future__ import annotations

import hashlib
import io
import tarfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from tools.pulumi import __main__ as make
from tools.pulumi.install import CannotInstallError, archive, find, install, wanted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def releases(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Where releases are published: (its address, its folder), with one of our version in it."""
    folder = tmp_path / "releases" / f"v{wanted()}"
    folder.mkdir(parents=True)
    program = b"#!/bin/sh\necho engine\n"
    with tarfile.open(folder / archive(), "w:gz") as tar:
        entry = tarfile.TarInfo("pulumi/pulumi")
        entry.size, entry.mode = len(program), 0o755
        tar.addfile(entry, io.BytesIO(program))
    digest = hashlib.sha256((folder / archive()).read_bytes()).hexdigest()
    (folder / f"pulumi-{wanted()}-checksums.txt").write_text(f"{digest}  {archive()}\n", "utf-8")
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path / "releases"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", folder
    server.shutdown()


def test_the_release_is_installed_into_the_projects_own_folder(releases, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    home = tmp_path / "bin"
    assert find(home) is None
    target = install(home, releases[0])
    assert find(home) == target
    assert (target / "pulumi").stat().st_mode & 0o111
    assert sorted(path.name for path in home.iterdir()) == [target.name]


def test_a_release_that_was_tampered_with_is_thrown_away(releases, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with (releases[1] / archive()).open("ab") as file:
        file.write(b"x")
    with pytest.raises(CannotInstallError, match="thrown away"):
        install(tmp_path / "bin", releases[0])
    assert find(tmp_path / "bin") is None
    assert list((tmp_path / "bin").iterdir()) == []


def test_a_release_without_a_published_checksum_is_refused(releases, tmp_path):
    (releases[1] / f"pulumi-{wanted()}-checksums.txt").write_text("", "utf-8")
    with pytest.raises(CannotInstallError, match="SHA-256"):
        install(tmp_path / "bin", releases[0])


def test_without_a_network_one_sentence_says_so(tmp_path):
    with pytest.raises(CannotInstallError, match="can't be downloaded") as error:
        install(tmp_path / "bin", "http://127.0.0.1:9")
    assert "\n" not in str(error.value)
    assert "put a `pulumi` on PATH" in str(error.value)


def test_the_one_on_path_comes_first(tmp_path, monkeypatch):
    program = tmp_path / "pulumi"
    program.write_text("#!/bin/sh\n", "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find(tmp_path / "bin") == tmp_path


def test_state_and_passphrase_are_said_and_can_be_chosen(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(make, "HOME", make.ROOT / ".pulumi")
    for name in ("PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"):
        monkeypatch.delenv(name, raising=False)
    given = make.environment(tmp_path)
    assert given["PULUMI_BACKEND_URL"] == (make.ROOT / ".pulumi/state").as_uri()
    assert given["PULUMI_CONFIG_PASSPHRASE"] == ""
    assert given["PATH"].startswith(str(tmp_path))
    assert capsys.readouterr().err.count("\n") == 2
    monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://state")
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE_FILE", "/run/passphrase")
    assert "PULUMI_CONFIG_PASSPHRASE" not in make.environment(tmp_path)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("arguments", [["up"], ["up", "shop.dve"], ["import", "shop.dev"], []])
def test_a_wrong_stack_or_verb_lists_the_right_ones(arguments, capsys):
    assert make.main(arguments) == 2
    assert "stacks: platform.dev, shop.dev, shop.local" in capsys.readouterr().err


def test_flags_go_to_the_engine(tmp_path, monkeypatch, capfd):
    program = tmp_path / "pulumi"
    program.write_text('#!/bin/sh\n[ "$1" = stack ] || echo "$@"\n', "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    monkeypatch.setenv("PULUMI_BACKEND_URL", tmp_path.as_uri())
    assert make.main(["up", "shop.dev", "--refresh", "--yes"]) == 0
    assert capfd.readouterr().out == "up --stack shop.dev --refresh --yes\n"


@pytest.mark.parametrize(("resources", "destroyed"), [(214, False), (0, True)])
def test_a_platform_is_not_destroyed_below_a_team(tmp_path, monkeypatch, capfd, resources, destroyed):
    """Without the cluster, Pulumi could neither read nor delete what stands on it."""
    program = tmp_path / "pulumi"
    listed = f'[{{"name": "shop.dev", "resourceCount": {resources}}}, {{"name": "shop.local", "resourceCount": 9}}]'
    program.write_text(
        f"#!/bin/sh\ncase \"$1 $2\" in 'stack ls') echo '{listed}';; stack*) ;; *) echo \"$@\";; esac\n", "utf-8"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    monkeypatch.setenv("PULUMI_BACKEND_URL", tmp_path.as_uri())
    code = make.main(["destroy", "platform.dev"])
    said = capfd.readouterr()
    assert (code == 0) is destroyed
    assert ("destroy --stack platform.dev" in said.out) is destroyed
    assert ("first `make destroy STACK=shop.dev`" in said.err) is not destroyed
