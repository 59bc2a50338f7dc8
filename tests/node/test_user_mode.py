"""A kernel of its own: it has version 2 of control groups alone, and nothing that happens there is seen outside."""

import os
import shlex
import subprocess
import sys
import tempfile
import time

import pytest

from tools.node import cgroups, debian, user_mode

pytestmark = pytest.mark.cluster


@pytest.fixture(scope="module", autouse=True)
def kernel():
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("a kernel that sees all files of the machine needs root on Linux")
    try:
        debian.install(user_mode.PACKAGES)
    except debian.NotInstallableError as error:
        pytest.skip(str(error))


def test_it_sees_what_the_machine_has_and_changes_nothing(tmp_path):
    (tmp_path / "file").write_text("as it was\n")
    seen = f"cat /sys/fs/cgroup/cgroup.controllers {tmp_path}/file; echo new > {tmp_path}/file; echo told >&2; exit 3"
    done = user_mode.run(["bash", "-c", seen])
    controllers, *others = done.out.splitlines()
    assert done.code == 3
    assert {"cpu", "io", "memory", "pids"} <= set(controllers.split())
    assert others == ["as it was", "told"]
    assert (tmp_path / "file").read_text() == "as it was\n"


def test_one_that_takes_too_long_is_ended_and_leaves_no_process(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(user_mode.KernelFailedError):
        user_mode.run(["sleep", "1000"], seconds=3)
    processes = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert str(tmp_path) not in processes


@pytest.mark.skipif(
    not os.environ.get("LONGSHORE_COMPARE"), reason="takes minutes: `make node-v2` and `make differences` run it"
)
def test_a_node_holds_its_limits_under_version_2_and_leaves_no_group(say):
    if cgroups.unified():
        pytest.skip("this machine has version 2 alone, and so had every other test of the node")
    begun = time.monotonic()
    tests = [sys.executable, "-m", "pytest", "-m", "cluster", "-p", "no:cacheprovider", "tests/node/test_limits.py"]
    done = user_mode.run(["bash", "-c", f"{shlex.join(tests)} && echo left: $(ls /sys/fs/cgroup | grep longshore)"])
    assert done.code == 0, done.out
    assert "2 passed" in done.out, done.out
    assert done.out.endswith("left:\n"), done.out
    say(f"limits held under version 2 of control groups too; {time.monotonic() - begun:.0f} s in all")
