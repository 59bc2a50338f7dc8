"""What Docker fills in where a file says nothing, and the rules it checks before it resolves paths."""

from __future__ import annotations

from typing import Any

from longshore.compose.addresses import is_address
from longshore.compose.patterns import apply, for_each, table
from longshore.compose.problems import Problems, quote
from longshore.compose.scalars import show
from longshore.compose.tree import Node


def set_defaults(root: Node, problems: Problems) -> None:
    """Fill in the defaults that do not depend on anything else."""
    apply(root, DEFAULTS, problems)


def check_values(root: Node, problems: Problems) -> None:
    """Report values that no attribute beside them could make right."""
    apply(root, CHECKS, problems)


def _build(node: Node, _problems: Problems) -> None:
    if type(node.value) is dict:
        node.value.setdefault("context", Node(".", node.at, node.key))


def _secret(node: Node, _problems: Problems) -> None:
    if type(node.value) is dict and "target" not in node.value:
        node.value["target"] = Node(f"/run/secrets/{show(node.get('source'))}", node.at)


def _port(node: Node, _problems: Problems) -> None:
    if type(node.value) is dict:
        node.value.setdefault("protocol", Node("tcp", node.at))
        node.value.setdefault("mode", Node("ingress", node.at))


def _device_request(node: Node, _problems: Problems) -> None:
    if type(node.value) is dict and "count" not in node.value and "device_ids" not in node.value:
        node.value["count"] = Node("all", node.at)


def _bind(node: Node, _problems: Problems) -> None:
    if type(node.value) is dict:
        node.value.setdefault("create_host_path", Node(True, node.at))


_DEFAULTS = {
    "build": _build,
    "secrets.*": _secret,
    "ports.*": _port,
    "gpus.*": _device_request,
    "volumes.*.bind": _bind,
}

DEFAULTS = table(
    {
        **for_each(("services.*", "jobs.*"), _DEFAULTS),
        "services.*.deploy.resources.reservations.devices.*": _device_request,
    }
)


def _external(node: Node, problems: Problems) -> None:
    if type(node.value) is not dict or node.get("external") is not True:
        return
    for key, child in node.value.items():
        if key not in {"name", "external"} and not key.startswith("x-"):
            problems.error(
                "external-conflict",
                f"`{key}` has no meaning for an external volume",
                child,
                key=True,
                help="an external volume is made elsewhere: keep `external` and `name` only",
            )


def _file_object(*sources: str) -> Any:
    def action(node: Node, problems: Problems) -> None:
        if type(node.value) is not dict:
            return
        given = [source for source in sources if source in node.value]
        wanted = ", ".join(f"`{source}`" for source in sources)
        if len(given) > 1:
            problems.error(
                "exclusive-attributes",
                f"`{given[0]}` and `{given[1]}` exclude each other",
                node.value[given[1]],
                key=True,
                help=f"keep one of {wanted}",
            )
        elif not given and "driver" not in node.value and "external" not in node.value:
            problems.error(
                "missing-attribute",
                "nothing says where its content comes from",
                node,
                key=True,
                help=f"add one of {wanted}, or `external: true`",
            )

    return action


def _port_values(node: Node, problems: Problems) -> None:
    if type(node.value) is not dict:
        return
    if node.get("target") == 0:
        problems.error(
            "invalid-port",
            "0 is not a port of a container",
            node.value.get("target"),
            help="write the port that the program listens on",
        )
    address = node.value.get("host_ip")
    if address is not None and not is_address(str(address.value)):
        problems.error(
            "invalid-port",
            f"{quote(address.value)} is not an IP address",
            address,
            help="write an address such as `127.0.0.1` or `::1`",
        )


def _not_blank(node: Node, problems: Problems) -> None:
    if node.value == "":
        problems.error("invalid-value", "the path is empty", node, help="write the directory to watch")


def _count_or_ids(node: Node, problems: Problems) -> None:
    if type(node.value) is dict and "count" in node.value and "device_ids" in node.value:
        problems.error(
            "exclusive-attributes",
            "`count` and `device_ids` exclude each other",
            node.value["device_ids"],
            key=True,
            help="name the devices, or say how many",
        )


CHECKS = table(
    {
        "volumes.*": _external,
        "configs.*": _file_object("file", "environment", "content"),
        "secrets.*": _file_object("file", "environment"),
        "services.*.ports.*": _port_values,
        "services.*.develop.watch.*.path": _not_blank,
        "services.*.deploy.resources.reservations.devices.*": _count_or_ids,
        "services.*.gpus.*": _count_or_ids,
    }
)
