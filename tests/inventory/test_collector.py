"""The collector: what it keeps of texts, what it does when an engine is odd or goes away, and that it runs alone."""

import ast
import json
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path
from threading import Timer
from time import monotonic

import pytest

import longshore.inventory.collector
from longshore.cli.inventory.program import archive
from longshore.inventory.collector import containers, harmless, processes, sockets
from longshore.inventory.collector.engine import Engine, EngineError
from longshore.inventory.collector.program import Wish, collect, main
from longshore.inventory.collector.samples import Plan, SamplesError
from longshore.inventory.collector.usage import usage
from tests.inventory.played import CANARY, answers, playing

MODULES = sorted(Path(longshore.inventory.collector.__path__[0]).glob("*.py"))


def taken(address: str, samples: Path, seconds: float = 0.3, every: float = 0.1) -> str:
    return "".join(collect(Wish(address, str(samples), Plan(seconds, every, 1.0)), lambda _: None))


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_every_module_is_python_3_8_and_needs_nothing_of_others(module: Path) -> None:
    tree = ast.parse(module.read_text(), feature_version=(3, 8))
    imported = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    imported += [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    foreign = {
        name
        for name in imported
        if not name.startswith("longshore.inventory.collector") and name.split(".")[0] not in sys.stdlib_module_names
    }
    assert not foreign
    later = {"removeprefix", "removesuffix", "is_relative_to", "pairwise", "UTC", "bit_count"}
    assert not later & {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg == "strict"]


@pytest.mark.parametrize("version", ["1.40", "1.41", "1.52"])
def test_no_text_that_may_hold_a_secret_gets_into_anything(version: str, tmp_path: Path) -> None:
    socket, samples = tmp_path / "s", tmp_path / "samples.jsonl"
    with playing(socket, answers(version)) as server:
        text = taken(f"unix://{socket}", samples)
    assert all(path == "/version" or path.startswith(f"/v{version}/") for path in server.asked)
    assert CANARY not in text + samples.read_text()
    found = json.loads(text)
    (container,) = found["containers"]
    assert container["compose"] == {
        "project": "shop",
        "service": "web",
        "number": 1,
        "oneOff": False,
        "directory": "",
        "files": [],
    }
    assert container["variables"] == {"MULTI": 5 + len(CANARY), "PASSWORD": len(CANARY)}
    assert "token" in container["labels"]
    assert container["entrypoint"] == {"words": 3, "program": "sh", "shell": True}
    assert container["command"] == {"words": 2, "program": "", "shell": False}
    assert container["healthcheck"]["test"] is None
    assert container["healthcheck"]["interval"] == 10
    assert container["begins"] == [1000, 1000]
    assert found["engine"]["rootless"]
    assert container["processes"] is None, "their users are others on the machine"
    assert found["usage"]["containers"]["shop_web_1"]["rows"][0][2] == 40 << 20
    assert found["usage"]["containers"]["shop_web_1"]["limit"] == 0
    assert [event["exitCode"] for event in found["usage"]["events"]] == [137]
    assert any("at which ports" in each for each in found["unseen"])


def test_an_engine_that_goes_away_loses_no_sample_and_the_gap_is_told(tmp_path: Path) -> None:
    socket, samples, told = tmp_path / "s", tmp_path / "samples.jsonl", []
    later = []

    def again() -> None:
        context = playing(socket, answers())
        context.__enter__()
        later.append(context)

    with playing(socket, answers()):
        taken(f"unix://{socket}", samples)
    before = samples.read_text()
    assert before.count('"m":') >= 2
    samples.write_text(before + '{"t":17')  # the power went while a line was written
    timer = Timer(0.5, again)
    timer.start()
    engine = Engine(f"unix://{socket}")
    with pytest.raises(EngineError, match="does not answer") as refused:
        engine.version()
    assert refused.value.gone
    timer.join()
    try:
        text = "".join(collect(Wish(f"unix://{socket}", str(samples), Plan(0.3, 0.1, 1.0)), told.append))
    finally:
        later[0].__exit__(None, None, None)
    after = samples.read_text()
    assert after.startswith(before)
    found = json.loads(text)["usage"]
    assert (
        sum(row[1] for row in found["containers"]["shop_web_1"]["rows"]) == after.count('"m":') > before.count('"m":')
    )
    assert len(found["gaps"]) == 1


def test_it_asks_again_while_the_engine_is_away(tmp_path: Path) -> None:
    socket, samples, told = tmp_path / "s", tmp_path / "samples.jsonl", []
    contexts = [playing(socket, answers()) for _ in range(2)]
    contexts[0].__enter__()
    timers = [Timer(0.4, lambda: contexts[0].__exit__(None, None, None)), Timer(0.9, contexts[1].__enter__)]
    for timer in timers:
        timer.start()
    text = "".join(collect(Wish(f"unix://{socket}", str(samples), Plan(1.6, 0.1, 1.0)), told.append))
    contexts[1].__exit__(None, None, None)
    assert len(told) == 1
    assert "asking again" in told[0]
    assert len(json.loads(text)["usage"]["gaps"]) == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", ""),
        ("{}\n", "1:1: this is no file of samples"),
        ("canary\n", "1:1: this is no file of samples"),
        (
            '{"format":"longshore-samples","version":2,"engine":"engine-1"}\n',
            "this is no file of samples of this version",
        ),
        ('{"format":"longshore-samples","version":1,"engine":"other"}\n', "these are samples of another engine"),
    ],
)
def test_a_file_of_samples_is_continued_only_where_it_is_one_of_this_engine(
    content: str, message: str, tmp_path: Path
) -> None:
    socket, samples = tmp_path / "s", tmp_path / "samples.jsonl"
    samples.write_text(content)
    with playing(socket, answers()):
        if not message:
            assert json.loads(taken(f"unix://{socket}", samples))
            return
        with pytest.raises(SamplesError, match=message):
            taken(f"unix://{socket}", samples)
    assert samples.read_text() == content


