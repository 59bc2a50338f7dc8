"""What the rules say of a secret that they find: by which rule, of which kind, why, and where it stands."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

Kind = Literal["secret", "placeholder", "suspect"]


class Hit(NamedTuple):
    """What a rule found. rule: its id, `V1` … `K5`, `W1`. kind: a placeholder stands where a secret belongs."""

    rule: str
    kind: Kind
    reason: str


class Found(NamedTuple):
    """A secret in a text, from its first character to the one after its last. name: of the setting, if it has one."""

    start: int
    end: int
    hit: Hit
    name: str = ""


PRIVATE_KEY: Final = Hit("V1", "secret", "a private key")
TOKEN: Final = Hit("V2", "secret", "the shape of a known token")
URL: Final = Hit("V3", "secret", "a URL with a password")
LOGIN: Final = Hit("V3", "secret", "a login before a host")
SETTING: Final = Hit("V4", "secret", "a password among other settings")
HEADER: Final = Hit("V5", "secret", "an authorization header")
HASH: Final = Hit("V6", "secret", "the hash of a password")
STATEMENT: Final = Hit("V7", "secret", "a password in a statement")
ARGUMENT: Final = Hit("A2", "secret", "a password in a command")
GENERATED: Final = Hit("A2", "secret", "what looks generated, in a command that speaks of secrets")
RANDOM: Final = Hit("W1", "suspect", "it looks random")
