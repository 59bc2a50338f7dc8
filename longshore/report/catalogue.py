"""What the converter can say, and where its manual says why: read from the text of its own modules.

A list of codes kept beside the code becomes false; here the rule that reports is the rule that is quoted. Docstrings
are the manual pages, and each call that makes a finding gives its code, severity, message and help, with `…` for what
is known only at run time.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

SEVERITIES = {"Approximated": "warning", "Unsupported": "warning", "LocalOnly": "info"}
"""Effects that say a fate, with the severity they have unless told otherwise."""
TRANSLATED = "translated"
WRITERS = frozenset({"Put", "Emit", "After", "put", "put_pod", "put_container"})
"""Calls by which a rule writes into manifests."""
FATES = {"Approximated": "approximated", "Unsupported": "unsupported", "LocalOnly": "local-only"}
REPORTS = {"error": "error", "warning": "warning"}
"""Methods of the loader that report: `problems.error("code", "message", ...)`."""
_CODE = Regex(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_MORE_THAN_ONE_WORD = Regex(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+")
_PATTERN = Regex(r"(?:services|networks|volumes|configs|secrets|models|jobs)\.\*(?:\.[\w.*-]+)?")
_SEVERITY_ARGUMENT = 4


class Told(NamedTuple):
    """One thing a module can report. severity: empty where it depends. fate: empty for a problem that decides none."""

    code: str
    severity: str
    fate: str
    message: str
    help: str


class Page(NamedTuple):
    """One module of the converter.

    patterns: the compose paths that it claims. fates: what may become of them. lost:
    those of its patterns that stand in a table of attributes without an equivalent, with the reason given there.
    """

    module: str
    doc: str
    patterns: tuple[str, ...]
    told: tuple[Told, ...]
    fates: frozenset[str]
    lost: Mapping[str, str]

    @property
    def title(self) -> str:
        """The first sentence of its manual, on one line."""
        return _title(self.doc)


def _title(doc: str) -> str:
    return " ".join(doc.partition("\n\n")[0].split())


def pages(texts: Mapping[str, str]) -> list[Page]:
    """Read modules (name → source text) as pages, by name."""
    return [_page(module, texts[module]) for module in sorted(texts)]


def _page(module: str, text: str) -> Page:
    tree = ast.parse(text)
    constants = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    patterns: list[str] = []
    told: dict[Told, None] = {}
    for node in tree.body:
        own = list(_patterns(node))
        patterns += own
        names = [_default_code(pattern) for pattern in own] or [_default_code(pattern) for pattern in patterns[:1]]
        told.update(dict.fromkeys(_told(node, names, constants)))
    lost: dict[str, str] = {}
    for row in _rows(tree):
        pattern, severity = _constant(row.args[0], constants), [_severity(part) for part in row.args[1:]]
        reason, help_ = _text(row.args[1]), next((_meant(part, constants) for part in row.args[2:3]), "")
        lost[pattern] = reason
        code = (
            pattern.rpartition(".")[2].replace("_", "-") if pattern.startswith("services") else _default_code(pattern)
        )
        told[Told(code, next(filter(None, severity), "warning"), "unsupported", reason, help_)] = None
    called = {_name(node) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    fates = frozenset(fate for effect, fate in FATES.items() if effect in called)
    if called & WRITERS or "→" in _title(ast.get_docstring(tree) or ""):
        fates |= {TRANSLATED}
    return Page(module, ast.get_docstring(tree) or "", (*patterns, *lost), tuple(told), fates, lost)


def _rows(tree: ast.Module) -> Iterator[ast.Call]:
    """Rows of a table of rules: `Row("services.*.uts", "what is lost", "what to do")`."""
    for node in tree.body:
        for call in ast.walk(node) if isinstance(node, ast.Assign) else ():
            if isinstance(call, ast.Call) and len(call.args) > 1 and _PATTERN.fullmatch(_constant(call.args[0], {})):
                yield call


def _meant(node: ast.expr, constants: Mapping[str, str]) -> str:
    return _constant(node, constants) or ("" if _severity(node) else _text(node))


def _patterns(node: ast.stmt) -> Iterator[str]:
    for decorator in node.decorator_list if isinstance(node, ast.FunctionDef) else ():
        if isinstance(decorator, ast.Call) and _name(decorator) == "attribute":
            yield from (text for argument in decorator.args if (text := _constant(argument, {})))


def _default_code(pattern: str) -> str:
    """The code that the fold gives where an effect names none: the attribute, or the top-level key."""
    parts = pattern.split(".")
    return parts[2 if len(parts) > 2 else 0].replace("_", "-")  # noqa: PLR2004  services.<name>.<attribute>


def _told(node: ast.AST, names: list[str], constants: Mapping[str, str]) -> Iterator[Told]:
    for call in ast.walk(node):
        if not isinstance(call, ast.Call):
            continue
        name, given = _name(call), {keyword.arg: keyword.value for keyword in call.keywords}
        if name in FATES:
            message = _text(call.args[0]) if call.args else ""
            help_ = _text(call.args[1]) if len(call.args) > 1 else _text(given.get("help"))
            code = _constant(call.args[3] if len(call.args) > 3 else given.get("code"), constants)  # noqa: PLR2004
            severity = _severity(call.args[4] if len(call.args) > _SEVERITY_ARGUMENT else given.get("severity"))
            for each in [code] if code else names:
                if message:
                    yield Told(each, severity or SEVERITIES[name], FATES[name], message, help_)
        else:
            yield from _problem(call, name, given, constants)


def _problem(
    call: ast.Call, name: str, given: Mapping[str | None, ast.expr], constants: Mapping[str, str]
) -> Iterator[Told]:
    """A call with a code and a message: `Problem(code, severity, message, help)`, `problems.error(code, message)`.

    Helpers of the rules look alike, perhaps with the service first, so any call counts whose code has a hyphen.
    """
    known = name in {"Problem", "Finding", *REPORTS}
    is_code = _CODE.fullmatch if known else _MORE_THAN_ONE_WORD.fullmatch
    place = next((place for place, each in enumerate(call.args[:2]) if is_code(_constant(each, constants))), None)
    if place is None:
        return
    code, rest = _constant(call.args[place], constants), call.args[place + 1 :]
    severity = REPORTS.get(name, "" if name in {"Problem", "Finding"} else "error")
    if rest and isinstance(rest[0], ast.Attribute):
        severity, rest = _severity(rest[0]), rest[1:]
    texts = [_text(argument) for argument in rest if isinstance(argument, (ast.Constant, ast.JoinedStr, ast.BinOp))]
    if texts and " " in texts[0]:
        yield Told(code, severity, "", texts[0], _text(given.get("help")) or (texts[1] if len(texts) > 1 else ""))


def _name(call: ast.Call) -> str:
    function = call.func
    return (
        function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""
    )


def _constant(node: ast.expr | None, constants: Mapping[str, str]) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return constants.get(node.id, "") if isinstance(node, ast.Name) else ""


def _severity(node: ast.expr | None) -> str:
    return node.attr.lower() if isinstance(node, ast.Attribute) and node.attr.isupper() else ""


def _text(node: ast.expr | None) -> str:
    """A text as far as it is known before running: what is put in is `…`."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) if isinstance(part, ast.Constant) else "…" for part in node.values)
    if isinstance(node, ast.BinOp):
        return _text(node.left) + _text(node.right)
    return "…" if node is not None else ""


def by_code(found: Iterable[Page]) -> dict[str, list[tuple[Page, Told]]]:
    """Every code there is, sorted, with the modules that report it."""
    codes: dict[str, list[tuple[Page, Told]]] = {}
    for page in found:
        for told in page.told:
            codes.setdefault(told.code, []).append((page, told))
    return dict(sorted(codes.items()))
