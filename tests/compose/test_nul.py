"""A path with a NUL in it is a file that is not there, whatever names it."""

from __future__ import annotations

import pytest

from tests.cli.screen import longshore

SERVICE = 'services: {a: {image: "example.com/a:1", mem_limit: 64m'


@pytest.mark.parametrize(
    "text",
    [
        SERVICE + ', env_file: "a\\0b"}}',
        SERVICE + ', label_file: "a\\0b"}}',
        SERVICE + ', extends: {file: "a\\0b", service: x}}}',
        SERVICE + '}}\ninclude: ["a\\0b"]',
        SERVICE + ', volumes: ["./a\\0b:/c"]}}',
        SERVICE + ', configs: [c]}}\nconfigs: {c: {file: "a\\0b"}}',
        SERVICE + ', secrets: [c]}}\nsecrets: {c: {file: "a\\0b"}}',
    ],
)
def test_nul(tmp_path, text):
    (tmp_path / "compose.yaml").write_text(text)
    screen = longshore("check", folder=tmp_path)
    assert screen.code in {0, 1, 2}
    assert "\0" not in screen.out
