"""`longshore`: finds the verb, imports nothing else, and turns whatever happens into an exit code.

`longshore.errors` has the exit codes.
"""

from __future__ import annotations

from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING

from longshore.cli.flags import COMMON, Verb, help_text, leading, parse
from longshore.cli.terminal import tamed
from longshore.errors import BUG, CLOSED_PIPE, EXIT_CODES, INPUT, INTERRUPTED, Refused, suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import ModuleType

    from longshore.cli.shell import Shell

EXTRAS: Mapping[str, str] = {
    "pulumi": "pulumi",
    "pulumi_aws": "pulumi",
    "pulumi_eks": "pulumi",
    "pulumi_kubernetes": "pulumi",
    "boto3": "aws",
    "botocore": "aws",
    "hvac": "vault",
    "requests": "images",
    "pathspec": "images",
}
"""Package that a verb may need → the extra of ours that has it, as pyproject.toml says."""

VERBS: Mapping[str, tuple[str, str]] = {
    "inventory": ("longshore.cli.inventory", "take stock of what runs on a machine, and what it uses"),
    "init": ("longshore.cli.init", "make a project here, or add a team or an environment to it"),
    "check": ("longshore.cli.check", "say what is translated, what is lost, and what to decide"),
    "render": ("longshore.cli.render", "write the Kubernetes manifests"),
    "report": ("longshore.cli.report", "write a page about the estate, to look at"),
    "plan": ("longshore.cli.plan", "show every resource of a stack, without an account or a cluster"),
    "cost": ("longshore.cli.cost", "say what a stack costs in a month, and what would cost less"),
    "stacks": ("longshore.cli.stacks", "list the stacks of the project in the order in which they are deployed"),
    "images": ("longshore.cli.images", "list the images: what must be built, what is pulled, and from where"),
    "size": ("longshore.cli.size", "recommend limits and requests from what was used"),
    "upgrade": ("longshore.cli.upgrade", "say the steps to the next Kubernetes version of a cluster"),
    "config": ("longshore.cli.config", "print the compose model as Docker reads it"),
    "secrets": ("longshore.cli.secrets", "put secret values where the cluster finds them, and compare"),
    "doctor": (
        "longshore.cli.doctor",
        "say what would make a deployment fail: versions, account, cluster, secrets",
    ),
    "status": ("longshore.cli.status", "say of each service whether it is up, and what is in the way of the rest"),
    "logs": ("longshore.cli.logs", "show what the containers of services write"),
    "rollback": ("longshore.cli.rollback", "bring back the pods of the release before, and wait until they are ready"),
    "explain": ("longshore.cli.explain", "say what a finding means, or where a field came from"),
    "attributes": ("longshore.cli.attributes", "list every compose attribute and what becomes of it"),
    "completion": ("longshore.cli.completion", "print the completion script of bash, zsh or fish"),
    "version": ("longshore.cli.version", "print the version"),
}
"""Verb → (module with a `VERB`, or with `VERBS` like this one for a second word, or with both; a line for the help)."""

HELP = """\
Longshore moves a Docker Compose estate onto managed Kubernetes and keeps it there.

usage: longshore VERB [flags]

verbs:
{verbs}

examples:
  longshore check                          findings for the compose file in this folder
  longshore check docker-compose.yml       for another; a folder works too
  longshore render compose.yaml | kubectl diff -f -
  longshore plan -s shop.dev               every resource of a stack

`longshore VERB --help` explains a verb; every flag can also be set by its LONGSHORE_ variable.

exit codes:
{codes}
"""

GROUP_HELP = """\
usage: longshore {group} VERB [flags]

verbs:
{verbs}

`longshore {group} VERB --help` explains a verb.
"""


def started() -> int:
    """Carry out the command line of this process and give its exit code, with everything written that was to be."""
    from longshore.cli.shell import process  # noqa: PLC0415  it needs streams of a process, and tests bring their own

    _leave_no_core()
    try:
        shell = process()
        code = run(shell.arguments, shell)
        shell.out.flush()
        shell.err.flush()
    except BrokenPipeError:
        return CLOSED_PIPE
    except KeyboardInterrupt:
        return INTERRUPTED
    return code


