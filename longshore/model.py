"""The words that every part of the converter speaks: paths, spans, findings, effects, manifests.

Logic speaks *paths* into the canonical compose model; where a path stands in a file is looked up only when a
finding is shown. A translation is a stream of *effects*; the engine folds them into manifests, and remembers for
each field which path, policy or stack setting wrote it.
"""

from __future__ import annotations

from enum import Enum
from typing import Any, NamedTuple

Path = tuple[str | int, ...]
"""A place in the canonical compose model: `("services", "web", "ports", 0)` is `services.web.ports[0]`."""

Manifest = dict[str, Any]
"""One Kubernetes object as a plain camelCase dict of JSON values."""


def path_text(path: Path) -> str:
    """Write a path as people do: `services.web.ports[0]`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text


class Span(NamedTuple):
    """A place in a file: `line` and `column` count from 1; `length` is the number of characters a caret underlines."""

    file: str
    line: int
    column: int
    length: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Severity(Enum):
    """How much a finding matters. ERROR: the application would not run, or not safely. WARNING: behaviour is lost."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Fate(Enum):
    """What becomes of one leaf of the compose model. Independent of severity."""

    TRANSLATED = "translated"
    APPROXIMATED = "approximated"
    LOCAL_ONLY = "local-only"
    UNSUPPORTED = "unsupported"


class Finding(NamedTuple):
    """One thing to tell the user.

    `code` is a stable kebab-case slug. `span` is set by those who know the place better than the path does (a
    syntax error, a line of an env file); otherwise it is looked up from `path`. `related` leads to the place:
    (`included from`, span) pairs, innermost first. No field ever holds a secret value.
    """

    code: str
    severity: Severity
    message: str
    help: str = ""
    path: Path = ()
    span: Span | None = None
    fate: Fate | None = None
    related: tuple[tuple[str, Span], ...] = ()


class ObjectKey(NamedTuple):
    """Names one Kubernetes object inside the namespace of the conversion."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind.lower()}/{self.name}"


class Item(NamedTuple):
    """One element of a Kubernetes list that is keyed by a field: `Item("name", "web")` is the container `web`."""

    key: str
    value: str | int


Field = tuple[str | Item, ...]
"""A place in a manifest: `("spec", "template", "spec", "containers", Item("name", "web"), "image")`."""


def field_text(field: Field) -> str:
    """Write a field as `kubectl explain` does, list elements by their key: `spec.containers[web].image`."""
    text = ""
    for part in field:
        if isinstance(part, Item):
            text += f"[{part.value}]"
        else:
            text += f".{part}" if text else part
    return text


class Each(dict[str | Item, Any]):
    """A value whose entries are fields of their own, each written, left to others and remembered by itself.

    `Put(web, ("spec",), Each({"replicas": 2, "paused": False}))` says what two effects would. An entry may be an Each
    too; an empty one says nothing.
    """

    __slots__ = ()


class Put(NamedTuple):
    """Write `value` to `field`; a second writer of another value is a bug that names both.

    `setting` names the stack setting that decided the value, where it was not the compose file.
    """

    object: ObjectKey
    field: Field
    value: Any
    setting: str = ""


class Default(NamedTuple):
    """Write `value` to `field` unless somebody put one there (or somewhere below it, or above it)."""

    object: ObjectKey
    field: Field
    value: Any
    setting: str = ""


class Emit(NamedTuple):
    """Create a whole object. Two equal ones are one; two that differ under one name are an error."""

    manifest: Manifest


class After(NamedTuple):
    """`object` is created only when `earlier` is ready (a Deployment available, a Job complete)."""

    object: ObjectKey
    earlier: ObjectKey


class Approximated(NamedTuple):
    """What was read is translated, but behaves differently. `at` is a path below the claimed one."""

    reason: str
    help: str = ""
    at: Path = ()
    code: str = ""
    severity: Severity = Severity.WARNING


class LocalOnly(NamedTuple):
    """What was read matters on a developer's machine or to a builder only; nothing is lost in the cluster.

    Without a reason it decides the fate and tells nothing: for what the loader has used up, or nobody means.
    """

    reason: str
    help: str = ""
    at: Path = ()
    code: str = ""
    severity: Severity = Severity.INFO


class Unsupported(NamedTuple):
    """What was read has no Kubernetes equivalent (or none here); severity ERROR when the application breaks by it.

    span: the place, where it is not in a compose file but in a file that one names.
    """

    reason: str
    help: str = ""
    at: Path = ()
    code: str = ""
    severity: Severity = Severity.WARNING
    span: Span | None = None


class Problem(NamedTuple):
    """Something to tell that decides no fate: a name collision, a plaintext secret, a missing limit.

    span: the place, where it is not in a compose file but in a file that one names.
    """

    code: str
    severity: Severity
    message: str
    help: str = ""
    at: Path = ()
    span: Span | None = None


Effect = Put | Default | Emit | After | Approximated | LocalOnly | Unsupported | Problem


class Origin(NamedTuple):
    """Who wrote a field: a compose path, or a policy (by module name), and the stack setting that decided, if any."""

    path: Path = ()
    policy: str = ""
    setting: str = ""


class Conversion(NamedTuple):
    """The result of a conversion.

    manifests: in apply order. findings: in path order.
    origins: who wrote which fields of an object; the field `()` is all of it.
    order: object → objects that must be ready before it (from `depends_on`, and from what a pod refers to).
    fates: every leaf of the model and what became of it.
    """

    manifests: tuple[Manifest, ...]
    findings: tuple[Finding, ...]
    origins: dict[ObjectKey, list[tuple[Field, Origin]]]
    order: dict[ObjectKey, frozenset[ObjectKey]]
    fates: dict[Path, Fate]


def key_of(manifest: Manifest) -> ObjectKey:
    """Name the object that a manifest describes."""
    return ObjectKey(manifest["kind"], manifest["metadata"]["name"])
