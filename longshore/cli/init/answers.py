"""What `longshore init` has to know, and who says it: a flag, the person at the terminal, or a default.

Nobody is asked where there is no terminal, or with `--yes`. What has no default is then left to fill in, at a place in
the stack file that `plan` refuses with what to write there; nothing is made up.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pydantic import TypeAdapter

from longshore.cli.flags import Flag
from longshore.errors import Refused
from longshore.report.excerpt import printable
from longshore.stack.setting_types import Account, Cidr, Name, Region, Repository

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from longshore.cli.flags import Given
    from longshore.cli.shell import Shell

PLATFORM: Final = "platform"
"""Whose the stack is that has the cluster of an environment."""
NO_ACCOUNT, NO_REGION, NO_REPOSITORY = "YOUR-ACCOUNT-ID", "YOUR-REGION", "YOUR-ORGANISATION/YOUR-REPOSITORY"
"""What stands where nobody said: neither passes for what belongs there."""
LONGEST_SHOWN: Final = 40

CLUSTERS, BACKENDS = ("eks", "kubeconfig"), ("aws-secrets-manager", "vault", "fake")
GITHUB, GITLAB = CI = ("github", "gitlab")

FLAGS = (
    Flag("--environment", "dev, staging, prod (default dev)", value="NAME"),
    Flag("--team", "whose application it is (default: the project)", value="NAME"),
    Flag("--platform-only", "no team yet"),
    Flag("--name", "of the project (default: the folder)", value="NAME"),
    Flag("--cluster", "EKS, or any that is there", value="KIND", choices=CLUSTERS),
    Flag("--region", "of AWS (default $AWS_REGION)", value="REGION"),
    Flag("--account", "of AWS, 12 digits", value="ID"),
    Flag("--endpoint-cidr", "who reaches the API server of EKS", value="CIDR", repeat=True),
    Flag("--context", "of the kubeconfig", value="NAME"),
    Flag("--secrets", "where values live", value="BACKEND", choices=BACKENDS),
    Flag("--server", "address of Vault", value="URL"),
    Flag("--ci", "what previews and deploys", value="KIND", choices=CI),
    Flag("--repository", "at GitHub (default: of `origin`)", value="OWNER/NAME"),
    Flag("--yes", "take the defaults, do not ask", short="-y"),
)


class Rule(NamedTuple):
    """What an answer must be: a test, and the words for it with an example."""

    holds: Callable[[str], Any]
    wanted: str


def _rule(setting: Any) -> Rule:
    """Ask of an answer what the setting asks that it becomes, and that it says something."""
    schema = TypeAdapter(setting).json_schema()
    matches = re.compile(schema["pattern"]).fullmatch
    return Rule(lambda text: text and matches(text), schema["patternErrorMessage"].removeprefix("is not "))


NAME, REGION, ACCOUNT, CIDR, REPOSITORY = map(_rule, (Name, Region, Account, Cidr, Repository))
PROJECT = Rule(
    re.compile(r"[A-Za-z0-9_.-]{1,100}").fullmatch,
    "letters, digits, `-`, `_` and `.`, at most 100",
)
SERVER = Rule(re.compile(r"https?://[\w.:/\[\]-]+", re.ASCII).fullmatch, "`https://…`")
CONTEXT = Rule(lambda text: text.isprintable() and len(text) <= 253, "the name of a context, on one line")  # noqa: PLR2004
YES_OR_NO = Rule(lambda text: text in {"y", "yes", "n", "no"}, "`y` or `n`")


class Question(NamedTuple):
    """One thing to know. flag: the flag that says it. rule: what it must be. text: how it is asked.

    default: what holds without an answer; `optional` where none at all is an answer too.
    """

    flag: str
    text: str
    rule: Rule
    default: str = ""
    optional: bool = False


class Asker:
    """Finds answers: flags go before questions, questions before defaults."""

    def __init__(self, given: Given, shell: Shell) -> None:
        self._given, self._shell = given, shell
        self.asks = shell.stdin.isatty() and not given.on("--yes")

    def answer(self, question: Question) -> str:
        """Find the answer to one question; empty where there is none.

        Raises:
            Refused: what the flag says is not what it must be, or the terminal was closed.
        """
        given = self._given.text(question.flag)
        if given:
            return checked(question, given)
        if not self.asks:
            return question.default
        while True:
            typed = self._typed(f"{question.text}{f' [{question.default}]' if question.default else ''}: ")
            if not typed and (question.default or question.optional):
                return question.default
            if question.rule.holds(typed):
                return typed
            self._shell.err.write(f"  must be {question.rule.wanted}\n")

    def agreed(self, flag: str, text: str) -> bool:
        """Is a switch given, or agreed to at the terminal?"""
        if self._given.on(flag) or not self.asks:
            return self._given.on(flag)
        return self.answer(Question(flag, f"{text} (y/n)", YES_OR_NO, "n")) in {"y", "yes"}

    def _typed(self, text: str) -> str:
        self._shell.err.write(text)
        self._shell.err.flush()
        line = self._shell.stdin.readline()
        if not line:
            raise Refused("the answers ended before the questions, nothing was written", "every question has its flag")
        return line.decode(errors="replace").strip()


def checked(question: Question, value: str) -> str:
    """Give back what a flag says, if it is what it must be.

    Raises:
        Refused: it is not; the help is what could be meant.
    """
    if question.rule.holds(value):
        return value
    shown = printable(value if len(value) <= LONGEST_SHOWN else f"{value[:LONGEST_SHOWN]}…")
    meant = name_of(value) if question.rule is NAME else ""
    help_text = f"such as `{question.flag} {meant}`" if meant else ""
    raise Refused(f"`{question.flag}` must be {question.rule.wanted}; it is `{shown}`", help_text)


def one_of(flag: str, text: str, choices: Sequence[str], default: str) -> Question:
    """A question that a few words answer."""
    return Question(flag, f"{text} ({', '.join(choices)})", Rule(choices.__contains__, " or ".join(choices)), default)


def name_of(text: str) -> str:
    """Make a name out of a folder's or a person's words; empty where nothing of it can be part of one."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower().strip())[:30].strip("-")
