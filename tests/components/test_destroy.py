"""On the way down nothing goes before what stands on it: the reverse of what waits for what, over all of a graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.components.ground import COMPLETES, RECORDS, WORKS, before, kind_of, made, missing

if TYPE_CHECKING:
    from longshore.rehearsal.plan import Node

Graph = dict[str, "Node"]

UNUSED = {"aws:DefaultNetworkAcl", "aws:SecurityGroupIngressRule"}
"""Kinds that no stack makes."""


def test_of_every_kind_it_is_said_what_it_stands_on(graph: Graph) -> None:
    known = COMPLETES.keys() | WORKS.keys() | RECORDS
    unknown = {kind_of(node) for node in made(graph)} - known
    assert unknown == set(), (
        "tests/components/ground.py says of each kind what it completes, needs, or that it is a record"
    )


def test_nothing_goes_before_what_stands_on_it(graph: Graph) -> None:
    assert missing(graph) == []


@pytest.mark.parametrize("kind", sorted(COMPLETES.keys() - UNUSED))
def test_whatever_nobody_waits_for_is_missed(whole: Graph, kind: str) -> None:
    """The rules look at each kind: without what waits for it, one of them tells."""
    dropped = {urn for urn, node in whole.items() if kind_of(node) == kind}
    assert dropped
    loose = {
        urn: node._replace(needs=tuple(need for need in node.needs if need not in dropped))
        for urn, node in whole.items()
    }
    assert any(kind in words for words in missing(loose))


def test_a_cluster_is_the_last_but_its_network(whole: Graph) -> None:
    (cluster,) = [node for node in whole.values() if kind_of(node) == "eks:Cluster"]
    network = [node.urn for node in made(whole) if "longshore:index:Network$" in node.urn]
    assert len(network) > 30
    assert set(network) <= before(whole, cluster.urn)
