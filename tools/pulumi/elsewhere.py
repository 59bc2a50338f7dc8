"""Whether an engine is about to go to the cluster that a stack was made on, seen before the engine begins.

The engine finds out too (`longshore/cluster/bound.py`), and says it among words of its own, for a `destroy` once for
each resource. And what looks at the pods beside it must not look at those of another cluster.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from longshore.cluster.bound import Owner, identity, observe, refuse_other
from longshore.cluster.credentials import shown
from longshore.cluster.kubeconfig import located, read
from longshore.cluster.login import arguments, logged_in
from longshore.stack.reading import project_name, read_stack
from longshore.stack.settings import KubeconfigCluster, Settings

if TYPE_CHECKING:
    from tools.pulumi.interrupted import Engine

BY_THE_STATE = frozenset({"refresh", "destroy"})
"""Verbs that run no program, and so go where the state says."""


def see_its_cluster(engine: Engine, verb: str) -> None:
    """See that the cluster that a verb would go to answers, and is the one of the state.

    Raises:
        Refused: nothing leads there, or another cluster answers, or its namespace is somebody else's.
    """
    providers = [inputs for inputs in engine.providers() if identity(str(inputs.get("kubeconfig")))]
    if verb in BY_THE_STATE:
        for inputs in providers:
            content = json.loads(inputs["kubeconfig"])
            given = arguments(content["users"][0]["user"]["exec"]["args"])
            logged_in(content["clusters"][0]["cluster"], given, engine.variables)
        return
    settings = read_stack(engine.stack, str(engine.folder)).settings
    if settings and isinstance(settings.cluster, KubeconfigCluster):
        for inputs in providers:
            # With another identifier the stack file says itself that the stack goes to another cluster.
            if inputs.get("clusterIdentifier") == settings.cluster.identifier:
                _compare(engine, settings, settings.cluster, inputs["kubeconfig"])


def _compare(engine: Engine, settings: Settings, cluster: KubeconfigCluster, kubeconfig: str) -> None:
    root = str(engine.folder)
    context = read(located(cluster.path, root, engine.variables)).chosen(cluster.context)
    owner = Owner(f"{project_name(root)}/{engine.stack}", settings.team_namespace, settings.team)
    refuse_other(identity(kubeconfig), observe(context, shown(context, engine.variables), owner), owner)
