"""Stack files as everybody else will read them, with the places filled in that are left open.

By the same functions as `check` and the Pulumi program, so that nothing is written that they refuse but for those.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from longshore.cli.init.answers import NO_ACCOUNT, NO_REGION, NO_REPOSITORY
from longshore.cli.init.project import text_of
from longshore.cli.init.stack_files import NO_SERVER
from longshore.errors import Refused
from longshore.model import Severity
from longshore.stack.bootstrap_validation import check_bootstrap
from longshore.stack.file import read_stack_file
from longshore.stack.reading import BOOTSTRAP, FOLDER, stack_names
from longshore.stack.validation import GUARD, GUARDED, check_neighbours, check_settings

if TYPE_CHECKING:
    from longshore.cli.init.stack_files import Wish
    from longshore.stack.file import StackFile
    from longshore.stack.settings import Settings
    from longshore.stack.validation import Checked

FILLED: Final = {
    NO_ACCOUNT: "111122223333",
    NO_REGION: "eu-west-1",
    NO_REPOSITORY: "example/shop",
    NO_SERVER: "\n    ",
}


class Known(NamedTuple):
    """A stack that is there. region: where it is, empty where that is left open."""

    settings: Settings
    region: str


def file_of(stack: str) -> str:
    """The file of a stack, relative to the project."""
    return f"{FOLDER}/Pulumi.{stack}.yaml"


def read_back(stack: str, text: str) -> Settings:
    """Read a stack file of ours.

    Raises:
        Refused: what was given makes a stack that could not be.
    """
    checked = _check(stack, text)
    if checked.settings is None:
        first = next(finding for finding in checked.findings if finding.severity is Severity.ERROR)
        raise Refused(f"stack {stack}: {first.message}; nothing was written", first.help)
    return checked.settings


def bootstrap_name(wish: Wish) -> str:
    """The bootstrap stack of the account of a wish."""
    return f"bootstrap.{wish.account or 'main'}"


def read_bootstrap(stack: str, text: str) -> None:
    """Read a bootstrap stack of ours.

    Raises:
        Refused: what was given makes one that could not be.
    """
    for finding in check_bootstrap(*_filled(stack, text)).findings:
        raise Refused(f"stack {stack}: {finding.message}; nothing was written", finding.help)


def lacks_environment(text: str, environment: str) -> str:
    """Say what a bootstrap stack that is there lacks for an environment to be deployed; empty where it will do."""
    config = read_stack_file(text, "").values.get("config")
    found = config.get(BOOTSTRAP) if isinstance(config, dict) else None
    known = found.get("environments") if isinstance(found, dict) else None
    there = isinstance(known, dict) and environment in known
    return "" if there else f"add `{environment}: {{}}` to its `environments`"


def known_stacks(root: str) -> dict[str, Known]:
    """Every stack of the project that has no errors, but for places that are left open."""
    found: dict[str, Known] = {}
    for stack in stack_names(root):
        text = text_of(root, file_of(stack)) or ""
        settings = _check(stack, text).settings
        if settings:
            region = settings.aws.region if settings.aws and NO_REGION not in text else ""
            found[stack] = Known(settings, region)
    return found


def alone(stack: str, settings: Settings, text: str, known: dict[str, Known]) -> None:
    """Hold a stack against the others of the project.

    Raises:
        Refused: it takes what another one has on the same cluster.
    """
    others = {name: other.settings for name, other in known.items() if name != stack}
    for finding in check_neighbours(stack, settings, others, read_stack_file(text, file_of(stack))):
        raise Refused(f"stack {stack}: {finding.message}; nothing was written", finding.help)


def _check(stack: str, text: str) -> Checked[Settings]:
    return check_settings(*_filled(stack, text))


def _filled(stack: str, text: str) -> tuple[dict[str, Any], StackFile]:
    """The configuration of a stack file, with what is left open filled in."""
    for words, value in FILLED.items():
        text = text.replace(words, value)
    file = read_stack_file(text, file_of(stack))
    config = file.values.get("config")
    return {GUARD: sorted(GUARDED), **(config if isinstance(config, dict) else {})}, file
