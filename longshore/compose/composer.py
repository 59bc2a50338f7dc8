"""PyYAML's parser on libyaml, as a composer of bare nodes: no resolver, no recursion that a file could exhaust."""

from __future__ import annotations

from typing import Any

from yaml import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingNode,
    MappingStartEvent,
    MarkedYAMLError,
    ScalarEvent,
    ScalarNode,
    SequenceEndEvent,
    SequenceNode,
    SequenceStartEvent,
)
from yaml._yaml import CParser

DEEPEST_COMPOSED = 128
"""libyaml's composer calls itself for each level; this is more than any stage accepts and far from harmful."""

_NESTING = ("[", "{", "- ", "-\t", "? ", "?\t")
_HARMLESS = 500
_SMALL = 100_000
"""A level takes one of these, or a line that is indented further than all above: 450 levels take this many characters.

A thread has half a MiB of stack on some systems, and a level takes up to 500 bytes of it.
"""


MOST_VALUES = 1_000_000
"""Of a file, and of all compose files of a project together: each value takes a kilobyte until all is converted."""


class TooMany(Exception):  # noqa: N818  it becomes a finding
    """A document has more values than are read; `line` and `column` of the first beyond them count from 0."""

    def __init__(self, mark: Any) -> None:
        super().__init__()
        self.line: int = mark.line
        self.column: int = mark.column


class TooDeep(Exception):  # noqa: N818  it becomes a finding
    """A document is nested too deep to go on; `line` and `column` count from 0."""

    def __init__(self, mark: Any) -> None:
        super().__init__()
        self.line: int = mark.line
        self.column: int = mark.column


class Composer(CParser):
    """Composes nodes whose tag is what the file says, None where it says nothing."""

    def descend_resolver(self, current: Any, index: Any) -> None:
        """Nothing is resolved by path."""

    def ascend_resolver(self) -> None:
        """Nothing is resolved by path."""

    def resolve(self, _kind: type, _value: Any, _implicit: Any) -> None:
        """Leave the meaning of scalars to `scalars`."""

    @staticmethod
    def documents(stream: Any, text: str) -> list[Any]:
        """Compose all documents of a stream; `text` is its content, and decides whether depth must be watched."""
        crowded = len(text) > _SMALL or sum(map(text.count, _NESTING)) > _HARMLESS
        parser = _Guarded(stream) if crowded else Composer(stream)
        documents = []
        try:
            while parser.check_node():
                documents.append(parser.get_node())
        except MarkedYAMLError as error:
            if "duplicate anchor" not in str(error.context or ""):
                raise
            # libyaml's composer refuses what YAML allows: the later anchor counts from there on.
            stream.seek(0)
            return compose_events(CParser(stream))
        return documents


class _Guarded(Composer):
    """Counts levels and values, for files that are large or have so many brackets and dashes that they may be deep."""

    def __init__(self, stream: Any) -> None:
        super().__init__(stream)
        self.depth = 0
        self.values = 0

    def descend_resolver(self, current: Any, _index: Any) -> None:
        self.depth += 1
        self.values += 1
        if self.values > 2 * MOST_VALUES:  # each may have a key, which is a node too
            raise TooMany(current.start_mark)
        if self.depth > DEEPEST_COMPOSED:
            raise TooDeep(current.start_mark)

    def ascend_resolver(self) -> None:
        self.depth -= 1


def compose_events(parser: Any) -> list[Any]:
    """Compose from events, for documents that define an anchor twice: the later one counts from there on."""
    documents: list[Any] = []
    while True:
        event = parser.get_event()
        if event is None:
            return documents
        if isinstance(event, DocumentStartEvent):
            documents.append(_compose(parser))


def _compose(parser: Any) -> Any:
    anchors: dict[str, Any] = {}
    parents: list[_Parent] = []
    while True:
        event = parser.get_event()
        if isinstance(event, (SequenceEndEvent, MappingEndEvent)):
            node = parents.pop().node
            node.end_mark = event.end_mark
        else:
            node = _node(event, anchors)
            if parents:
                parents[-1].add(node)
            if isinstance(event, (SequenceStartEvent, MappingStartEvent)):
                if len(parents) > DEEPEST_COMPOSED:
                    raise TooDeep(event.start_mark)
                parents.append(_Parent(node))
        if not parents:
            return node


class _Parent:
    """A sequence or mapping that is being filled; of a mapping, the key that waits for its value."""

    __slots__ = ("key", "node")

    def __init__(self, node: Any) -> None:
        self.node = node
        self.key: Any = None

    def add(self, child: Any) -> None:
        if isinstance(self.node, SequenceNode):
            self.node.value.append(child)
        elif self.key is None:
            self.key = child
        else:
            self.node.value.append((self.key, child))
            self.key = None


def _node(event: Any, anchors: dict[str, Any]) -> Any:
    start: Any = event.start_mark
    end: Any = event.end_mark
    if isinstance(event, AliasEvent):
        if event.anchor not in anchors:
            raise MarkedYAMLError(None, None, f"found undefined alias {event.anchor!r}", start)
        return anchors[event.anchor]
    tag: Any = None if event.tag == "!" else event.tag
    node: Any = MappingNode(tag, [], start, end)
    if isinstance(event, SequenceStartEvent):
        node = SequenceNode(tag, [], start, end)
    elif isinstance(event, ScalarEvent):
        node = ScalarNode(tag, event.value, start, end, style=event.style)
    if event.anchor:
        anchors[event.anchor] = node
    return node
