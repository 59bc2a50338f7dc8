"""How a command line is described, read and explained: one table of flags per verb serves all three.

Not argparse: every flag here has an environment variable, an unknown word gets a suggestion, completion reads the
same table, and nothing is imported that `longshore render` would have to wait for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from longshore.errors import Refused, suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from longshore.cli.shell import Shell

PREFIX = "LONGSHORE_"
YES = frozenset({"1", "true", "yes", "on"})
NO = frozenset({"", "0", "false", "no", "off"})


class Flag(NamedTuple):
    """One flag. `value` is its name in the help (`FILE`); without one the flag is a switch.

    name: `--file`. short: `-f`. repeat: may be given several times (in its variable: separated by commas).
    choices: the only values allowed. default: shown in the help; what `Given.text` answers when nothing is given.
    own_variable: its environment variable, where the usual one belongs to a flag of other verbs with the same name.
    also: another name for it, with a variable of its own. old: what it was called, still understood in this version.
    """

    name: str
    help: str
    short: str = ""
    value: str = ""
    repeat: bool = False
    choices: tuple[str, ...] = ()
    default: str = ""
    own_variable: str = ""
    also: str = ""
    old: str = ""

    @property
    def variable(self) -> str:
        """The environment variable that sets the flag: `LONGSHORE_FILE`."""
        return self.own_variable or variable_of(self.name)


def variable_of(name: str) -> str:
    """The environment variable for the name of a flag: `LONGSHORE_ENV_FILE` for `--env-file`."""
    return PREFIX + name[2:].upper().replace("-", "_")


class Given(NamedTuple):
    """What was given on the command line or, for flags that are not on it, in the environment.

    notes: what is to be told of the spelling, one sentence each.
    """

    values: Mapping[str, tuple[str, ...]]
    operands: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def on(self, name: str) -> bool:
        """Was the switch `name` given?"""
        return bool(self.values.get(name))

    def text(self, name: str) -> str:
        """The value of a flag, the last one given; its default (or "") when it was not given."""
        found = self.values.get(name)
        return found[-1] if found else ""

    def texts(self, name: str) -> tuple[str, ...]:
        """All values of a flag that may be repeated, in order."""
        return self.values.get(name, ())


class Verb(NamedTuple):
    """One thing that `longshore` does.

    name: as typed (`check`, `secrets push`). run: does it, and gives the exit code. operands: how the words after
    the flags show in the help (`[SERVICE...]`), of which there must be `least` to `most` (-1: any number); where they
    may be files (`[FILE|SERVICE...]`), those that look like one are values of `--file`. wrong: what exit code 1 says.
    """

    name: str
    summary: str
    run: Callable[[Given, Shell], int]
    flags: tuple[Flag, ...] = ()
    operands: str = ""
    least: int = 0
    most: int = 0
    examples: tuple[str, ...] = ()
    wrong: str = ""


COMMON = (
    Flag("--color", "colours", value="WHEN", choices=("auto", "always", "never"), default="auto"),
    Flag("--quiet", "findings only, no counts", short="-q"),
    Flag("--verbose", "notes and timings too", short="-v"),
)
"""Flags that every verb has; `--help` is handled before them."""


def flags_of(verb: Verb) -> tuple[Flag, ...]:
    """All flags of a verb, its own before those that every verb has; its own win over those."""
    own = {flag.name for flag in verb.flags}
    return (*verb.flags, *(flag for flag in COMMON if flag.name not in own))


def parse(verb: Verb, words: Sequence[str], environment: Mapping[str, str]) -> Given:
    """Read the words after the verb; flags that are absent are taken from the environment, then from defaults.

    Raises:
        Refused: an unknown flag, a missing or unknown value, too few or too many operands.
    """
    flags = flags_of(verb)
    values, operands, notes = _words(verb, flags, words)
    for flag in flags:
        if flag.name not in values:
            found, note = _from_environment(flag, flags, environment)
            if found:
                values[flag.name] = found
                notes += note
    if not verb.least <= len(operands) <= (verb.most if verb.most >= 0 else len(operands)):
        wanted = f"`longshore {verb.name} {verb.operands}`" if verb.operands else "no word after the flags"
        raise Refused(f"expected {wanted}, got {len(operands)} word{'' if len(operands) == 1 else 's'}", _see(verb))
    return Given({name: tuple(found) for name, found in values.items()}, tuple(operands), tuple(notes))


def _words(
    verb: Verb, flags: Sequence[Flag], words: Sequence[str]
) -> tuple[dict[str, list[str]], list[str], list[str]]:
    """Read the command line: (values by the name of their flag, operands, notes)."""
    named = spellings(flags)
    values: dict[str, list[str]] = {}
    operands: list[str] = []
    notes: list[str] = []
    waiting = list(reversed(words))
    while waiting:
        word = waiting.pop()
        if word == "--":
            operands.extend(reversed(waiting))
            break
        if word == "-" or not word.startswith("-"):
            place = values.setdefault("--file", []) if "FILE" in verb.operands and _is_path(word) else operands
            place.append(word)
            continue
        name, joined, value = _split(word)
        flag = named.get(name)
        if flag is None:
            raise Refused(f"unknown flag `{name}`", suggestion(name, named) or _see(verb))
        if not flag.value:
            if word.startswith("--") and joined:
                raise Refused(f"`{name}` takes no value", _see(verb))
            if value:
                waiting.append(f"-{value}")
            value = "1"
        elif not joined and not value:
            if not waiting:
                raise Refused(f"`{name}` needs a value: `{name} {flag.value}`", _see(verb))
            value = waiting.pop()
        values.setdefault(flag.name, []).append(_checked(flag, value, f"`{name}`", flags))
        if name == flag.old:
            notes.append(_renamed(name, flag.name))
    return values, operands, notes


def spellings(flags: Sequence[Flag]) -> dict[str, Flag]:
    """Everything that is typed for a flag → the flag."""
    return {name: flag for flag in flags for name in (flag.old, flag.also, flag.short, flag.name) if name}


def leading(flags: Sequence[Flag], words: Sequence[str]) -> int:
    """Count the words before the verb: flags of `flags`, and their values.

    Raises:
        Refused: one is another flag.
    """
    named, taken = spellings(flags), 0
    while taken < len(words) and words[taken].startswith("-"):
        name, joined, value = _split(words[taken])
        while name in named and not named[name].value and value and not joined:
            name, joined, value = _split(f"-{value}")
        if name not in named:
            raise Refused(f"`{name}` is no flag that stands before a verb", "write it after: `longshore VERB FLAG`")
        taken += 2 if named[name].value and not joined and not value else 1
    return taken


def _is_path(word: str) -> bool:
    """Is a word a file or a folder? No service can have a name like these, or would be called so."""
    return word in {"-", ".", ".."} or "/" in word or word.endswith((".yaml", ".yml", ".json"))


def _split(word: str) -> tuple[str, bool, str]:
    """Take a word apart: (flag, was a value joined to it by `=`, that value or the rest of a short flag's word)."""
    if word.startswith("--"):
        name, equals, value = word.partition("=")
        return name, bool(equals), value
    return word[:2], False, word[2:].removeprefix("=")


def _renamed(old: str, new: str) -> str:
    return f"`{old}` is `{new}` now; the next version knows that name only"


def _checked(flag: Flag, value: str, where: str, flags: Sequence[Flag]) -> str:
    if flag.choices and value not in flag.choices:
        raise Refused(f"{where} cannot be `{value}`", _instead(flag, value, flags))
    return value


def _instead(flag: Flag, value: str, flags: Sequence[Flag]) -> str:
    """What to write instead of a value: a like one, or the flag that takes it; `-o` was a file once."""
    parts = ["" if _is_path(value) else suggestion(value, flag.choices), f"allowed: {', '.join(flag.choices)}"]
    parts += [f"`{other.name} {value}` is {other.help}" for other in flags if value in other.choices]
    targets = {other.name: other.value for other in flags if other.name.startswith("--output-") and not other.choices}
    if flag.name == "--output" and targets:
        parts.append(f"where to write: {' or '.join(f'`{name} {kind}`' for name, kind in targets.items())}")
    return "; ".join(filter(None, parts))


def _from_environment(flag: Flag, flags: Sequence[Flag], environment: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """What the variables of a flag say, or its default: (values, notes)."""
    variables = [flag.variable, *(variable_of(name) for name in (flag.also, flag.old) if name)]
    variable = next((name for name in variables if environment.get(name)), flag.variable)
    text = environment.get(variable, "")
    where = f"{variable} in the environment"
    if not flag.value:
        if text.lower() not in YES | NO:
            raise Refused(f"{where} cannot be `{text}`", "allowed: 1, 0")
        return ["1"] if text.lower() in YES else [], []
    if not text:
        return [flag.default] if flag.default else [], []
    notes = [_renamed(variable, flag.variable)] if flag.old and variable == variable_of(flag.old) else []
    return [_checked(flag, part, where, flags) for part in (text.split(",") if flag.repeat else [text])], notes


def _see(verb: Verb) -> str:
    return f"`longshore {verb.name} --help` lists what it takes"


def help_text(verb: Verb, width: int = 100) -> str:
    """The manual of one verb: usage, flags with their variables and defaults, examples; fits one screen."""
    flags = flags_of(verb)
    lines = [f"{verb.summary[:1].upper()}{verb.summary[1:]}.", ""]
    lines += [f"usage: longshore {verb.name} [flags]{' ' + verb.operands if verb.operands else ''}", "", "flags:"]
    heads = [_head(flag) for flag in flags]
    column = max(map(len, heads)) + 4
    for flag, head in zip(flags, heads, strict=True):
        lines += _wrapped(f"  {head}", column, _tail(flag), width)
    lines += ["", "examples:", *(f"  {example}" for example in verb.examples)] if verb.examples else []
    wrong = f"exit code 1: {verb.wrong}; all: " if verb.wrong else "exit codes: "
    lines += ["", f"{wrong}`longshore --help`"]
    return "\n".join(lines) + "\n"


def _head(flag: Flag) -> str:
    short = f"{flag.short}, " if flag.short else "    "
    return f"{short}{flag.name}{' ' + flag.value if flag.value else ''}"


def _tail(flag: Flag) -> str:
    choices = f": {', '.join(flag.choices)}" if flag.choices else ""
    more = "; repeatable" if flag.repeat else ""
    default = f" (default {flag.default})" if flag.default else ""
    also = f", also {flag.also}" if flag.also else ""
    return f"{flag.help}{choices}{more}{default}{also} [env: {flag.variable}]"


def _wrapped(head: str, column: int, text: str, width: int) -> list[str]:
    from textwrap import wrap  # noqa: PLC0415  help only

    parts = wrap(text, max(width - column, 30), break_long_words=False, break_on_hyphens=False)
    return [f"{head:<{column}}{parts[0]}", *(" " * column + part for part in parts[1:])]
