"""From bytes to trees: YAML as Docker's reader takes it, with a place for everything, and within bounds.

libyaml makes the node graph. From there on the rules are go-yaml's: unquoted scalars mean what `scalars` says,
duplicate keys are errors, `<<` merges, `!reset` and `!override` are known, other tags are refused.
"""

from __future__ import annotations

import io
import math
from base64 import b64decode
from typing import TYPE_CHECKING, Any

from yaml import MappingNode, ScalarNode, SequenceNode, YAMLError

from longshore.compose.composer import MOST_VALUES, Composer, TooDeep, TooMany
from longshore.compose.problems import Problems, quote
from longshore.compose.scalars import HINTS, MERGE, resolve
from longshore.compose.syntax import explain
from longshore.compose.tree import Node, Timestamp
from longshore.model import Path, Span

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_BYTES = 16 * 1024 * 1024
MOST_NODES = 100_000
"""Of a document after its aliases are expanded; documents without aliases are as big as they are."""
MOST_ENTRIES = 200_000
MOST_SERVICES = 20_000
SPLIT = "split the project: what has a life of its own is a project, and a namespace, of its own"
DEEPEST = 64

RESET: Any = object()
"""The value of a node tagged `!reset`, until the stage that removes what it names."""

_NEAR = 3
"""As deep as the attributes of a service."""

_CORE = "tag:yaml.org,2002:"


class Document:
    """One YAML document. root: its tree. pending: its texts with a `$`. resets: paths that were tagged.

    size: how many values it has.
    """

    __slots__ = ("pending", "resets", "root", "size")

    def __init__(self, root: Node, pending: list[Node], resets: list[Path], size: int) -> None:
        self.root = root
        self.pending = pending
        self.resets = resets
        self.size = size


class _Unusable(Exception):  # noqa: N818  it is a message on its way to the findings
    def __init__(self, code: str, message: str, at: Any, help: str = "") -> None:  # noqa: A002
        super().__init__(message)
        self.code, self.message, self.at, self.help = code, message, at, help


def decode(data: bytes, file: str, problems: Problems) -> str | None:
    """Give the text of a file: UTF-8, or UTF-16 with its mark; reports the place of what is neither."""
    if len(data) > MOST_BYTES:
        problems.error(
            "file-too-large",
            f"the file is {len(data) // 1024**2} MiB, more than the {MOST_BYTES // 1024**2} MiB that are read",
            Span(file, 1, 1),
            help="is this really a compose file? if so, split it and use `include`",
        )
        return None
    encoding = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        problems.error(
            "encoding",
            f"the file is not UTF-8: byte 0x{data[error.start]:02x} cannot be read",
            Span(file, line, column),
            help="save the file as UTF-8",
        )
        return None
    mark = text.find("\n\ufeff")
    if mark >= 0:
        # libyaml would pass over it; go-yaml takes it for a part of the next word.
        message = "the control character U+FEFF, a byte order mark, cannot stand within a file"
        problems.error("yaml-syntax", message, Span(file, text.count("\n", 0, mark) + 2, 1), help="remove it")
        return None
    return text


def compose(text: str, file: str, problems: Problems) -> list[Any] | None:
    """Parse every document of a file into YAML nodes; None, and a finding, when it is not YAML."""
    stream = _Named(text.encode("utf-8"))
    stream.name = file
    try:
        return Composer.documents(stream, text)
    except TooDeep as error:
        problems.error("too-deep", f"nested deeper than {DEEPEST} levels", Span(file, error.line + 1, error.column + 1))
    except TooMany as error:
        place = Span(file, error.line + 1, error.column + 1)
        problems.error("too-many-values", f"the file has more than {MOST_VALUES:,} values", place, help=SPLIT)
    except YAMLError as error:
        span, message, help_ = explain(error, text, file)
        problems.error("yaml-syntax", message, span, help=help_)
    return None


class _Named(io.BytesIO):
    name = ""


def build(root: Any, problems: Problems) -> Document | None:
    """Turn the YAML nodes of a document into a tree, aliases and merge keys expanded; None, and findings, if not."""
    if root is None:
        return None
    builder = _Builder(problems)
    try:
        tree = builder.node(root, None, 0)
    except _Unusable as error:
        problems.error(error.code, error.message, Node(None, error.at), help=error.help)
        return None
    resets: list[Path] = []
    if builder.tagged:
        _collect(tree, (), builder.overrides, resets)
    return Document(tree, builder.pending, resets, builder.made)


