"""The detector's time grows with the text alone: twice the text takes at most some more than twice the time."""

from __future__ import annotations

import time

import pytest

from longshore.convert.secrets.detection import uses
from longshore.convert.secrets.detection.commands import secrets_of
from longshore.convert.secrets.detection.files import secrets_in
from longshore.convert.secrets.detection.masks import conceal, hidden
from longshore.convert.secrets.detection.texts import find

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


SIZE = 6_000
WORTH = 0.012
"""Seconds: what takes less for so many characters is not looked at again."""

MOST = 2.3


def seconds(call, text: str, *, times: int = 1) -> float:
    """Processor time, which what else the machine does touches little; the least of several."""
    taken = []
    for _ in range(times):
        before = time.process_time()
        call(text)
        taken.append(time.process_time() - before)
    return min(taken)


def growth(call, text: str) -> float:
    """How many times as long twice the text takes; looked at again where a loaded machine may have been in the way."""
    found = MOST + 1
    for _ in range(4):
        found = min(found, seconds(call, text * 2, times=3) / seconds(call, text, times=3))
        if found <= MOST:
            break
    return found


@pytest.mark.parametrize("name", CALLS)
def test_time_is_linear(name):
    call, slow = CALLS[name], {}
    for piece in PIECES:
        text = piece * (SIZE // len(piece))
        if seconds(call, text) > WORTH:
            slow[piece] = growth(call, text)
    assert {piece: ratio for piece, ratio in slow.items() if ratio > MOST} == {}
