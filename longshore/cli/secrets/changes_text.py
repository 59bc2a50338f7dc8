"""Changes and comparisons as text: names, signs and places, never a value, a length or a hash."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from longshore.cli.secrets.changes import ADDED, CHANGED, KEPT, ONLY_REMOTE, REMOVED, UNCHANGED
from longshore.report.json_document import json_document

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from longshore.cli.secrets.changes import Change
    from longshore.cli.secrets.desired import Missing
    from longshore.cli.shell import Shell

SIGNS: Final = {ADDED: "+", CHANGED: "~", REMOVED: "-", ONLY_REMOTE: "?"}
_TELL: Final = {ONLY_REMOTE: "nobody needs it; `--prune` removes it", REMOVED: "nobody needs it"}
_FEW: Final = 3


def changes_text(changes: Iterable[Change]) -> str:
    """List the changes of each secret; keys that stay as they are, by number."""
    lines: list[str] = []
    for each in changes:
        shown = {key: state for key, state in each.keys.items() if state in SIGNS}
        same = sum(state in {UNCHANGED, KEPT} for state in each.keys.values())
        if not shown and not same:
            continue
        count = f"  ({same} {'key stays' if same == 1 else 'keys stay'} as {'it is' if same == 1 else 'they are'})"
        lines.append(f"{each.path}{count if same else ''}{'' if each.base else '  new secret'}")
        width = max(map(len, shown), default=0)
        for key, state in shown.items():
            note = _TELL.get(state) or f"from {each.origins[key]}"
            lines.append(f"  {SIGNS[state]} {key:<{width}}  {state}, {note}")
    return "".join(f"{line}\n" for line in lines)


def missing_text(missing: Sequence[Missing]) -> str:
    """List what has no value, and who needs it."""
    lines = []
    for each in missing:
        more = f" and {len(each.paths) - _FEW} more" if len(each.paths) > _FEW else ""
        lines += [f"missing: {each.name}, for {', '.join(each.paths[:_FEW])}{more}", f"   help: {each.help}"]
    return "".join(f"{line}\n" for line in lines)


def changes_json(changes: Iterable[Change], missing: Iterable[Missing], **more: Any) -> str:
    """Write the changes of every secret, and what has no value, as JSON; `more`: further fields of the document."""
    found = {
        "version": 1,
        **more,
        "secrets": [each.plain() for each in changes],
        "missing": [{"name": each.name, "paths": list(each.paths)} for each in missing],
    }
    return json_document(found)


def warn(shell: Shell, lines: Iterable[str]) -> None:
    """Tell what is doubtful, and does not stop anything."""
    for line in lines:
        shell.tell("warning", line)
