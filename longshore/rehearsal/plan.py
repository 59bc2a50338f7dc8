"""A plan as data: what to rehearse, the resources that a program registers, and what else came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ENGINE = "pulumi:"
"""How the types begin that are the engine's own: providers, references to other stacks."""
PROVIDERS = "pulumi:providers:"
STACK_REFERENCE = "pulumi:pulumi:StackReference"
ORGANIZATION = "organization"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""How Pulumi writes, in the inputs of a resource, a value that is known only after the deployment."""


class Node(NamedTuple):
    """One resource that the program registers.

    type: `kubernetes:apps/v1:Deployment`. parent: URN, "" for the stack itself. needs: URNs that must be there before.
    provider: URN of the provider, "" for components. custom: False for components. remote: a component that its
    provider unfolds. expected: made by such a component, not by the program. read: there already, and not made.
    outputs: of a component, those that it registered; None where it registered none. inputs: as the provider gets
    them, unknown values as `UNKNOWN`. sources: input → URNs of the resources whose outputs it is made of.
    replace_on_changes, replace_with: the options of these names, the second as URNs.
    """

    urn: str
    type: str
    name: str
    parent: str
    needs: tuple[str, ...] = ()
    provider: str = ""
    custom: bool = True
    remote: bool = False
    protected: bool = False
    expected: bool = False
    read: bool = False
    ignored: tuple[str, ...] = ()
    inputs: Mapping[str, Any] = {}
    sources: Mapping[str, Sequence[str]] = {}
    replace_on_changes: tuple[str, ...] = ()
    replace_with: tuple[str, ...] = ()
    outputs: Mapping[str, Any] | None = None

    @property
    def is_counted(self) -> bool:
        """Whether people count it as a resource: no component, nothing that is there already, nothing of the engine."""
        return self.custom and not self.read and not self.type.startswith(ENGINE)


class Script(NamedTuple):
    """What to rehearse.

    program: path of `__main__.py`. root: the folder of Pulumi.yaml. project: its name. configs: stack → its
    configuration by full key, for this stack and those it refers to. known: play a deployment that is done, with all
    outputs there, rather than the preview of a first one. exports: stack → what it exports, where that is known.
    """

    program: str
    root: str
    project: str
    stack: str
    configs: Mapping[str, Mapping[str, Any]]
    known: bool = False
    exports: Mapping[str, Mapping[str, Any]] = {}


class Rehearsal(NamedTuple):
    """What came of it: resources in order of registration, exports, messages, and why the program ended if it did."""

    nodes: tuple[Node, ...]
    exports: Mapping[str, Any]
    messages: tuple[str, ...]
    failure: str = ""
    bug: str = ""


def kind(type_: str) -> str:
    """The short name of a type: `aws:ec2/vpc:Vpc` is `ec2.Vpc`, `kubernetes:apps/v1:Deployment` is `Deployment`."""
    package, module, name = type_.split(":", 2)
    if type_.startswith(PROVIDERS):
        return "provider"
    if package == "aws":
        return f"{module.split('/')[0]}.{name}"
    return f"eks.{name}" if package == "eks" else name
