"""Nodes that carry an estate: by hand for one type, and never too few for any."""

import pytest

from longshore.convert.capacity import Load, weigh
from longshore.convert.nodes import TYPES, choices
from longshore.convert.options import Capacity

MIB, GIB = 1 << 20, 1 << 30


def load(name, memory, cpu, replicas=1, *, each_node=False, surges=True):
    return Load(name, "Deployment", replicas, memory, cpu, each_node=each_node, surges=surges)


def test_what_a_node_offers_is_what_is_left_of_it():
    kind = next(one for one in TYPES if one.name == "m7i.large")
    assert kind.offered == (8 * GIB - (255 + 11 * 29 + 100 + 250) * MIB, 2000 - 70 - 200)


def test_one_node_may_be_lost_while_one_pod_more_is_there():
    # 8 pods of 1000Mi and one more in a rollout: 9000Mi; a node offers 7268Mi, so two must be left.
    (found,) = (one for one in choices([load("web", 1000 * MIB, 100, 8)]) if one.type.name == "m7i.large")
    assert found.nodes == 3
    assert found.used == (100 * 8000 // (3 * 7268), 100 * 800 // (3 * 1730))


@pytest.mark.parametrize("count", [1, 7, 40, 200])
def test_no_choice_is_too_small_and_one_node_less_would_be(count):
    loads = [load(f"s{number}", (100 + 37 * number % 900) * MIB, 10 + number % 300) for number in range(count)]
    for one in choices(loads):
        memory, cpu = one.type.offered
        assert not weigh(loads, Capacity(one.nodes, memory, cpu)).misfits
        pods = (one.nodes - 2) * (one.type.pods - 4)
        assert one.nodes == 2 or pods < count + 1 or weigh(loads, Capacity(one.nodes - 1, memory, cpu)).misfits


def test_a_pod_larger_than_a_node_leaves_larger_types():
    assert {one.type.name for one in choices([load("db", 40 * GIB, 100)])} == {"r7i.2xlarge", "m7i.4xlarge"}
    assert choices([load("db", 400 * GIB, 100)]) == ()
