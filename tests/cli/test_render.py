"""`longshore render`: manifests where they belong, complete or not at all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from longshore.cli.manifest_files import RECORD
from tests.cli.screen import longshore


def kinds(text: str) -> set[tuple[str, str]]:
    return {(manifest["kind"], manifest["metadata"]["name"]) for manifest in yaml.safe_load_all(text)}


def test_manifests_go_to_standard_output_and_nothing_else_does(clean: Path) -> None:
    screen = longshore("render", folder=clean)
    assert (screen.code, screen.err) == (0, "")
    assert {("Deployment", "web"), ("Deployment", "api"), ("Service", "api")} <= kinds(screen.out)


def test_an_error_writes_nothing(estate: Path) -> None:
    screen = longshore("render", folder=estate)
    assert (screen.code, screen.out) == (1, "")
    assert "error[devices]" in screen.err
    screen = longshore("render", "--output-dir", "out", folder=estate)
    assert (screen.code, screen.out) == (1, "")
    assert not (estate / "out").exists()


def test_never_fail_writes_what_could_be_translated(estate: Path) -> None:
    screen = longshore("render", "--fail-on", "never", folder=estate)
    assert screen.code == 0
    assert ("Deployment", "web") in kinds(screen.out)
    assert "error[devices]" in screen.err


def test_two_runs_give_the_same_bytes(clean: Path) -> None:
    assert longshore("render", folder=clean).out == longshore("render", folder=clean).out


def test_json_is_a_list_that_kubectl_takes(clean: Path) -> None:
    document = json.loads(longshore("render", "-o", "json", folder=clean).out)
    assert (document["apiVersion"], document["kind"]) == ("v1", "List")
    assert document["items"] == list(yaml.safe_load_all(longshore("render", folder=clean).out))


def test_a_file(clean: Path) -> None:
    screen = longshore("render", "--output-file", "out.yaml", folder=clean)
    assert (screen.code, screen.out, screen.err) == (0, "", "wrote out.yaml\n")
    assert (clean / "out.yaml").read_text() == longshore("render", folder=clean).out
    assert sorted(os.listdir(clean)) == [".env", ".longshore-written", "compose.yaml", "out.yaml"]
    again = longshore("render", "--output-file", "out.yaml", "-q", folder=clean)
    assert (again.code, again.err) == (0, ""), "our own is replaced"


@pytest.mark.parametrize("target", ["out", "out/", "deep/er"])
def test_a_folder_has_one_file_an_object(clean: Path, target: str) -> None:
    screen = longshore("render", "--output-dir", target, folder=clean)
    assert (screen.code, screen.out) == (0, "")
    files = {file.name: file.read_text() for file in (clean / target).iterdir() if file.name != RECORD}
    assert "deployment-web.yaml" in files
    assert sorted(screen.err.splitlines()) == sorted(f"wrote {os.path.join(target, name)}" for name in files)
    assert {name: yaml.safe_load(text)["kind"].lower() for name, text in files.items()} == {
        name: name.partition("-")[0] for name in files
    }
    assert kinds("---\n".join(files.values())) == kinds(longshore("render", folder=clean).out)


def test_what_is_no_longer_made_leaves_the_folder(clean: Path) -> None:
    longshore("render", "--output-dir", "out", folder=clean)
    compose = clean / "compose.yaml"
    compose.write_text(compose.read_text().replace("  api:\n", "  shop-api:\n"))
    longshore("render", "--output-dir", "out", folder=clean)
    names = os.listdir(clean / "out")
    assert "deployment-shop-api.yaml" in names
    assert "deployment-api.yaml" not in names


THEIRS = {
    "notes.txt": "mine",
    "service-mine.yaml": "kind: Service",
    "configmap-notes.yml": "",
    "deployment-legacy.json": "{}",
    "\x1b[2Jservice.yaml": "",
}


def test_files_of_others_are_named_and_left(clean: Path) -> None:
    (clean / "out").mkdir()
    for name, text in THEIRS.items():
        (clean / "out" / name).write_text(text)
    for _ in range(2):
        screen = longshore("render", "--output-dir", "out", folder=clean)
        assert screen.code == 0
        told = [line for line in screen.err.splitlines() if "left alone" in line]
        assert len(told) == len(THEIRS)
        assert screen.err.isprintable() or "\x1b" not in screen.err
        assert {name: (clean / "out" / name).read_text() for name in THEIRS} == THEIRS


def test_a_file_of_ours_that_somebody_changed_is_theirs(clean: Path) -> None:
    longshore("render", "--output-dir", "out", folder=clean)
    changed = clean / "out" / "deployment-api.yaml"
    changed.write_text(changed.read_text() + "# keep\n")
    screen = longshore("render", "--output-dir", "out", folder=clean)
    assert screen.code == 2
    assert screen.err.startswith("error: out: deployment-api.yaml is there already, not as longshore wrote it\n")
    compose = clean / "compose.yaml"
    compose.write_text(compose.read_text().replace("  api:\n", "  shop-api:\n"))
    screen = longshore("render", "--output-dir", "out", folder=clean)
    assert screen.code == 0
    assert "left alone, not as longshore wrote it: out/deployment-api.yaml\n" in screen.err
    assert "removed, no longer made: out/service-api.yaml\n" in screen.err
    assert changed.read_text().endswith("# keep\n")


@pytest.mark.parametrize("verb", ["render", "config"])
def test_a_file_of_the_users_is_not_overwritten(clean: Path, verb: str) -> None:
    before = (clean / "compose.yaml").read_text()
    (clean / "link.yaml").symlink_to("compose.yaml")
    for target in ("compose.yaml", "link.yaml"):
        screen = longshore(verb, "--output-file", target, folder=clean)
        assert screen.code == 2
        assert screen.err.startswith(f"error: {target}: {target} is there already, not as longshore wrote it\n")
        assert (clean / "compose.yaml").read_text() == before
    (clean / "old.yaml").write_text("old")
    assert longshore(verb, "--output-file", "old.yaml", "--overwrite", folder=clean).code == 0
    assert longshore(verb, "--output-file", "old.yaml", folder=clean).code == 0


def test_one_file_among_those_of_a_folder_is_kept(clean: Path) -> None:
    longshore("render", "--output-file", "out/all.yaml", folder=clean)
    longshore("render", "--output-dir", "out", folder=clean)
    longshore("render", "--output-dir", "out", folder=clean)
    assert (clean / "out" / "all.yaml").exists()


def test_a_record_of_others_vouches_for_nothing(clean: Path) -> None:
    (clean / "out").mkdir()
    mine = clean / "out" / "deployment-api.yaml"
    for record in (
        "",
        "[]",
        "[" * 10_000,
        '{"several": {"deployment-api.yaml": 7}}',
        '{"several": {"../compose.yaml": []}}',
    ):
        (clean / "out" / RECORD).write_text(record)
        mine.write_text("mine")
        assert longshore("render", "--output-dir", "out", folder=clean).code == 2
        assert mine.read_text() == "mine"


def test_killed_at_any_moment_nothing_of_the_users_is_lost_and_the_next_run_goes_through(clean: Path) -> None:
    """The calls that change the folder are let through up to the n-th, at which the process ends as if by SIGKILL."""
    program = (
        "import os, sys\n"
        "left = int(sys.argv.pop(1))\n"
        "def counted(real):\n"
        "    def call(*given, **named):\n"
        "        global left\n"
        "        left -= 1\n"
        "        if left < 0:\n"
        "            os._exit(9)\n"
        "        return real(*given, **named)\n"
        "    return call\n"
        "os.replace, os.unlink = counted(os.replace), counted(os.unlink)\n"
        "from longshore.cli.main import main\n"
        "sys.exit(main())\n"
    )
    out, compose = clean / "out", clean / "compose.yaml"
    out.mkdir()
    for name, text in THEIRS.items():
        (out / name).write_text(text)
    texts = [compose.read_text(), compose.read_text().replace("  api:\n", "  shop-api:\n")]
    for moment in range(0, 24, 3):
        compose.write_text(texts[moment % 2])
        done = subprocess.run(
            [sys.executable, "-c", program, str(moment), "render", "--output-dir", "out"],
            cwd=clean,
            check=False,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        )
        assert done.returncode in {0, 9}
        assert {name: (out / name).read_text() for name in THEIRS} == THEIRS
    assert longshore("render", "--output-dir", "out", folder=clean).code == 0


def test_where_nothing_can_be_written(clean: Path) -> None:
    (clean / "file").write_text("")
    screen = longshore("render", "--output-file", "file/out.yaml", folder=clean)
    assert screen.code == 2
    assert screen.err.startswith("error: file/out.yaml can't be written: ")


def test_annotations_name_lines_and_policies_and_change_nothing(clean: Path) -> None:
    noted = longshore("render", "--annotate", folder=clean).out
    assert "image: nginx:1.27.2  # from compose.yaml:4\n" in noted
    assert "# from policy service_account\napiVersion: v1\nkind: ServiceAccount\n" in noted
    plain = longshore("render", folder=clean).out
    assert list(yaml.safe_load_all(noted)) == list(yaml.safe_load_all(plain))


def test_chosen_services(clean: Path) -> None:
    made = kinds(longshore("render", "api", folder=clean).out)
    assert ("Deployment", "api") in made
    assert ("Deployment", "web") not in made


def test_namespace_and_environment(clean: Path) -> None:
    out = longshore("render", "-n", "shop-dev", "--environment", "test", "--team", "blue", folder=clean).out
    assert {manifest["metadata"].get("namespace") for manifest in yaml.safe_load_all(out)} == {"shop-dev"}
    assert "test/blue/" in out
