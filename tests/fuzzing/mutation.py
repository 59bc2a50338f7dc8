"""How an input is changed: by the fuzzer's own means, or in the middle of what it is, so that it stays one.

A word for a word, a subtree for a subtree, a file for a file: most changes by single bytes end at the YAML scanner.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from functools import cache
from random import Random
from typing import TYPE_CHECKING, Any

import yaml

from tests.compose.mutate import _KEY, _VALUE, SCALARS
from tests.fuzzing.case import FOLDER, LINK, OTHERS, STORE, Case, decode, encode
from tests.fuzzing.parts import PARTS
from tests.fuzzing.seeds import CANARY, COMMANDS, ON_STACKS, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HOSTILE: tuple[Any, ...] = (
    "", " ", "\n", "\0", "\x1b[31m", "\x7f", "\u202e", "\u2028", "\ud83d\ude00", "a:b", ":", "::", "/", "//", "80/",
    "/80", "-", "--", "..", "../..", "../../etc/passwd", "/dev/zero", "/proc/self/environ", "~", "~/.ssh/id_rsa", "$",
    "$$", "${", "${A", "${A:-${B:-${C}}}", "${A:?no}", "%", "%s%n", "{{.Names}}", "*", "?", "[", "]", "(", "\\", "'",
    '"', "`", "#", "!", "&", "|", ">", ",", "=", "=a", "a=", "@", "x@y:z", "http://", "http://[", "https://u:p@h:99999",
    "99999999999999999999", "18446744073709551616", "-1", "-9223372036854775809", "1e400", "1e-400", "nan", "inf",
    "0x10", "0o8", "١٢", "1.5.2", "99999999h", "-5s", "1h1h", "99999999999999g", "5 gb", "0", "00", "+1", "1_000",
    "on-failure:x", "service:", "service:web", "container:x", "host", "none", "a" * 300, "é" * 80, "x" * 4096,
    CANARY, f"--password={CANARY}", f"https://user:{CANARY}@db/x", f"Authorization: Bearer {CANARY}",
    0, -1, 1, 3.5, 1e308, 2**31, 2**63, 2**64, -(2**63), True, False, None, float("nan"), float("inf"), [], {}, [[]],
    [{}], [None], {"": ""}, {"a": None}, {"a": {"b": {"c": {}}}}, [1, "a", None], ["CMD"], ["CMD-SHELL"], ["NONE"],
)  # fmt: skip

ANSWERS = (200, 201, 204, 301, 400, 403, 404, 429, 500, 503)
Native = Callable[[bytes, Random], bytes]
"""The fuzzer's own change of bytes."""

_DEEP = 60
_MOST_STEPS = 3


def mutated(data: bytes, native: Native, seed: int, others: Sequence[bytes]) -> bytes:
    """Change an input in one to three ways. others: inputs to borrow from."""
    chance = Random(seed)  # noqa: S311  a fuzzer's, the same for the same seed
    kept = decode(data).words[:1]
    if kept and kept[0] in PARTS:
        return _part_mutated(data, kept[0], chance, native, others)
    for _ in range(chance.randint(1, _MOST_STEPS)):
        kind = chance.random()
        if kind < 0.15:
            data = native(data, chance)
            continue
        case = decode(data)
        if kind < 0.25 or not case.parts:
            case = case._replace(words=tuple(_words(case.words, chance)))
        elif kind < 0.35:
            case = _borrowed(case, chance, others)
        else:
            case = _inside(case, chance, native)
        data = encode(case)
    return data


def _part_mutated(data: bytes, part: str, chance: Random, native: Native, others: Sequence[bytes]) -> bytes:
    """Change an input of a part, so that it stays one."""
    for _ in range(chance.randint(1, _MOST_STEPS)):
        case, kind = decode(data), chance.random()
        words = case.words[1:]
        if part == "!words" or not case.parts:
            words = tuple(_words(words, chance))
        elif kind < 0.15:
            case = decode(native(data, chance))
        elif kind < 0.25:
            case = _borrowed(case, chance, others)
        else:
            case = _inside(case, chance, native)
        data = encode(case._replace(words=(part, *words)))
    return data


def _words(words: tuple[str, ...], chance: Random) -> list[str]:
    made, kind = list(words), chance.random()
    if kind < 0.4 or not made:
        return chance.choice((*COMMANDS, *ON_STACKS)).split()
    if kind < 0.6:
        made.insert(chance.randint(0, len(made)), chance.choice(flags()))
    elif kind < 0.75:
        made.pop(chance.randrange(len(made)))
    else:
        word = str(chance.choice(HOSTILE)).replace("\0", "").replace("\n", " ")
        made[chance.randrange(len(made)) :][:1] = [word]
        made.append(word)
    return made


@cache
def flags() -> tuple[str, ...]:
    """Every flag of every verb."""
    from importlib import import_module  # noqa: PLC0415  when instrumented

    from longshore.cli.flags import flags_of  # noqa: PLC0415
    from longshore.cli.program import VERBS  # noqa: PLC0415
    from longshore.cli.secrets import VERBS as ON_SECRETS  # noqa: PLC0415

    modules = [name for name, _ in (*VERBS.values(), *ON_SECRETS.values())]
    verbs = [import_module(name).VERB for name in modules if name != "longshore.cli.secrets"]
    return tuple(
        sorted({each for verb in verbs for flag in flags_of(verb) for each in (flag.name, flag.short) if each})
    )


