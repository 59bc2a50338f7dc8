"""Nothing secret is accepted in a stack file, wherever a text may stand in it, and no message repeats it."""

from __future__ import annotations

import random
import string
from collections.abc import Mapping
from dataclasses import is_dataclass
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest
import yaml
from pydantic.alias_generators import to_camel

from longshore.report.excerpt import sources_of
from longshore.report.findings import located, nowhere
from longshore.report.style import PLAIN
from longshore.report.text import blocks
from longshore.stack.file import read_stack_file
from longshore.stack.settings import Settings
from longshore.stack.validation import check_settings
from tests.secrets.conftest import STACK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.model import Path


def texts(wanted: Any, path: Path) -> Iterator[Path]:
    """Every path below `path` where the settings take a text of the user's."""
    origin, arguments = get_origin(wanted), get_args(wanted)
    if origin is Annotated:
        yield from texts(arguments[0], path)
    elif origin in (Union, UnionType):
        for each in arguments:
            yield from texts(each, path)
    elif origin is Mapping:
        for name in ("note", "dbPassword"):
            yield from texts(arguments[1], (*path, name))
    elif origin in (tuple, frozenset):
        yield from texts(arguments[0], (*path, 0))
    elif wanted is str:
        yield path
    elif wanted is Any:
        yield from ((*path, "env", 0, "value"), (*path, "a", "b"), path, (*path[:-1], "auth", "password"))
        yield (*path[:-1], "credentials", "first", "inner")
    elif is_dataclass(wanted) or hasattr(wanted, "_fields"):
        for name, hint in get_type_hints(wanted, localns={"Mapping": Mapping}, include_extras=True).items():
            yield from texts(hint, (*path, to_camel(name)))
    else:
        assert wanted in (bool, int, float, type(None)) or origin is Literal, wanted


ALPHABET = string.ascii_letters + string.digits
POSITIONS = sorted(set(texts(Settings, ())), key=str)


def made_up(length: int) -> str:
    return "".join(random.Random(length).choices(string.ascii_letters + string.digits, k=length))  # noqa: S311


def config_with(path: Path, text: str) -> dict[str, Any]:
    """The settings of the tests, with `text` at `path`."""
    config = yaml.safe_load(STACK)["config"]
    root = {key.removeprefix("longshore:"): value for key, value in config.items() if key.startswith("longshore:")}
    at: Any = root
    for part, following in zip(path, (*path[1:], None), strict=True):
        fresh: Any = text if following is None else [] if isinstance(following, int) else {}
        if isinstance(part, int):
            at.append(fresh)
        elif not (isinstance(at.get(part), dict) and isinstance(fresh, dict)):
            at[part] = fresh
        at = at[part]
    return {
        "pulumi:disable-default-providers": ["aws", "kubernetes"],
        **{f"longshore:{key}": value for key, value in root.items()},
    }


def judged(config: dict[str, Any]) -> tuple[bool, str]:
    text = yaml.safe_dump({"config": config}, sort_keys=False)
    file = read_stack_file(text, "Pulumi.shop.dev.yaml")
    checked = check_settings(config, file)
    return checked.settings is not None, "\n".join(f"{finding.message} {finding.help}" for finding in checked.findings)


@pytest.mark.parametrize("path", POSITIONS, ids=lambda path: ".".join(map(str, path)))
def test_a_token_is_refused_wherever_it_stands(path):
    token = f"ghp_{made_up(36)}"
    accepted, told = judged(config_with(path, token))
    assert not accepted
    assert token not in told


@pytest.mark.parametrize("path", [(), ("services",), ("aws", "tags"), ("workloads",)], ids=str)
def test_a_token_is_no_name_either_and_is_not_told(path):
    token = f"ghp_{made_up(36)}"
    accepted, told = judged(config_with((*path, token, "memory"), "1XB"))
    assert not accepted
    assert token not in told
    assert "is a secret itself, as the name of something" in told


NAMED = [path for path in POSITIONS if {"dbPassword", "password", "credentials"}.intersection(map(str, path))]


@pytest.mark.parametrize("path", NAMED, ids=lambda path: ".".join(map(str, path)))
def test_what_is_called_a_secret_is_refused(path):
    if path[:1] == ("services",) and path[2:3] in (("plain",), ("secret",)):
        pytest.skip("the name of a variable, and the reason that is given for it")
    canary = made_up(15)
    accepted, told = judged(config_with(path, canary))
    assert not accepted
    assert canary not in told


def broken_lines(text: str, canary: str) -> list[str]:
    """The file with an error of syntax or of type in the line of the canary, and with an unknown key that has it."""
    return [
        text.replace(canary, f'{canary}": [', 1),
        text.replace(canary, f"{{a: {canary}}}", 1),
        text.replace(canary, f"[{canary}]", 1),
        text.replace("config:\n", f"config:\n  longshore:unknown_password: {canary}\n", 1),
        text.replace("config:\n", f"config:\n  longshore:secrets: {{vaultPassword: {canary}}}\n", 1),
    ]


def test_no_excerpt_of_a_stack_file_shows_a_secret():
    chance = random.Random(11)  # noqa: S311  canaries, the same each time
    leaked, shown = [], 0
    for path in POSITIONS:
        for canary in (f"ghp_{made_up(36)}", *(["".join(chance.choices(ALPHABET, k=15))] if path in NAMED else [])):
            whole = yaml.safe_dump({"config": config_with(path, canary)}, sort_keys=False, width=1000)
            for text in (whole, *broken_lines(whole, canary)):
                file = read_stack_file(text, "Pulumi.shop.dev.yaml")
                config = file.values.get("config")
                findings = check_settings(config if isinstance(config, dict) else {}, file).findings
                said = blocks(located(findings, nowhere), sources_of({"Pulumi.shop.dev.yaml": text}), PLAIN)
                shown += bool(said)
                leaked += [(path, text)] if canary in said else []
    assert leaked == []
    assert shown > 5 * len(POSITIONS)


def test_there_are_many_places():
    assert len(POSITIONS) > 80
    assert len(NAMED) > 8
