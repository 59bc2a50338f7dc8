"""Writes another Kubernetes version into the text of a stack file, and leaves all else in it as it is.

No library that writes YAML keeps every comment, blank line and quote as a person put it; the place of the one value is
known, so that it alone is written.
"""

from __future__ import annotations

from longshore.stack.file import read_stack_file

CLUSTER = ("config", "longshore:cluster")


def with_version(text: str, name: str, version: str) -> str:
    """Give the text with `version` as that of its cluster; where it has none yet, behind its `kind`.

    name: of the file. The text must be that of a stack file with a cluster of kind `eks`.
    """
    file = read_stack_file(text, name)
    lines = text.splitlines(keepends=True)
    span = file.spans.get((*CLUSTER, "version"))
    if span:
        line = lines[span.line - 1]
        at = span.column - 1
        lines[span.line - 1] = f'{line[:at]}"{version}"{line[at + span.length :]}'
        return "".join(lines)
    kind, key = file.spans[*CLUSTER, "kind"], file.keys[*CLUSTER, "kind"]
    line = lines[kind.line - 1]
    at = kind.column - 1 + kind.length
    whole = file.spans[CLUSTER]
    if lines[whole.line - 1][whole.column - 1 : whole.column] == "{":
        lines[kind.line - 1] = f'{line[:at]}, version: "{version}"{line[at:]}'
    else:
        lines.insert(kind.line, f'{" " * (key.column - 1)}version: "{version}"\n')
    return "".join(lines)
