"""Variables into values, and texts into the types that attributes have, before anything is merged."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from longshore.compose.patterns import apply, for_each, table
from longshore.compose.problems import Problems, quote
from longshore.compose.references import visible
from longshore.compose.scalars import integer as based
from longshore.compose.scalars import single
from longshore.compose.template import TemplateError, substitute
from longshore.compose.tree import Node, span_of
from longshore.model import Span
from longshore.regex import Regex

if TYPE_CHECKING:
    from longshore.compose.environment import Environment
    from longshore.compose.source import Document


def interpolate(document: Document, environment: Environment, problems: Problems) -> None:
    """Replace the variables in every value of a document, then give each attribute the type it has."""
    known: dict[str, tuple[str, list[str]]] = {}  # an anchor repeats its texts in every service
    for node in document.pending:
        text = node.value
        if text not in known:
            missing: list[str] = []
            try:
                known[text] = substitute(text, environment.lookup, missing.append), missing
            except TemplateError as error:
                problems.error(error.code, visible(error.message), error_span(node, error.position), help=error.help)
                problems.spoil(node)
                continue
        node.value, unset = known[text]
        for name in unset:
            problems.warning(
                "unset-variable",
                f"the variable {name} is not set, so it is empty here",
                node,
                help=f"set {name}, or give it a default: `${{{name}:-default}}`",
            )
    apply(document.root, CASTS, problems)


def error_span(node: Node, position: int) -> Span | None:
    """Place a position in a text: exact in a scalar on one line, else where the scalar starts."""
    span = span_of(node.at)
    if span is None or span.length == 1 or position == 0:
        return span
    quoted = 1 if node.at.style else 0
    raw = node.at.value
    plain_width = span.length - 2 * quoted
    if len(raw) != plain_width:
        return span
    return Span(span.file, span.line, span.column + quoted + position, span.length - quoted - position)


Cast = Callable[[str], Any]

TRUE = frozenset(("true", "y", "yes", "on"))
FALSE = frozenset(("false", "n", "no", "off"))
_INTEGER = Regex(r"[-+]?[0-9]+")
_FLOAT = Regex(
    r"[-+]?(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|inf|infinity|nan)", re.IGNORECASE | re.ASCII
)


def boolean(text: str) -> bool:
    """Read true or false, and the words that YAML 1.1 had for them."""
    word = text.lower()
    if word in TRUE:
        return True
    if word in FALSE:
        return False
    raise ValueError("true or false")


def integer(text: str) -> int:
    """Read a whole number of 64 bits."""
    if not _INTEGER.fullmatch(text) or not -(1 << 63) <= int(text) < 1 << 63:
        raise ValueError("a whole number")
    return int(text)


def number(text: str) -> float:
    """Read a number."""
    if not _FLOAT.fullmatch(text):
        raise ValueError("a number")
    return float(text)


def number32(text: str) -> float:
    """Read a number that Docker keeps in 32 bits."""
    return single(number(text))


def umask(text: str) -> int:
    """Read a file mode mask, octal when it starts with 0."""
    value = based(text)
    if value is None or not 0 <= value < 1 << 32 or text[0] in "+-":
        raise ValueError("a file mode mask such as 0022")
    return value


def _cast(cast: Cast) -> Callable[[Node, Problems], None]:
    def action(node: Node, problems: Problems) -> None:
        text = node.value
        if type(text) is not str or problems.failed(node):
            return
        try:
            node.value = cast(text)
        except ValueError as error:
            problems.error("wrong-type", f"{quote(text)} is not {error}", node, help=f"write {error}")
            return
        if cast is boolean and text.lower() not in {"true", "false"}:
            good = "true" if node.value else "false"
            problems.warning("yaml-boolean", f"{quote(text)} is taken for {good}", node, help=f"write `{good}`")

    return action


_CONTAINER: dict[str, Cast] = {
    "cpu_count": integer,
    "cpu_percent": number,
    "cpu_period": integer,
    "cpu_quota": integer,
    "cpu_rt_period": integer,
    "cpu_rt_runtime": integer,
    "cpu_shares": integer,
    "cpus": number32,
    "init": boolean,
    "networks.*.use_service_name_alias": boolean,
    "oom_kill_disable": boolean,
    "oom_score_adj": integer,
    "pids_limit": integer,
    "privileged": boolean,
    "read_only": boolean,
    "umask": umask,
    "ulimits.*": integer,
    "ulimits.*.hard": integer,
    "ulimits.*.soft": integer,
    "volumes.*.read_only": boolean,
    "volumes.*.volume.nocopy": boolean,
}
_WORKLOAD: dict[str, Cast] = {
    "depends_on.*.required": boolean,
    "depends_on.*.restart": boolean,
    "healthcheck.retries": integer,
    "healthcheck.disable": boolean,
    "ports.*.target": integer,
    "stdin_open": boolean,
    "tty": boolean,
}
_SERVICE: dict[str, Cast] = {
    "deploy.replicas": integer,
    "deploy.update_config.parallelism": integer,
    "deploy.update_config.max_failure_ratio": number,
    "deploy.rollback_config.parallelism": integer,
    "deploy.rollback_config.max_failure_ratio": number,
    "deploy.restart_policy.max_attempts": integer,
    "deploy.placement.max_replicas_per_node": integer,
    "scale": integer,
}
_TOP: dict[str, Cast] = {
    **{f"networks.*.{name}": boolean for name in ("external", "internal", "attachable", "enable_ipv4", "enable_ipv6")},
    **{f"{section}.*.external": boolean for section in ("volumes", "secrets", "configs")},
}

CASTS = table(
    {
        pattern: _cast(cast)
        for pattern, cast in {
            **for_each(("services.*", "jobs.*", "services.*.pre_start.*"), _CONTAINER),
            **for_each(("services.*", "jobs.*"), _WORKLOAD),
            **for_each(("services.*",), _SERVICE),
            **_TOP,
        }.items()
    }
)
