"""Files come all or none, whole, and in the place of no other: whatever fails, ends or comes in between."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from longshore.cli.init import new_files
from tests.cli.init.making import IN_AWS, files, longshore


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("after", range(6))
def test_a_run_that_fails_takes_back_what_it_wrote(folder, monkeypatch, after, error):
    before, real, count = files(folder), new_files._link, iter(range(10))

    def failing(source, target, made):
        if next(count) == after:
            raise error
        real(source, target, made)

    monkeypatch.setattr(new_files, "_link", failing)
    if isinstance(error, OSError):
        refused = longshore(folder, "init", *IN_AWS)
        assert refused.code == 2
        assert "nothing was written" in refused.err
    else:
        with pytest.raises(KeyboardInterrupt):
            longshore(folder, "init", *IN_AWS)
    assert files(folder) == before
    assert not (folder / "stacks").exists()
    assert new_files.remains(str(folder)) == ()


@pytest.mark.parametrize("after", [0, 2, 7])
def test_a_run_that_is_killed_leaves_whole_files_and_the_next_one_says_so(folder, tmp_path, after):
    whole = tmp_path / "whole" / "shop"
    whole.mkdir(parents=True)
    for name in ("compose.yaml", ".env"):
        (whole / name).write_bytes((folder / name).read_bytes())
    longshore(whole, "init", *IN_AWS)
    program = (
        "import os, signal, sys\n"
        "real, count = os.link, iter(range(10))\n"
        "def link(*a, **k):\n"
        f"    os.kill(os.getpid(), signal.SIGKILL) if next(count) == {after} else real(*a, **k)\n"
        "os.link = link\n"
        "from longshore.cli.main import main\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-P", "-c", program, "init", *IN_AWS], cwd=folder, check=False)
    assert done.returncode == -signal.SIGKILL
    (left,) = new_files.remains(str(folder))
    placed = {name: text for name, text in files(folder).items() if not name.startswith(left)}
    assert placed.items() <= files(whole).items()
    assert len(placed) == 2 + after
    again = longshore(folder, "init", *IN_AWS) if after < 7 else longshore(folder, "init")
    assert again.code == 0, again.err + again.out
    assert f"left {left}/: of a run that was ended" in again.out
    assert {name: text for name, text in files(folder).items() if not name.startswith(left)} == files(whole)


def test_a_file_that_comes_in_between_is_not_overwritten(folder, monkeypatch):
    real = new_files._link

    def late(source, target, made):
        if target.endswith("requirements.txt"):
            Path(target).write_text("theirs\n", "utf-8")
        real(source, target, made)

    monkeypatch.setattr(new_files, "_link", late)
    refused = longshore(folder, "init", *IN_AWS)
    assert refused.code == 2
    assert "has come to be there" in refused.err
    assert (folder / "requirements.txt").read_text("utf-8") == "theirs\n"
    assert not (folder / "Pulumi.yaml").exists()


def test_a_file_system_without_links(folder, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    made = longshore(folder, "init", *IN_AWS)
    assert made.code == 0, made.err
    assert longshore(folder, "check", "-s", "platform.dev").code == 0
