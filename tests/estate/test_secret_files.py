"""Files of secrets that no store takes are told before anybody pushes them, and a config that no ConfigMap holds."""

import json

import pytest

from longshore.convert.estate.content import LIMIT
from longshore.convert.secrets.interface import MOST_BYTES
from tests.estate.conftest import ROOT

ROOM = MOST_BYTES - len(json.dumps({"value": ""}))


def told(convert, data):
    app = {"image": "a:1", "secrets": [{"source": "s", "target": "s"}]}
    result = convert({"app": app}, secrets={"s": {"file": f"{ROOT}/s"}}, files={f"{ROOT}/s": data})
    return [finding.message.partition(": ")[0].rpartition("` ")[2] for finding in result.found("secret-file")]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"A" * ROOM, []),
        (b"A" * (ROOM + 1), ["is too large"]),
        # The end of a line is two characters in JSON, `é` is two bytes.
        (b"\n" * (ROOM // 2), []),
        (b"\n" * (ROOM // 2 + 1), ["is too large"]),
        (("é" * (ROOM // 2 + 1)).encode(), ["is too large"]),
        (b"A" * (LIMIT + 1), ["is too large"]),
        (b"\xff" * ((MOST_BYTES - len(json.dumps({"base64": ""}))) // 4 * 3), []),
        (b"\xff" * ((MOST_BYTES - len(json.dumps({"base64": ""}))) // 4 * 3 + 1), ["is too large"]),
        (b"", []),
    ],
)
def test_size_and_text(convert, data, expected):
    assert told(convert, data) == expected


@pytest.mark.parametrize(("most", "refused"), [(20, 0), (19, 1)])
def test_all_files_of_a_project_have_a_bound(convert, monkeypatch, most, refused):
    """The one that goes beyond it is named; the same file twice counts once."""
    monkeypatch.setattr("longshore.convert.estate.content.MOST_BYTES", most)
    mounts = [
        {"type": "bind", "source": f"{ROOT}/{name}", "target": f"/{index}", "read_only": True}
        for index, name in enumerate("aab")
    ]
    app = {"image": "a:1", "volumes": mounts}
    result = convert({"app": app}, files={f"{ROOT}/a": b"0123456789", f"{ROOT}/b": b"0123456789"})
    assert [finding.path for finding in result.found("bind")] == [("services", "app", "volumes", 2)] * refused
    assert len(result.kinds("ConfigMap")) == 2 - refused


@pytest.mark.parametrize("size", [LIMIT, LIMIT + 1])
@pytest.mark.parametrize("origin", ["content", "environment", "file"])
def test_a_config_has_at_most_a_mebibyte(convert, size, origin):
    text = "a" * size
    declared = {"content": text} if origin == "content" else {origin: "BIG" if origin == "environment" else f"{ROOT}/c"}
    app = {"image": "a:1", "configs": [{"source": "c", "target": "/c"}]}
    given = {"files": {f"{ROOT}/c": text.encode()}, "environment": {"BIG": text}}
    result = convert({"app": app}, configs={"c": declared}, **given)
    assert len(result.found("config-content")) == (size > LIMIT)
