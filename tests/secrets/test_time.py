"""The detector's time grows with the text alone: twice the text takes at most some more than twice the time."""

from __future__ import annotations

import time

import pytest

from convert.secrets.detection import uses
from convert.secrets.detection.commands import secrets_of
from convert.secrets.detection.files import secrets_in
from convert.secrets.detection.masks import conceal, hidden
from convert.secrets.detection.texts import find

PIECES = [
    "://", "a://b:", "a:b@", "a:", "@", "key=", "password: ", "password ", '"password":"', "token=key=", "-----BEGIN ",
    "-eyJ", "eyJhbGciOiJIUzI1.eyJ", "sk-", "ghp_", "A1b2C3d4", "$2y$10$", "{{", "${", "${A:-", "'", '"', '\\"', "\\",
    "<a ", "<password ", "<a>", "[", "{", "a{", "- ", "a: ", "insert into a (password) values (", "identified by ",
    "user a >", "auth('a','", "secure_link_md5 ",
    " -p", " --password ", " mysql -p", "mc alias set ",
    "echo a | passwd ",
    "sh -c 'a", "<<", ";", "|", "x=$x ", "/* ", "# password ", ".", "_", "pw", "Aa1",
]  # fmt: skip

CALLS = {
    "a text": lambda text: list(find(text)),
    "a command": secrets_of.__wrapped__,
    "a message": conceal,
    "an excerpt": lambda text: hidden(text, command=True),
    "yaml": lambda text: list(secrets_in("a.yml", text.encode())),
    "json": lambda text: list(secrets_in("a.json", text.encode())),
    "a script": lambda text: list(secrets_in("a.sh", text.encode())),
    "xml": lambda text: list(secrets_in("a.xml", b"<" + text.encode())),
    "a compose file": lambda text: list(uses.secret_by_use("$" + text)),
}


def seconds(call, text: str) -> float:
    before = time.process_time()
    call(text)
    return time.process_time() - before


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("piece", PIECES)
def test_time_is_linear(name, piece):
    call, size = CALLS[name], 20_000
    text = piece * (size // len(piece))
    short = seconds(call, text)
    if short < 0.02:
        return  # nothing to grow
    longer = min(seconds(call, text * 2) for _ in range(2))
    assert longer < max(3 * short, 0.2), (short, longer)
    assert short < 1.5
