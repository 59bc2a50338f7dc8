"""Places: what is reported, and what is located, stands where it was written, however it got into the model."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.compose.memory import HERE, read

PLANTS = {
    "unknown-key": "{pad}plantd: 1",
    "invalid-port": '{pad}ports: ["99999:1"]',
    "invalid-value": "{pad}mem_limit: 1XB",
    "wrong-type": "{pad}init: [no]",
    "undefined-network": "{pad}networks: [nowhere]",
    "undefined-secret": "{pad}secrets: [nothing]",
    "interpolation": "{pad}hostname: a${{",
    "required-variable": "{pad}domainname: ${{GONE:?}}",
    "yaml-tag": "{pad}user: !odd x",
    "key-not-text": "{pad}labels: {{5: x}}",
    "invalid-healthcheck": "{pad}healthcheck: {{test: [curl]}}",
}
"""Code of a finding → the line of a service that leads to it."""


class Text:
    """The lines of the files, with a marker for each value: no two values are the same."""

    def __init__(self) -> None:
        self.files: dict[str, list[str]] = {}
        self.markers = 0

    def marker(self) -> str:
        self.markers += 1
        return f"marker-{self.markers}-"

    def add(self, file: str, *lines: str) -> None:
        self.files.setdefault(file, []).extend(lines)


class Project(NamedTuple):
    files: dict[str, str]
    order: tuple[str, ...]
    plant: tuple[str, int] | None


def body(draw: Any, text: Text, pad: str, *, image: bool) -> list[str]:
    """Draw the lines of a service."""
    lines = [f"{pad}image: {text.marker()}"] if image else []
    for kind in draw(
        st.lists(st.sampled_from(("map", "list", "command", "labels", "block", "flow")), max_size=3, unique=True)
    ):
        if kind == "map":
            lines += [f"{pad}environment:", *(f"{pad}  V{n}: {text.marker()}" for n in range(draw(st.integers(1, 3))))]
        elif kind == "list":
            lines += [f"{pad}dns_opt:", *(f"{pad}- {text.marker()}" for _ in range(draw(st.integers(1, 3))))]
        elif kind == "command":
            lines += [f"{pad}command:", f'{pad}  - "{text.marker()}"', f"{pad}  - '{text.marker()}'"]
        elif kind == "labels":
            lines += [f"{pad}labels: [a={text.marker()}, b={text.marker()}]"]
        elif kind == "block":
            lines += [f"{pad}x-note: |", f"{pad}  {text.marker()}", f"{pad}  second line"]
        else:
            lines += [
                f"{pad}x-more: {{a: [{text.marker()},",
                f"{pad}   {text.marker()}], # a comment",
                f"{pad}   b: {text.marker()}}}",
            ]
    return lines


@st.composite
def projects(draw: Any, plant: str = "") -> Project:
    """Draw a project over several files, with one bad line somewhere if `plant` is given."""
    text = Text()
    places: list[tuple[str, int, str]] = []

    def service(file: str, head: list[str], pad: str, *, image: bool, tail: tuple[str, ...] = ()) -> None:
        text.add(file, *head)
        places.append((file, len(text.files[file]), pad))
        text.add(file, *body(draw, text, pad, image=image), *tail)

    for _ in range(draw(st.integers(0, 3))):
        text.add("compose.yaml", draw(st.sampled_from(("# a comment", "", "#"))))
    merged = draw(st.booleans())
    if draw(st.booleans()):
        text.add("compose.yaml", "include:", "- inc/compose.yaml")
        text.add("inc/compose.yaml", "", "services:")
        service("inc/compose.yaml", ["  inc:"], "    ", image=True)
    if merged:
        service("compose.yaml", ["x-base: &base"], "  ", image=False)
        text.add("compose.yaml", "  x-one: 1")
    text.add("compose.yaml", "services:")
    service("compose.yaml", ["  web:"], "    ", image=True, tail=("    <<: *base",) if merged else ())
    if draw(st.booleans()):
        service("compose.yaml", ["  app:", "    extends: web"], "    ", image=False)
    if draw(st.booleans()):
        text.add("sub/base.yaml", "# base", "services:")
        service("sub/base.yaml", ["  base:"], "    ", image=True)
        service("compose.yaml", ["  api:", "    extends: {file: sub/base.yaml, service: base}"], "    ", image=False)
    order = ["compose.yaml"]
    if draw(st.booleans()):
        order.append("over.yaml")
        text.add("over.yaml", "---", "services:")
        service("over.yaml", ["  web:"], "   ", image=False, tail=("   x-last: 1",))
    planted = None
    if plant:
        file, index, pad = draw(st.sampled_from(places))
        text.files[file].insert(index, PLANTS[plant].format(pad=pad))
        planted = (file, index + 1)
    files = {file: "\n".join(lines) + "\n" for file, lines in text.files.items()}
    return Project(files, tuple(order), planted)


def load(project: Project) -> Any:
    return read(dict(project.files), files=project.order)


@given(st.data())
@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
def test_an_error_is_reported_in_the_line_where_it_was_made(data: st.DataObject) -> None:
    code = data.draw(st.sampled_from(sorted(PLANTS)))
    project = data.draw(projects(code))
    loaded = load(project)
    assert loaded.project is None
    found = {
        (finding.span.file, finding.span.line) for finding in loaded.findings if finding.code == code and finding.span
    }
    assert found == {project.plant}, [(finding.code, finding.message, str(finding.span)) for finding in loaded.findings]


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> Any:
    if isinstance(value, dict):
        for key, child in value.items():
            yield from leaves(child, (*path, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from leaves(child, (*path, index))
    else:
        yield path, value


@given(projects())
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_value_is_located_where_it_stands(project: Project) -> None:
    loaded = load(project)
    assert loaded.project, [finding.message for finding in loaded.findings]
    located = 0
    for path, value in leaves(loaded.project.model):
        marker = re.search(r"marker-\d+-", str(value))
        if not marker:
            continue
        span = loaded.project.locate(path)
        assert span, path
        lines = project.files[span.file].splitlines()
        # a literal block starts at its indicator, one line above its first
        assert marker[0] in lines[span.line - 1] or (
            lines[span.line - 1].endswith("|") and marker[0] in lines[span.line]
        )
        located += 1
    assert located


def test_keys_and_columns() -> None:
    loaded = read("services:\n  web:\n    image: nginx\n    environment: {A: one, B: two}\n    ports: ['80:80']\n")
    project = loaded.project
    assert project
    assert str(project.locate(("services", "web", "environment", "B"))) == "compose.yaml:4:30"
    assert str(project.locate_key(("services", "web", "environment", "B"))) == "compose.yaml:4:27"
    assert str(project.locate(("services", "web", "ports", 0, "target"))) == "compose.yaml:5:13"
    assert str(project.locate_key(("services", "web"))) == "compose.yaml:2:3"
    assert str(project.locate(("services", "web", "nothing", "here"))) == "compose.yaml:3:5"


def test_values_of_env_files_are_located_there() -> None:
    files = {
        "compose.yaml": "services: {web: {image: x, env_file: e.env, environment: {B: own}}}",
        "e.env": "A=1\nB=2\n",
    }
    project = read(dict(files)).project
    assert project
    assert str(project.locate(("services", "web", "environment", "A"))) == "e.env:1:1"
    assert str(project.locate(("services", "web", "environment", "B"))) == "compose.yaml:1:62"
    assert project.relative(f"{HERE}/x") == "x"


def test_the_way_to_an_error_is_told() -> None:
    files = {
        "compose.yaml": "include:\n- one.yaml\n",
        "one.yaml": "include:\n- two.yaml\n",
        "two.yaml": "services:\n  a:\n    extends: {file: base.yaml, service: b}\n",
        "base.yaml": "services:\n  b:\n    image: x\n    volumes: ['aa::bb']\n",
    }
    (finding,) = read(dict(files)).findings
    assert str(finding.span) == "base.yaml:4:15"
    assert [(what, str(span)) for what, span in finding.related] == [
        ("extended from", "two.yaml:3:21"),
        ("included from", "one.yaml:2:3"),
        ("included from", "compose.yaml:2:3"),
    ]