def test_an_engine_that_answers_at_its_ticks_is_asked_for_all_containers_at_once(tmp_path: Path) -> None:
    """One after the other, a round of forty containers would take forty ticks, which the engine makes each second."""
    socket, samples, said = tmp_path / "s", tmp_path / "samples.jsonl", answers()
    said["/containers/json"] = [{**said["/containers/json"][0], "Names": [f"/shop_web_{n}"]} for n in range(40)]
    with playing(socket, said) as server:
        server.tick = 0.3
        begun = monotonic()
        taken(f"unix://{socket}", samples, seconds=1.0, every=0.5)
        assert monotonic() - begun < 40 * server.tick / 2
    times = [json.loads(line)["t"] for line in samples.read_text().splitlines() if '"m":' in line]
    assert len(times) >= 80
    assert times[39] - times[0] < 8 * server.tick


def test_lines_that_are_no_samples_are_passed_over(tmp_path: Path) -> None:
    samples = tmp_path / "samples.jsonl"
    good = {"t": 1.0, "n": "a", "c": "1", "m": 5, "u": 7, "l": 0}
    bad = [{**good, key: value} for key in good for value in (None, [], {"x": 1})]
    lines = [{"format": "longshore-samples", "version": 1, "engine": "e"}, good, *bad, 3, "x", None, {**good, "t": 2.0}]
    samples.write_text("".join(json.dumps(line) + "\n" for line in lines) + "[" * 100 + "\n")
    assert sum(row[1] for row in usage(str(samples), "e")["containers"]["a"]["rows"]) == 2


def test_a_month_is_no_larger_than_a_day(tmp_path: Path) -> None:
    samples = tmp_path / "samples.jsonl"
    lines = [{"format": "longshore-samples", "version": 1, "engine": "e"}]
    lines += [{"t": 60.0 * n, "n": "a", "c": "1", "m": n, "u": n * 6 * 10**9, "l": 0} for n in range(43_200)]
    samples.write_text("".join(json.dumps(line) + "\n" for line in lines))
    found = usage(str(samples), "e")
    rows = found["containers"]["a"]["rows"]
    assert len(rows) <= 1500
    assert sum(row[1] for row in rows) == 43_200
    assert rows[-1][2] == 43_199
    assert {row[3] for row in rows} == {100}


def python(version: str) -> str | None:
    """A Python of a version, wherever pyenv or the distribution has put it; None: there is none."""
    folders = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv", "versions").glob(f"{version}.*/bin")
    known = [*map(str, sorted(folders)), *os.environ["PATH"].split(os.pathsep)]
    found = (shutil.which(f"python{version}", path=folder) for folder in known)
    works = (
        each
        for each in found
        if each and subprocess.run([each, "-V"], capture_output=True, check=False).returncode == 0
    )
    return next(works, None)


@pytest.mark.parametrize("version", ["3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14"])
def test_the_program_is_one_file_and_runs_without_anything_of_ours(version: str, tmp_path: Path) -> None:
    program, socket, own = tmp_path / "longshore-inventory.pyz", tmp_path / "s", python(version)
    if own is None:
        pytest.skip(f"no Python {version} is installed here")
    program.write_bytes(archive())
    command = [own, "-I", "-S", "-W", "error", str(program)]
    with playing(socket, answers()):
        done = subprocess.run(
            [*command, "--host", f"unix://{socket}", "--for", "1s"],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
        )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["format"] == "longshore-inventory"
    assert {each.name for each in tmp_path.iterdir()} == {program.name}, "it writes nothing but its output"
    gone = subprocess.run([*command, "--host", f"unix://{socket}"], capture_output=True, text=True, check=False)
    assert (gone.returncode, gone.stdout) == (4, "")
    assert gone.stderr.count("\n") == 1


