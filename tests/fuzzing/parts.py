"""Parts of a command line's way that are tried alone, up to a thousand times a second: what reads each kind of input.

A whole command line takes milliseconds, most of them in what has nothing to do with the change. An input whose first
word is in `PARTS` goes to that part.
"""

from __future__ import annotations

from functools import cache
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Any

from longshore.cli.flags import help_text, parse
from longshore.cli.program import find
from longshore.cli.secrets.sources import from_files
from longshore.cli.shell import Shell
from longshore.compose import Request, dotenv, load
from longshore.convert.secrets.detection import variable
from longshore.convert.secrets.detection.uses import secret_by_use
from longshore.errors import Refused
from longshore.model import Span
from longshore.report.excerpt import excerpt, sources_of
from longshore.report.findings import located, nowhere
from longshore.report.style import PLAIN
from longshore.report.text import blocks
from longshore.stack.file import read_stack_file
from longshore.stack.inputs import options_of, request_of
from longshore.stack.validation import check_settings
from longshore.stores import aws_secrets_manager, vault
from longshore.stores.value import Value
from tests.compose.memory import HERE, Memory
from tests.fuzzing.case import LINK, OTHERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from longshore.model import Finding
    from tests.fuzzing.case import Case

_MOST_LINES = 40
_STACK = "Pulumi.shop.dev.yaml"
_NOWHERE = {"VAULT_TOKEN": "x", "HOME": "/nonexistent"}


def _words(case: Case) -> str:
    """The words of a command line: its verb, its flags, its help; nothing is carried out."""
    verb, rest = find(case.words[1:])
    if isinstance(verb, str):
        return verb
    return help_text(verb, 80) + "\n".join(parse(verb, rest, case.variables).notes)


def _compose(case: Case) -> str:
    """Compose files, read to the model with everything that lies beside them."""
    names = [name for name, _ in case.parts if name not in OTHERS and not name.startswith(LINK)]
    files: dict[str, str | bytes] = {f"{HERE}/{name}": content for name, content in case.parts if name in names}
    links = {
        f"{HERE}/{name.removeprefix(LINK)}": content.decode(errors="replace")
        for name, content in case.parts
        if name.startswith(LINK)
    }
    request = Request(HERE, environment=case.variables, is_secret=variable, used_as_secrets=secret_by_use)
    loaded = load(request, Memory(files, links))
    return _told(loaded.findings, loaded.sources)


def _env(case: Case) -> str:
    """A file of variables: as compose reads it in both formats, as values are taken from it, as it is shown."""
    told = []
    for name, content in _files(case):
        text = content.decode(errors="replace")
        for read in (lambda text: dotenv.parse(text, case.variables.get, {}), _raw(case)):
            try:
                read(text)
            except dotenv.DotenvError as error:
                told.append(f"{error.message} {error.help}")
        source = sources_of({name: text})[name]
        for line in range(1, min(len(source.lines), _MOST_LINES) + 1):
            told += excerpt(source, Span(name, line, 1), "", PLAIN, "red")
        try:
            from_files(["-"], Shell(StringIO(), StringIO(), BytesIO(content), case.variables, HERE, ()))
        except Refused as refused:
            told.append(f"{refused.message} {refused.help}")
    return "\n".join(told)


def _raw(case: Case) -> Callable[[str], Any]:
    return lambda text: dotenv.parse_raw(text, case.variables.get)


def _stack(case: Case) -> str:
    """A stack file, read into settings, and these into what the converter is told."""
    told = []
    for _, content in _files(case):
        file = read_stack_file(content.decode(errors="replace"), _STACK)
        config = file.values.get("config")
        checked = check_settings(config if isinstance(config, dict) else {}, file)
        told.append(_told(checked.findings, {_STACK: content.decode(errors="replace")}))
        if checked.settings:
            options = options_of(checked.settings)
            compose = checked.settings.compose
            told.append(f"{options} {request_of(checked.settings, compose, HERE, '', {}) if compose else ''}")
    return "\n".join(told)


def _store(case: Case) -> str:
    """One request to a store, with whatever it answers."""
    told = []
    for word in case.words[2:]:
        backend = _backend(case.words[1])
        values = {"DB_PASSWORD": Value("one")}
        try:
            match word:
                case "place":
                    backend.place()
                case "write":
                    backend.write("dev/shop/db", values, "1")
                case "roll_back":
                    backend.roll_back("dev/shop/db", "1", "2")
                case "paths":
                    list(backend.paths("dev/shop/") or ())
                case "describe" | "read" | "versions" | "restore":
                    getattr(backend, word)("dev/shop/db")
        except Refused as refused:
            told.append(f"{refused.message} {refused.help}")
    return "\n".join(told)


@cache
def _backend(kind: str) -> Any:
    if kind == "vault":
        return vault.Vault(vault.Place("https://vault.example.com", "kv"), _NOWHERE)
    return aws_secrets_manager.SecretsManager(aws_secrets_manager.Place("eu-west-1", "123456789012", {}))


def _files(case: Case) -> Iterator[tuple[str, bytes]]:
    return ((name, content) for name, content in case.parts if name not in OTHERS)


def _told(findings: Sequence[Finding], sources: Mapping[str, str]) -> str:
    return blocks(located(findings, nowhere), sources_of(sources), PLAIN)


PARTS: Mapping[str, Callable[[Case], str]] = {
    "!words": _words, "!compose": _compose, "!env": _env, "!stack": _stack, "!store": _store,
}  # fmt: skip
"""First word of an input → what tries it and gives all that a user would be shown."""