def _leave_no_core() -> None:
    """Let the system write no memory of ours to a disk, should we die: env files and stores give us values."""
    try:
        import resource  # noqa: PLC0415  not everywhere
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def run(arguments: Sequence[str], shell: Shell) -> int:
    """Carry out one command line and give its exit code; errors are told on `shell.err`.

    Raises:
        BrokenPipeError: whoever read our output went away.
    """
    shell = shell._replace(out=tamed(shell.out), err=tamed(shell.err))
    try:
        with explained():
            return _run(arguments, shell)
    except Refused as refused:
        shell.tell("error", refused.message)
        if refused.help:
            shell.tell("help", refused.help)
        return refused.code
    except (BrokenPipeError, KeyboardInterrupt):
        raise
    except Exception as bug:  # noqa: BLE001  the last line of defence: one clear message, and no value in it
        from longshore.cli.bug import report  # noqa: PLC0415  it needs tracebacks, and is hopefully never needed

        shell.err.write(report(bug, arguments, debug=bool(shell.environment.get("LONGSHORE_DEBUG"))))
        return BUG


@contextmanager
def explained() -> Iterator[None]:
    """Say which extra of the package has a module that is not installed.

    Raises:
        Refused: with the command that installs it.
    """
    try:
        yield
    except ModuleNotFoundError as missing:
        package = (missing.name or "").partition(".")[0]
        if package not in EXTRAS:
            raise
        extra = EXTRAS[package]
        raise Refused(f"this needs the package `{package}`", f"pip install 'longshore[{extra}]'") from None


def _run(arguments: Sequence[str], shell: Shell) -> int:
    words = list(arguments)
    if not words or words[0] in {"-h", "--help"} or words == ["help"]:
        if words:
            shell.show(overview(VERBS))
        else:
            shell.err.write(overview(VERBS))
        return 0 if words else INPUT
    if words[0] in {"-V", "--version"}:
        words[0] = "version"
    if words[0] == "help":
        words = [*words[1:], "--help"]
    verb, rest = find(words)
    if any(word in {"-h", "--help"} for word in (rest[: rest.index("--")] if "--" in rest else rest)):
        if isinstance(verb, str):
            shell.show(verb)
        else:
            shell.out.write(help_text(verb, shell.style("", shell.out).width))
        return 0
    if isinstance(verb, str):
        shell.err.write(verb)
        return INPUT
    given = parse(verb, rest, shell.environment)
    for note in given.notes:
        shell.tell("warning", note)
    return verb.run(given, shell)


def find(words: Sequence[str]) -> tuple[Verb | str, list[str]]:
    """Find the verb that `words` begin with: (the verb, or the help of a group of verbs; the words after it).

    Flags that several verbs have may stand before it, and are given with those after it.

    Raises:
        Refused: there is no such verb, or another flag stands before it.
    """
    front, words = parted(words)
    verbs, taken = VERBS, 0
    while True:
        if taken == len(words) or (taken and words[taken].startswith("-")):
            return overview(verbs, " ".join(words[:taken])), list(words[taken:])
        word = words[taken]
        if word not in verbs:
            name = " ".join(["longshore", *words[:taken]])
            known = f"`{name} --help` lists what there is"
            raise Refused(f"unknown verb `{name} {word}`", suggestion(word, verbs) or known)
        module = import_module(verbs[word][0])
        taken += 1
        inner = second_words(module)
        if hasattr(module, "VERB") and not (taken < len(words) and words[taken] in inner):
            verb: Verb = module.VERB
            return verb, [*front, *words[taken:]]
        verbs = inner


def second_words(module: ModuleType) -> Mapping[str, tuple[str, str]]:
    """The verbs that may follow the one of a module: only a package has some, others may import such a table."""
    found: Mapping[str, tuple[str, str]] = getattr(module, "VERBS", {}) if hasattr(module, "__path__") else {}
    return found


def parted(words: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """Part the flags before the verb from the rest: (they, the verb and what follows)."""
    if not words or not words[0].startswith("-"):
        return (), words
    from longshore.cli.project_input import BEFORE_VERBS  # noqa: PLC0415  a verb before its flags is rare

    taken = leading((*COMMON, *BEFORE_VERBS), words)
    return words[:taken], words[taken:]


def overview(verbs: Mapping[str, tuple[str, str]], group: str = "") -> str:
    """The help of `longshore` itself, or of a group of verbs such as `secrets`."""
    width = max(map(len, verbs)) + 2
    lines = "\n".join(f"  {verb:<{width}}{summary}" for verb, (_, summary) in verbs.items())
    if not group:
        codes = "\n".join(f"  {code:<5}{meaning}" for code, meaning in EXIT_CODES.items())
        return HELP.format(verbs=lines, codes=codes)
    return GROUP_HELP.format(group=group, verbs=lines)
