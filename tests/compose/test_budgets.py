"""A hostile file costs little and ends in a finding; a large one that is right is read."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from longshore.compose import composer, model, reading, source
from tests.compose.memory import read

if TYPE_CHECKING:
    from types import ModuleType

SECONDS = 5.0
"""Far more than any of them takes, far less than what is quadratic in the size."""

ONE = "services:\n  web:\n    image: nginx\n"


def include_bomb() -> dict[str, str]:
    files = {f"f{level}.yaml": f"include: [f{level + 1}.yaml, f{level + 1}.yaml]\n" for level in range(12)}
    return {"compose.yaml": "include: [f0.yaml]\n" + ONE, **files, "f12.yaml": "services: {x: {image: x}}\n"}


def extends_bomb() -> str:
    variables = "\n".join(f"      V{number}: x" for number in range(2_000))
    users = "\n".join(f"  s{number}: {{extends: web}}" for number in range(2_000))
    return f"{ONE}    environment:\n{variables}\n{users}\n"


HOSTILE: dict[str, tuple[Any, str]] = {
    "aliases of aliases": (
        "x-0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
        + "".join(f"x-{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9))
        + ONE,
        "alias-bomb",
    ),
    "merge keys of merge keys": (
        "x-0: &a0 {k: 1}\n"
        + "".join(f"x-{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}], k{n}: 1}}\n" for n in range(1, 9))
        + ONE,
        "alias-bomb",
    ),
    "includes of includes": (include_bomb(), "too-many-files"),
    "one large service that many extend": (extends_bomb(), "extends-bomb"),
    "ranges of ports": (
        ONE + "    ports: [" + ", ".join(f"'{n}-65000'" for n in range(1, 50)) + "]\n",
        "too-many-ports",
    ),
    "defaults in defaults": (ONE + "    hostname: '" + "${A:-" * 5_000 + "}" * 5_000 + "'\n", "interpolation"),
    "expressions on one line": (
        ONE + "    hostname: '" + "${A:-x}" * 100_000 + "y" * 500_000 + "${'\n",
        "interpolation",
    ),
    "open braces on one line": (ONE + "    hostname: '" + "${A:-{" * 50_000 + "}'\n", "interpolation"),
    "names that are not defined": (
        ONE + "".join(f"  s{n}: {{image: x, networks: [net{n}]}}\n" for n in range(2_000)),
        "undefined-network",
    ),
    "unknown keys": (ONE + "".join(f"    key{n}: 1\n" for n in range(20_000)), "unknown-key"),
    "a long circle": (
        "services:\n" + "".join(f"  s{n}: {{image: x, depends_on: [s{(n + 1) % 3_000}]}}\n" for n in range(3_000)),
        "dependency-cycle",
    ),
    "an env file that is too large": ({"compose.yaml": ONE, ".env": "A=1\n" * 100_000}, "file-too-large"),
    "an env file that ends wrong": ({"compose.yaml": ONE, ".env": "A=1\n" * 60_000 + "B C=1\n"}, "env-file"),
    "includes in a row": (
        {
            "compose.yaml": "include: [f0.yaml]\n" + ONE,
            **{f"f{n}.yaml": f"include: [f{n + 1}.yaml]\nservices: {{s{n}: {{image: x}}}}\n" for n in range(40)},
            "f40.yaml": "services: {}\n",
        },
        "include-cycle",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_costs_little(name: str) -> None:
    content, code = HOSTILE[name]
    start = time.process_time()
    loaded = read(content)
    took = time.process_time() - start
    assert code in {finding.code for finding in loaded.findings}, [finding.message for finding in loaded.findings][:5]
    assert loaded.project is None
    assert took < SECONDS
    assert len(loaded.findings) <= 200


def test_what_is_large_and_right_is_read() -> None:
    services = "".join(f"  s{n}: {{image: 'x:${{TAG}}', depends_on: [s{max(n - 1, 0)}]}}\n" for n in range(1, 3_000))
    start = time.process_time()
    loaded = read(f"services:\n  s0: {{image: x}}\n{services}")
    assert loaded.project
    assert len(loaded.project.model["services"]) == 3_000
    assert len(loaded.findings) == 2_999
    assert time.process_time() - start < SECONDS
    many_nodes = ONE + "    labels:\n" + "".join(f"      l{n}: v\n" for n in range(120_000))
    assert read(many_nodes).project, "the bound on values is for aliases only"


FILES = "".join(f"f{n}.yaml, " for n in range(9))
SMALL: dict[str, tuple[ModuleType, str, int, Any, str]] = {
    "services": (
        model,
        "MOST_SERVICES",
        50,
        "services:\n" + "".join(f"  s{n}: {{image: x}}\n" for n in range(51)),
        "52:3",
    ),
    "services of two files": (
        model,
        "MOST_SERVICES",
        50,
        {
            "compose.yaml": "include: [more.yaml]\nservices:\n" + "".join(f"  s{n}: {{image: x}}\n" for n in range(30)),
            "more.yaml": "services:\n" + "".join(f"  t{n}: {{image: x}}\n" for n in range(30)),
        },
        "",
    ),
    "labels": (
        source,
        "MOST_ENTRIES",
        50,
        f"{ONE}    labels:\n" + "".join(f"      l{n}: v\n" for n in range(51)),
        "55:7",
    ),
    "a list": (source, "MOST_ENTRIES", 50, f"{ONE}    command:\n" + "      - a\n" * 51, "55:9"),
    "values": (composer, "MOST_VALUES", 75_000, ONE + f"x-a: [{'1,' * 140_000}]\nx-b: [{'1,' * 20_000}]\n", "5:"),
    "values of several files": (
        reading,
        "MOST_VALUES",
        1_000,
        {
            "compose.yaml": f"include: [{FILES}]\n{ONE}",
            **{f"f{n}.yaml": f"services: {{}}\nx-a: [{'1,' * 120}]\n" for n in range(9)},
        },
        "",
    ),
    "bytes of several files": (
        reading,
        "MOST_READ",
        10_000,
        {"compose.yaml": f"include: [{FILES}]\n{ONE}", **{f"f{n}.yaml": f"x-a: {'a' * 2_000}\n" for n in range(9)}},
        "1:",
    ),
}
"""What is bounded, by a smaller bound than the real one: where it stands, its name, a project beyond it, the place."""

CODES = {
    "MOST_SERVICES": "too-many-services",
    "MOST_ENTRIES": "too-many-entries",
    "MOST_VALUES": "too-many-values",
    "MOST_READ": "too-much-to-read",
}


@pytest.mark.parametrize("name", SMALL)
def test_what_is_beyond_a_bound_has_its_place(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module, bound, most, content, place = SMALL[name]
    assert read(content).project, "without the bound it is right"
    monkeypatch.setattr(module, bound, most)
    loaded = read(content)
    assert loaded.project is None
    found = [finding for finding in loaded.findings if finding.code == CODES[bound]]
    assert found, [finding.message for finding in loaded.findings]
    assert found[0].span
    assert f"{found[0].span.line}:{found[0].span.column}".startswith(place)
    assert "split the project" in found[0].help


AT_THE_BOUND = """
import resource
from tests.compose.memory import read
services = "".join(f"  s{n}: {{image: x, environment: {{{', '.join(f'A{m}: v' for m in range(40))}}}}}\\n"
    for n in range(20_000))
loaded = read("services:\\n" + services)
assert loaded.project, loaded.findings
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def test_memory_at_the_bounds() -> None:
    """As many services as may be, with nearly as many values as may be."""
    peak = subprocess.run([sys.executable, "-c", AT_THE_BOUND], check=True, capture_output=True, text=True).stdout
    assert 100 < int(peak) < 1_500, "MiB"
