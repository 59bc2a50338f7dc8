"""Devices that compute, GPUs above all: how a service asks for them, and the resource that a cluster has for them.

Docker has four ways for one wish: `gpus`, `devices` of the reservations, the vendor's runtime, and the variable that
this runtime reads (`NVIDIA_VISIBLE_DEVICES=all`). In a cluster there is one: a number of the vendor's resource.
Sources: https://docs.docker.com/compose/how-tos/gpu-support/,
https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/docker-specialized.html
and https://kubernetes.io/docs/tasks/manage-gpus/scheduling-gpus/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from convert.estate import Service


class Vendor(NamedTuple):
    """What a vendor's container runtime reads, and the resource that a cluster has in its place."""

    variable: str
    resource: str


RUNTIMES: Final = {
    "nvidia": Vendor("NVIDIA_VISIBLE_DEVICES", "nvidia.com/gpu"),
    "amd": Vendor("AMD_VISIBLE_DEVICES", "amd.com/gpu"),
    "habana": Vendor("HABANA_VISIBLE_DEVICES", "habana.ai/gaudi"),
}
"""Name of a runtime, and of a driver in requests for devices → the vendor, whose device plugin does its work here."""

VARIABLES: Final = {vendor.variable: vendor for vendor in RUNTIMES.values()}

_NO_DEVICE: Final = frozenset({"", "void", "none"})


def visible(service: Service, vendor: Vendor) -> int | None:
    """How many devices the vendor's variable names; None: `all` of them, also where nothing is said.

    The images that are made for such devices (`nvidia/cuda` and what is built on it) ask for all by themselves.
    """
    value = (service.model.get("environment") or {}).get(vendor.variable)
    if value is None or value.strip().lower() == "all":
        return None
    return 0 if value.strip().lower() in _NO_DEVICE else len([part for part in value.split(",") if part.strip()])


def requested(service: Service) -> bool:
    """Does compose ask for devices by `gpus` or in the reservations, where it says which and how many?"""
    deploy = service.model.get("deploy") or {}
    reserved = ((deploy.get("resources") or {}).get("reservations") or {}).get("devices")
    return bool(service.model.get("gpus") or reserved)


def granted(service: Service, variable: str) -> bool:
    """Does the device plugin set this variable, because the container asks for the vendor's resource?

    The container's own value would win over the plugin's, and show it every device of its node.
    """
    vendor = VARIABLES.get(variable)
    if vendor is None:
        return False
    return requested(service) or bool(
        RUNTIMES.get(str(service.model.get("runtime") or "")) == vendor and visible(service, vendor)
    )