def test_ten_minutes_cost_less_than_a_hundredth_of_a_core_and_fifty_mebibytes(tmp_path: Path) -> None:
    """As many rounds as in ten minutes, over forty containers: what they take together is what ten minutes take."""
    program, socket, said = tmp_path / "longshore-inventory.pyz", tmp_path / "s", answers()
    program.write_bytes(archive())
    said["/containers/json"] = [{**said["/containers/json"][0], "Names": [f"/shop_web_{n}"]} for n in range(40)]
    command = [sys.executable, "-I", str(program), "--host", f"unix://{socket}", "--for", "8s", "--every", "0.2s"]
    command += ["--percent", "100", "--samples", str(tmp_path / "samples.jsonl")]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with playing(socket, said):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0, done.stderr
    rounds = (tmp_path / "samples.jsonl").read_text().count('"m":') / 40
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert rounds > 10
    assert spent * 40 / rounds <= 6.0
    assert after.ru_maxrss <= 50 << 10 or after.ru_maxrss == before.ru_maxrss  # the largest child so far, in KiB


def test_a_bad_flag_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--host", "ftp://x"]) == 4
    assert "begins with unix://, tcp:// or ssh://" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        (["CMD-SHELL", "curl -f http://localhost:8080/healthz || exit 1"], True),
        (["CMD", "pg_isready", "-U", "postgres"], True),
        (["CMD-SHELL", 'pg_isready -U "$POSTGRES_USER"'], True),
        (["CMD", "wget", "-qO-", "http://127.0.0.1:3000/api/health"], True),
        (["CMD", "/usr/local/bin/healthcheck.sh", "--connect", "--innodb_initialized"], True),
        (["CMD", "pg_isready", "-U", "$SECRET"], False),
        (["CMD-SHELL", "pg_isready -U '$SECRET'"], False),
        (["CMD", "redis-cli", "-a", "1234", "ping"], False),
        (["CMD", "mysqladmin", "ping", "-psecret"], False),
        (["CMD", "curl", "http://localhost/health?token=x"], False),
        (["CMD", "curl", "http://localhost/s3cr3t"], False),
        (["CMD", "curl", "http://user:word@localhost/health"], False),
        (["CMD", "curl", "https://hooks.example.com/health"], False),
        (["CMD-SHELL", "TOKEN=x curl localhost"], False),
        (["NONE"], False),
        (None, False),
    ],
)
def test_a_health_check_is_kept_where_each_word_of_it_is_everybodys(words, kept) -> None:
    assert harmless.health_test(words) == (words if kept else None)


def test_listening_is_read_from_the_kernel_and_of_no_other_process(monkeypatch: pytest.MonkeyPatch) -> None:
    head = "  sl  local_address rem_address   st tx_queue rx_queue\n"
    rows = {
        "tcp": ["0100007F:2328 00000000:0000 0A", "00000000:1F90 00000000:0000 0A", "0B00007F:A1B2 00000000:0000 0A"],
        "tcp6": [
            "00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A",
            "00000000000000000000000001000000:2328 00000000000000000000000000000000:0000 0A",
            "0000000000000000FFFF00000100007F:0051 00000000000000000000000000000000:0000 0A",
            "00000000000000000000000000000000:1F91 00000000000000000000000000000000:1234 01",
        ],
        "udp": ["00000000:0035 00000000:0000 07", "00000000:C001 00000000:0000 07"],
    }
    files = {
        f"/proc/7/net/{name}": head + "".join(f"   0: {row} 0 0\n" for row in found) for name, found in rows.items()
    }
    files["/proc/7/cgroup"] = "0::/system.slice/docker-abc.scope\n"
    for module in (sockets, processes):
        monkeypatch.setattr(module, "read", lambda path: files.get(path, ""))
    assert sockets.listening(7, "abc") == [
        {"port": 53, "protocol": "udp", "loopback": False},
        {"port": 80, "protocol": "tcp", "loopback": False},
        {"port": 81, "protocol": "tcp", "loopback": True},
        {"port": 8080, "protocol": "tcp", "loopback": False},
        {"port": 9000, "protocol": "tcp", "loopback": True},
    ]
    assert sockets.listening(7, "abd") is None
    assert sockets.listening(8, "abc") is None


COMPOSE_1 = {"com.docker.compose.project": "shop", "com.docker.compose.service": "web"}
SWARM = {"com.docker.stack.namespace": "shop", "com.docker.swarm.service.name": "shop_web"}


@pytest.mark.parametrize(
    ("labels", "found"),
    [
        (COMPOSE_1, ("shop", "web", 1, False)),
        ({**COMPOSE_1, "com.docker.compose.container-number": "2"}, ("shop", "web", 2, False)),
        ({**COMPOSE_1, "com.docker.compose.oneoff": "True"}, ("shop", "web", 1, True)),
        ({"io.podman.compose.project": "shop", "io.podman.compose.service": "web"}, ("shop", "web", 1, False)),
        (SWARM, ("shop", "web", 1, False)),
        ({**SWARM, "com.docker.swarm.service.name": "other_web"}, None),
        ({"com.docker.swarm.service.name": "web"}, None),
        ({"maintainer": "x"}, None),
        ({}, None),
    ],
)
def test_whose_a_container_is_stands_in_the_labels_of_compose_and_of_swarm(labels, found) -> None:
    made = containers.container({"Id": "1", "Config": {"Labels": labels}}, None)["compose"]
    assert (made and (made["project"], made["service"], made["number"], made["oneOff"])) == found