class _Builder:
    """Builds one document. shared: has an alias been expanded? made: nodes so far. active: containers being built.

    near: the key near the top below which it is at work, for errors of what has no place of its own.
    """

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.pending: list[Node] = []
        self.tagged = False
        self.overrides: set[int] = set()
        self.made = 0
        self.shared = False
        self.seen: set[int] = set()
        self.active: set[int] = set()
        self.near: Any = None

    def node(self, source: Any, key: Any, depth: int) -> Node:
        kind = type(source)
        if kind is ScalarNode:
            value = source.value
            if source.tag is not None:
                value = self.tagged_scalar(source)
            elif not source.style and (not value or value[0] in HINTS):
                value = resolve(value)
            node = Node(value, source, key)
            if type(value) is str and "$" in value:
                self.pending.append(node)
        else:
            node = Node(None, source, key)
            node.value = self.container(source, depth)
        if source.tag == "!override":
            self.tagged = True
            self.overrides.add(id(node))
        return node

    def container(self, source: Any, depth: int) -> Any:
        if source.tag is not None and self.is_reset(source):
            return RESET
        self.enter(source, depth)
        if type(source) is MappingNode:
            value: Any = {}
            self.mapping(source, value, depth + 1)
        else:
            children = [self.node(child, None, depth + 1) for child in source.value]
            value = [child for child in children if child.value is not RESET] if self.tagged else children
        self.active.discard(id(source))
        return value

    def enter(self, source: Any, depth: int) -> None:
        here = id(source)
        if here in self.seen:
            self.shared = True
            if here in self.active:
                raise _Unusable(
                    "alias-cycle",
                    "this anchor's value contains an alias to itself",
                    source,
                    "an alias (`*name`) can only repeat what is complete before it",
                )
        self.seen.add(here)
        self.active.add(here)
        self.made += len(source.value)
        if self.shared and self.made > MOST_NODES:
            raise _Unusable(
                "alias-bomb",
                f"its aliases expand to more than {MOST_NODES:,} values",
                self.near or source,
                "anchors that repeat anchors multiply; write the repeated part once, or use `extends`",
            )
        if len(source.value) > MOST_ENTRIES:
            beyond = source.value[MOST_ENTRIES]
            raise _Unusable(
                "too-many-entries",
                f"a list or a mapping of more than {MOST_ENTRIES:,} entries",
                beyond[0] if type(beyond) is tuple else beyond,
                SPLIT,
            )
        if depth > DEEPEST:
            raise _Unusable("too-deep", f"nested deeper than {DEEPEST} levels", source)

    def mapping(self, source: Any, into: dict[str, Node], depth: int) -> None:
        """Add the entries of a YAML mapping that are not in `into` yet: its own first, then what it merges."""
        merged = None
        own: dict[str | None, Any] = {}
        pending = self.pending
        for key, child in source.value:
            name = key.value
            if type(name) is not str or key.tag is not None or (not key.style and (not name or name[0] in HINTS)):
                name = self.key(key, reset=child.tag == "!reset")
            if name in own:
                self.duplicate(key, name or MERGE, own[name])
                continue
            own[name] = key
            if depth <= _NEAR:
                self.near = key
            if name is None:
                merged = child
            elif name in into:
                continue
            elif type(child) is ScalarNode and child.tag is None:
                value = child.value
                if not child.style and (not value or value[0] in HINTS):
                    value = resolve(value)
                into[name] = node = Node(value, child, key)
                if type(value) is str and "$" in value:
                    pending.append(node)
            else:
                into[name] = self.node(child, key, depth)
        if merged is not None and merged.tag != "!reset":
            self.merge(merged, into, depth)

    def merge(self, source: Any, into: dict[str, Node], depth: int) -> None:
        if type(source) is MappingNode:
            self.enter(source, depth)
            self.mapping(source, into, depth + 1)
            self.active.discard(id(source))
        elif type(source) is SequenceNode and all(type(child) is MappingNode for child in source.value):
            for child in source.value:
                self.merge(child, into, depth)
        else:
            help_ = "write `<<: *anchor`, or `<<: [*one, *two]`, where each anchor stands at a mapping"
            self.refuse("merge-key", "`<<` merges mappings, and this is not one", source, help_)

    def refuse(self, code: str, message: str, source: Any, help: str) -> None:  # noqa: A002
        self.problems.error(code, message, Node(None, source), help=help)

    def key(self, key: Any, *, reset: bool) -> str | None:
        """Read an unusual key: quoted or not, tagged or not, it must be text. None is the merge key.

        reset: its entry is taken out, and whatever its key is with it.
        """
        if type(key) is ScalarNode:
            plain = key.tag is None and not key.style
            value = resolve(key.value) if plain else key.value if key.tag is None else self.tagged_scalar(key)
            if type(value) is str:
                return None if plain and value == MERGE else value
            if not reset:
                help_ = f'write it in quotes: `"{key.value}"`'
                self.refuse("key-not-text", f"the key {quote(key.value)} is not text", key, help_)
            return str(key.value)
        if not reset:
            self.refuse("key-not-text", "a mapping or a list cannot be a key", key, "write text: `key: value`")
        return ""

    def duplicate(self, key: Any, name: str, first: Any) -> None:
        line = first.start_mark.line + 1
        self.refuse("duplicate-key", f"{quote(name)} is already defined in line {line}", key, "keep one of the two")

    def is_reset(self, source: Any) -> bool:
        """Check the tag of a mapping or list, or of anything that may be reset."""
        tag = source.tag
        if tag == "!reset":
            self.tagged = True
            return True
        expected = f"{_CORE}{'map' if type(source) is MappingNode else 'seq'}"
        if tag not in {"!override", expected} and type(source) is not ScalarNode:
            self.unknown_tag(source)
        return False

    def tagged_scalar(self, source: Any) -> Any:
        """Give the value of a scalar with an explicit tag."""
        tag, text = source.tag, source.value
        if tag == "!reset":
            self.tagged = True
            return RESET
        if tag in {"!override", f"{_CORE}str"}:
            return text
        name = tag.removeprefix(_CORE)
        if name not in _TYPES or name == tag:
            self.unknown_tag(source)
            return text
        try:
            return _TYPES[name](text)
        except ValueError:
            self.refuse("yaml-tag", f"this is not a `!!{name}`", source, "leave the tag out")
            return text

    def unknown_tag(self, source: Any) -> None:
        help_ = "compose files know `!reset` and `!override`; leave other tags out"
        tag = quote(source.tag.replace(_CORE, "!!"))
        self.refuse("yaml-tag", f"the tag {tag} is not known here", source, help_)


