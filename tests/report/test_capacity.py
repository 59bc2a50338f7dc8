"""The capacity table, as `check` and `plan` print it."""

from __future__ import annotations

from longshore.convert.capacity import Load, weigh
from longshore.convert.options import Capacity
from longshore.report.capacity import capacity_table

MIB = 1 << 20
LOADS = [
    Load("web", "Deployment", 3, 512 * MIB, 250, each_node=False, surges=True),
    Load("agent", "DaemonSet", 1, 64 * MIB, 50, each_node=True, surges=False),
    Load("migrate", "Job", 0, 1024 * MIB, 500, each_node=False, surges=True),
]


def table(nodes: int, memory: int) -> str:
    offer = Capacity(nodes, memory * MIB, 1930)
    return "\n".join(capacity_table(weigh(LOADS, offer), nodes))


def test_it_fits() -> None:
    assert (
        table(3, 7_000)
        == """\
capacity:
                                         memory     cpu
  5 pods that always run                1,664Mi    850m
  one more of `migrate` while it runs   1,024Mi    500m
  offered by 2 of 3 nodes, one lost    14,000Mi  3,860m
  left                                 11,312Mi  2,510m
  it fits"""
    )


def test_it_does_not_fit() -> None:
    assert table(2, 2_000).endswith("  it does not fit")


def test_the_only_node() -> None:
    assert "offered by the only node" in table(1, 8_000)


def test_nothing_is_known_of_the_nodes() -> None:
    assert table(0, 0) == ""
