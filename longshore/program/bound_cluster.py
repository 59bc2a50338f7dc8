"""The cluster of a stack on a kubeconfig: found by what the shell says when the stack is made, and kept from then on.

`longshore.cluster.bound` says by what, and docs/adr/0013-one-cluster.md why so. No token or key gets into the state.
"""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import pulumi

from longshore.cluster import bound, kubeconfig
from longshore.cluster.credentials import shown
from longshore.convert.kubernetes.kinds import API_VERSION
from longshore.errors import Refused
from longshore.stack.pins import REHEARSAL
from longshore.stack.settings import KubeconfigCluster

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pulumi_kubernetes as k8s

    from longshore.stack.settings import Settings

PROGRAM: Final = "longshore-login"
OPERATOR_GROUP: Final = API_VERSION["ExternalSecret"].partition("/")[0]


class Reached(NamedTuple):
    """A cluster that was asked which one it is.

    kubeconfig: what Pulumi is given; a path in a rehearsal, which asks nobody, and so has observed nothing.
    """

    kubeconfig: str
    observed: bound.Observed | None
    owner: bound.Owner

    @property
    def has_namespace(self) -> bool:
        """Whether this very stack has made its namespace there before."""
        return bool(bound.made_by(self.observed, self.owner))

    def hooks(self) -> pulumi.ResourceHookBinding:
        """What is to be seen before a provider is made, or gets another kubeconfig than the state has."""

        def begin(_: pulumi.ResourceHookArgs) -> None:
            with _in_one_sentence():
                bound.refuse_taken(self.observed, self.owner)
                bound.refuse_foreign(self.observed, self.owner)

        def stay(args: pulumi.ResourceHookArgs) -> None:
            before = bound.identity(str((args.old_inputs or {}).get("kubeconfig")))
            with _in_one_sentence():
                bound.refuse_other(before, self.observed, self.owner)
                bound.refuse_foreign(self.observed, self.owner)

        # What the state says so far is seen here and nowhere else; in a preview too. Pulumi shows the names.
        always = pulumi.ResourceHookOptions(on_dry_run=True)
        return pulumi.ResourceHookBinding(
            before_create=[pulumi.ResourceHook("a namespace of its own", begin, always)],
            before_update=[pulumi.ResourceHook("the same cluster as before", stay, always)],
        )

    def watch(self, provider: k8s.Provider) -> None:
        """Refuse a namespace that is somebody else's where nothing of the state changes, and no hook is called."""

        def refuse(_: str) -> None:
            try:
                bound.refuse_foreign(self.observed, self.owner)
            except Refused as refused:
                raise pulumi.RunError(refused.whole) from None

        provider.urn.apply(refuse)


@contextmanager
def _in_one_sentence() -> Iterator[None]:
    """Let the engine show a refusal as people read it."""
    try:
        yield
    except Refused as refused:
        raise ValueError(refused.whole) from None


def reach(settings: Settings, root: str, *, needs_operator: bool) -> Reached | None:
    """Find the cluster that the stack, or else the shell, names, and ask it which it is; None for any other kind.

    root: of the project. needs_operator: whether the stack has use for a secrets operator, and brings none.

    Raises:
        pulumi.RunError: there is no such cluster, it is not reached, or it lacks the operator.
    """
    if not isinstance(settings.cluster, KubeconfigCluster):
        return None
    owner = bound.Owner(f"{pulumi.get_project()}/{pulumi.get_stack()}", settings.team_namespace, settings.team)
    try:
        return _asked(settings.cluster, root, owner, needs_operator=needs_operator)
    except Refused as refused:
        raise pulumi.RunError(refused.whole) from None


def _asked(cluster: KubeconfigCluster, root: str, owner: bound.Owner, *, needs_operator: bool) -> Reached:
    paths = kubeconfig.located(cluster.path, root, os.environ)
    if os.environ.get(REHEARSAL):
        return Reached(paths, None, owner)
    context = kubeconfig.read(paths).chosen(cluster.context)
    status = shown(context, os.environ)
    observed = bound.observe(context, status, owner)
    if needs_operator and not bound.serves(context, status, OPERATOR_GROUP):
        raise Refused(
            f"{observed.identity} has no External Secrets Operator, which brings the stack its secrets",
            "write `longshore:operator: {}` to have it installed",
        )
    return Reached(bound.bound(context, observed.identity.uid, owner, paths, command()), observed, owner)


def command() -> list[str]:
    """What runs the login: its name where the engine finds that, which is the same on every machine, else its path."""
    here = Path(sys.executable).parent
    path = os.environ.get("PATH", "").split(os.pathsep)
    if path[0] == str(here):
        path = path[1:]  # Pulumi's language host puts it there for the program, and not for the providers
    if shutil.which(PROGRAM, path=os.pathsep.join(path)):
        return [PROGRAM]
    return [sys.executable, "-P", "-m", "longshore.cluster.login"]
