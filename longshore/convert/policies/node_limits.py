"""Programs that need more of a node than some nodes give: memory maps (`vm.max_map_count`), open files.

Elasticsearch and its kind end at their start where `vm.max_map_count` is low, and Docker's manuals let one raise it on
the host. It is a setting of the node here too; the nodes of EKS have enough, those of other clusters may not.
Source: https://www.elastic.co/docs/deploy-manage/deploy/self-managed/vm-max-map-count
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.node_limits import MAP_COUNT, MOST_OPEN_FILES, OPEN_FILES
from longshore.convert.estate.service_images import of
from longshore.convert.registry import service_policy
from longshore.model import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.model import Effect


@service_policy
def node_limits(service: Service) -> Iterator[Effect]:
    """Compare what the image is known to need with what nodes give."""
    facts = of(service)
    if facts.max_map_count:
        yield Problem(
            "node-limits",
            Severity.INFO,
            f"the program asks for a `vm.max_map_count` of {facts.max_map_count:,}: the nodes of EKS have "
            f"{MAP_COUNT:,}",
            "on other nodes, and those of your own images, set it there; a pod cannot",
            ("image",),
        )
    if facts.open_files > OPEN_FILES and "nofile" not in (service.model.get("ulimits") or {}):
        yield Problem(
            "node-limits",
            Severity.INFO,
            f"the program asks for {facts.open_files:,} open files: the nodes of EKS give {OPEN_FILES:,}, and "
            f"{MOST_OPEN_FILES:,} to a program that asks for them itself",
            f'if it does not: `sh -c "ulimit -n {facts.open_files}; exec …"` in its entrypoint',
            ("image",),
        )