def _borrowed(case: Case, chance: Random, others: Sequence[bytes]) -> Case:
    """Take a file from another input, leave one out, call it otherwise, or make it a link or a folder."""
    parts, kind = list(case.parts), chance.random()
    index = chance.randrange(len(parts))
    name, content = parts[index]
    if kind < 0.5 and others:
        parts += decode(chance.choice(others)).parts[:2]
    elif kind < 0.65:
        parts.pop(index)
    elif kind < 0.8 and name not in OTHERS:
        parts[index] = (
            chance.choice([LINK + name, name + FOLDER, ".env", "compose.yaml", "compose.override.yaml"]),
            content,
        )
    else:
        parts.append((chance.choice(["a.env", "override.yaml", "x.yaml", "sub/compose.yaml", ".env"]), content))
    return case._replace(parts=tuple(parts))


def _inside(case: Case, chance: Random, native: Native) -> Case:
    parts = list(case.parts)
    index = 0 if chance.random() < 0.4 else chance.randrange(len(parts))
    name, content = parts[index]
    kind = chance.random()
    if kind < 0.1:
        content = native(content, chance)
    elif name == STORE:
        content = _answers(content, chance)
    elif kind < 0.6:
        content = _tree(content, chance) or _text(content, chance)
    else:
        content = _text(content, chance)
    parts[index] = (name, content)
    return case._replace(parts=tuple(parts))


def _text(content: bytes, chance: Random) -> bytes:
    """Change a line, a value or a key, as tired people do, or by what nobody would write."""
    text = content.decode(errors="replace")
    lines, kind = text.split("\n"), chance.random()
    at = chance.randrange(len(lines))
    if kind < 0.15:
        lines[at:at] = [lines[chance.randrange(len(lines))]] * chance.choice((1, 1, 1, 40))
    elif kind < 0.3:
        lines.pop(at)
    elif kind < 0.4:
        lines[at] = " " * chance.randint(0, 8) + lines[at].strip()
    else:
        pattern = _KEY if kind > 0.85 else _VALUE
        places = list(pattern.finditer(text))
        if places:
            place = chance.choice(places)
            word = chance.choice(keys()) if pattern is _KEY else _scalar(chance)
            end = place.end("before") if pattern is _KEY else place.end()
            return (text[: place.start()] + word + text[end:]).encode(errors="replace")
    return "\n".join(lines).encode(errors="replace")


def _scalar(chance: Random) -> str:
    if chance.random() < 0.4:
        return chance.choice(SCALARS)
    return json.dumps(chance.choice(HOSTILE), ensure_ascii=chance.random() < 0.5)


@cache
def keys() -> tuple[str, ...]:
    """Every word that is a key of the compose specification."""
    schema = json.loads((ROOT / "longshore/compose/compose-spec.json").read_text())
    return tuple(
        sorted(set(_properties(schema)) | {"<<", "x-longshore", "x-a", "plain", "secret", "allow", "workload"})
    )


def _properties(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema.get("properties", {}) if isinstance(schema.get("properties"), dict) else ()
        for each in schema.values():
            yield from _properties(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from _properties(each)


def _tree(content: bytes, chance: Random) -> bytes | None:
    """Change the tree of a YAML file; None where it is none."""
    try:
        root = yaml.load(content, yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError, TypeError, OverflowError, AttributeError):
        return None
    if not isinstance(root, (dict, list)) or not root:
        return None
    try:
        changed(root, chance)
        return yaml.dump(root, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True, width=1000).encode()
    except (yaml.YAMLError, ValueError, RecursionError, TypeError, UnicodeError):
        return None


def changed(root: Any, chance: Random) -> None:
    """Change one place of a tree of dicts and lists."""
    places = list(_places(root, set()))
    if not places:
        return
    holder, key = chance.choice(places)
    kind = chance.random()
    if kind < 0.5:
        holder[key] = _hostile(chance)
    elif kind < 0.6:
        del holder[key]
    elif kind < 0.7:
        other, where = chance.choice(places)
        holder[key] = other[where] if where in other or isinstance(other, list) else None
    elif kind < 0.8 and isinstance(holder, dict):
        holder[str(chance.choice([*keys(), *HOSTILE]))] = holder[key]
    elif kind < 0.9:
        holder[key] = [holder[key]] if chance.random() < 0.5 else {chance.choice(keys()): holder[key]}
    else:
        holder[key] = _nested(chance)


def _nested(chance: Random) -> Any:
    value: Any = _hostile(chance)
    as_lists = chance.random() < 0.5
    for _ in range(chance.randint(1, _DEEP)):
        value = [value] if as_lists else {"a": value}
    return value


def _hostile(chance: Random) -> Any:
    return copy.deepcopy(chance.choice(HOSTILE))


def _places(value: Any, seen: set[int]) -> Iterator[tuple[Any, Any]]:
    """Every holder and key below a value, those that aliases lead to once."""
    if id(value) in seen:
        return
    seen.add(id(value))
    for key in list(value) if isinstance(value, dict) else range(len(value)):
        yield value, key
        if isinstance(value[key], (dict, list)):
            yield from _places(value[key], seen)


def _answers(content: bytes, chance: Random) -> bytes:
    """Change one answer of the store: its status, its tree, its order among the others."""
    lines = content.split(b"\n")
    at = chance.randrange(len(lines))
    status, _, body = lines[at].partition(b" ")
    kind = chance.random()
    if kind < 0.2:
        chance.shuffle(lines)
        return b"\n".join(lines)
    if kind < 0.4:
        status = str(chance.choice(ANSWERS)).encode()
    elif kind < 0.45:
        body = b"[" * 100_000
    else:
        try:
            root = [json.loads(body)]
            changed(root, chance)
            body = json.dumps(root[0]).encode(errors="replace")
        except (ValueError, RecursionError, IndexError):
            body = b"{}"
    lines[at] = status + b" " + body
    return b"\n".join(lines)
