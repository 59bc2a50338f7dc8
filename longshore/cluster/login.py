"""`longshore-login`: what a Kubernetes client runs to log in to the cluster that a stack was made on, and to no other.

A credential plugin, https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins:
the client says which API server it means, and gets the credentials that the kubeconfig has for that one. First the
cluster is asked which it is; where another answers, or where the namespace of the stack is somebody else's, the client
gets nothing, and so can do nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from longshore.cluster.bound import Identity, Owner, is_own, observe
from longshore.cluster.credentials import INFO, VERSION, shown
from longshore.cluster.kubeconfig import Context, digest, located, read
from longshore.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


def main() -> int:
    """Write the credentials to standard output, as a client reads them, or in their place why there are none.

    A provider of Pulumi hides what its login writes to standard error, and shows the name of a kind that it does not
    know; so that the reason is seen, it is such a name.
    """
    given = arguments(sys.argv[1:])
    try:
        status = logged_in(_asked(os.environ), given, os.environ)
    except Refused as refused:
        print(f"error: {refused.whole}", file=sys.stderr)  # noqa: T201
        print(json.dumps({"apiVersion": VERSION, "kind": refused.whole}))  # noqa: T201
    else:
        print(json.dumps({"apiVersion": VERSION, "kind": "ExecCredential", "status": status}))  # noqa: T201
    return 0


class Given(NamedTuple):
    """What a bound kubeconfig says of its cluster and its stack. context, kubeconfig: where the credentials were."""

    uid: str
    owner: Owner
    context: str
    kubeconfig: str


def arguments(words: Sequence[str]) -> Given:
    """Read the arguments that `bound` wrote; those before the first flag are whatever runs this program."""
    parser = argparse.ArgumentParser(prog="longshore-login", description=__doc__.splitlines()[0], allow_abbrev=False)
    for name in ("context", "kubeconfig", "uid", "stack", "namespace", "team"):
        parser.add_argument(f"--{name}", default="")
    found, _ = parser.parse_known_args(words)
    return Given(found.uid, Owner(found.stack, found.namespace, found.team), found.context, found.kubeconfig)


def _asked(environment: Mapping[str, str]) -> Mapping[str, Any]:
    """The cluster that the client means."""
    try:
        cluster: Mapping[str, Any] = json.loads(environment[INFO])["spec"]["cluster"]
    except (KeyError, ValueError, TypeError):
        raise Refused("no cluster to log in to", f"a Kubernetes client runs this, and names one in {INFO}") from None
    return cluster


def logged_in(asked: Mapping[str, Any], given: Given, environment: Mapping[str, str]) -> dict[str, Any]:
    """Find the credentials for a cluster, and see with them that it is the one.

    asked: the cluster, as a client tells of it.

    Raises:
        Refused: nothing leads there, or another cluster answers, or the namespace is somebody else's.
    """
    uid, owner, name, kubeconfig = given
    meant = Context(name, asked, {})
    made_on = Identity(name, meant.server, digest(meant.authority), uid)
    tried = list(dict.fromkeys(filter(None, (kubeconfig, located("", "", environment)))))
    for context in _leading_to(made_on, tried):
        # The client's own words for the cluster, so that it is seen as the client will see it.
        found = Context(context.name, asked, context.user)
        status = shown(found, environment)
        observed = observe(found, status, owner)
        if observed.identity.is_other_than(made_on):
            message = f"stack {owner.stack} was made on {made_on}, and there is another now: {observed.identity}"
            raise Refused(message, "nothing was touched; docs/stacks.md says how a stack moves to another cluster")
        if observed.namespace is not None and not is_own(observed.namespace, owner):
            message = (
                f"the namespace `{owner.namespace}` on {made_on} is not that of {owner.stack}: it has no mark of it"
            )
            raise Refused(message, "somebody else has made it since, and nothing was touched there")
        return status
    message = f"stack {owner.stack} was made on {made_on}, and no context of {' or '.join(tried)} leads there"
    raise Refused(message, "give a kubeconfig that does by KUBECONFIG; nothing was changed anywhere")


def _leading_to(cluster: Identity, tried: list[str]) -> Iterator[Context]:
    """The contexts that lead to a cluster, the one of that name first."""
    for paths in tried:
        try:
            contexts = read(paths).contexts.values()
        except Refused:
            continue
        same = [
            each for each in contexts if (each.server, digest(each.authority)) == (cluster.server, cluster.authority)
        ]
        yield from sorted(same, key=lambda each: each.name != cluster.context)


if __name__ == "__main__":
    sys.exit(main())
