"""From the text of a bootstrap stack's file to its settings, and how it fits the other stacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from longshore.decoding.errors import Wrong
from longshore.model import Severity
from longshore.stack.bootstrap_rules import contradictions, doubts, misfits
from longshore.stack.bootstrap_settings import BOOTSTRAP
from longshore.stack.validation import Checked, finding, in_order, read_settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from longshore.stack.bootstrap_settings import BootstrapSettings
    from longshore.stack.file import StackFile
    from longshore.stack.rights.roles import OfProject


def check_bootstrap(config: Mapping[str, Any], file: StackFile) -> Checked[BootstrapSettings]:
    """Read the settings of a bootstrap stack; config, file: as of `longshore.stack.validation.check_settings`."""
    read = read_settings(BOOTSTRAP, config, file)
    settings = read.settings
    if settings is None:
        return read
    told = in_order([finding(one, file) for one in contradictions(settings)])
    return Checked(None if told else settings, told)


def check_beside(
    settings: BootstrapSettings,
    own: str,
    stacks: Sequence[OfProject],
    project: str,
    unreadable: Sequence[str],
    file: StackFile,
) -> Checked[BootstrapSettings]:
    """Hold a bootstrap stack against the other stacks of its project.

    own: name of the stack itself. project: the project's name. unreadable: stacks whose files are wrong; without them
    their roles would be deleted.
    """
    lost = [
        Wrong(("bootstrap",), f"cannot say what stack {name} needs", f"`longshore check -s {name}` says what is wrong")
        for name in unreadable
    ]
    errors = [finding(one, file) for one in lost]
    errors += [finding(one, file) for one in misfits(settings, own, stacks, project)]
    warnings = [finding(one, file, Severity.WARNING) for one in doubts(settings, stacks)]
    return Checked(None if errors else settings, in_order([*errors, *warnings]))