def _typed(*kinds: type) -> Callable[[str], Any]:
    """Read a text that a tag says the type of."""

    def read(text: str) -> Any:
        value = resolve(text)
        if type(value) not in kinds:
            raise ValueError(text)
        return float(value) if kinds[0] is float else value

    return read


_TYPES: dict[str, Callable[[str], Any]] = {
    "bool": _typed(bool),
    "int": _typed(int),
    "float": _typed(float, int),
    "null": _typed(type(None)),
    "timestamp": _typed(Timestamp),
    "binary": lambda text: b64decode(text).decode("utf-8"),
}


def _collect(node: Node, path: Path, overrides: set[int], resets: list[Path]) -> None:
    """Take the nodes tagged `!reset` out of a tree, and note their paths, and those of `!override`."""
    if id(node) in overrides:
        resets.append(path)
        return
    if type(node.value) is dict:
        for key, child in list(node.value.items()):
            if child.value is RESET:
                resets.append((*path, key))
                del node.value[key]
            else:
                _collect(child, (*path, key), overrides, resets)
    elif type(node.value) is list:
        for index, child in enumerate(node.value):
            _collect(child, (*path, index), overrides, resets)


def not_a_number(node: Node) -> Node | None:
    """Find a float that JSON cannot hold, which Docker therefore refuses anywhere in a compose file."""
    value = node.value
    if type(value) is float and not math.isfinite(value):
        return node
    for child in value.values() if type(value) is dict else value if type(value) is list else ():
        found = not_a_number(child)
        if found is not None:
            return found
    return None
