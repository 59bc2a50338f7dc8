"""`longshore completion`: a script for the shell that asks `longshore` itself, so that it is never out of date."""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING

from longshore.cli import program
from longshore.cli.flags import Flag, Given, Verb, flags_of, parse, spellings
from longshore.errors import Refused, suggestion
from longshore.model import key_of
from longshore.report.catalogue import by_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from longshore.cli.shell import Shell

ASK = "complete"
SCRIPTS = {
    "bash": """\
_longshore() {
    local IFS=$'\\n'
    COMPREPLY=($(longshore completion complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f1))
}
complete -o default -F _longshore longshore
""",
    "zsh": """\
#compdef longshore
_longshore() {
    local line
    local -a found
    for line in "${(@f)$(longshore completion complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
        [[ -n $line ]] && found+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
    done
    if (( $#found )); then _describe longshore found; else _files; fi
}
compdef _longshore longshore
""",
    "fish": """\
complete -c longshore -a '(longshore completion complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
""",
}

Candidate = tuple[str, str]
"""A word and what it means, the latter perhaps empty."""


def run(given: Given, shell: Shell) -> int:
    """Print the script of one shell; or, asked by such a script, what could stand as the last of some words."""
    what, *words = given.operands
    if what == ASK:
        with suppress(Exception):  # whoever presses Tab wants words, and no errors between them
            for word, meaning in candidates(words or [""], shell):
                shell.out.write(f"{word}\t{meaning}\n")
        return 0
    if what not in SCRIPTS:
        raise Refused(
            f"unknown shell `{what}`", suggestion(what, SCRIPTS) or f"there are scripts for {', '.join(SCRIPTS)}"
        )
    shell.out.write(SCRIPTS[what])
    return 0


def candidates(words: Sequence[str], shell: Shell) -> list[Candidate]:
    """What the last of `words` (those after `longshore`) could become."""
    *before, last = words
    _, typed = program.parted(before)
    if not typed:
        return _starting(((name, summary) for name, (_, summary) in program.VERBS.items()), last)
    verb, rest = program.find(before)
    if isinstance(verb, str):
        group = program.second_words(import_module(program.VERBS[typed[0]][0]))
        return _starting(((name, summary) for name, (_, summary) in group.items()), last)
    if not rest and not last.startswith("-") and len(typed) == 1:
        group = program.second_words(import_module(program.VERBS[typed[0]][0]))
        if group:
            return _starting(((name, summary) for name, (_, summary) in group.items()), last)
    flags = flags_of(verb)
    waiting = spellings(flags).get(rest[-1]) if rest else None
    if waiting and waiting.value:
        return _starting(_values(waiting, shell), last)
    if last.startswith("-"):
        return _starting(((flag.name, flag.help) for flag in flags), last)
    return _starting(_operands(verb, parse(verb._replace(least=0, most=-1), rest, shell.environment), shell), last)


def _starting(found: Iterable[Candidate], text: str) -> list[Candidate]:
    return [candidate for candidate in found if candidate[0].startswith(text)]


def _values(flag: Flag, shell: Shell) -> list[Candidate]:
    if flag.name == "--stack":
        from longshore.stack.reading import project_root, stack_names  # noqa: PLC0415  a Tab waits for what it completes only

        return [(name, "") for name in stack_names(project_root(shell.directory))]
    if flag.value == "CODE":
        from longshore.cli.manual import manual  # noqa: PLC0415  a Tab waits for what it completes only

        return [(code, "") for code in by_code(manual())]
    return [(choice, "") for choice in flag.choices]


def _operands(verb: Verb, given: Given, shell: Shell) -> list[Candidate]:
    """Names from the compose file at hand: services, or what there is to explain."""
    if verb.name == "completion":
        return [(name, "") for name in SCRIPTS]
    if "SERVICE" in verb.operands:
        from longshore.cli.project_input import request  # noqa: PLC0415  a Tab waits for what it completes only
        from longshore.compose import load  # noqa: PLC0415  a Tab waits for what it completes only
        from longshore.disk import Disk  # noqa: PLC0415  a Tab waits for what it completes only

        project = load(request(given._replace(operands=()), shell), Disk(shell.stdin)).project
        return [(name, "") for name in project.model["services"]] if project else []
    return _explained(given, shell) if "WHAT" in verb.operands else []


def _explained(given: Given, shell: Shell) -> list[Candidate]:
    """Codes of the findings at hand and the objects that are made; without a compose file, every code there is."""
    from longshore.cli.project_input import read  # noqa: PLC0415  a Tab waits for what it completes only

    reading = read(given._replace(operands=()), shell)
    if reading.conversion is None:
        from longshore.cli.manual import manual  # noqa: PLC0415  a Tab waits for what it completes only

        return [(code, "") for code in by_code(manual())]
    codes = dict.fromkeys(finding.code for finding in reading.findings)
    return [
        *((code, "finding") for code in codes),
        *((str(key_of(made)), "object") for made in reading.conversion.manifests),
    ]


VERB = Verb(
    "completion",
    "print the completion script of bash, zsh or fish",
    run,
    operands="SHELL",
    least=1,
    most=-1,
    examples=(
        'eval "$(longshore completion bash)"          in ~/.bashrc',
        'eval "$(longshore completion zsh)"           in ~/.zshrc',
        "longshore completion fish > ~/.config/fish/completions/longshore.fish",
    ),
)
