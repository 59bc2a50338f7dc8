"""Devices that compute, GPUs above all: how a service asks for them, and the resource that a cluster has for them.

Docker has four ways for one wish: `gpus`, `devices` of the reservations, the vendor's runtime, and the variable that
this runtime reads (`NVIDIA_VISIBLE_DEVICES=all`). In a cluster there is one: a number of the vendor's resource.
Sources: https://docs.docker.com/compose/how-tos/gpu-support/,
https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/docker-specialized.html
and https://kubernetes.io/docs/tasks/manage-gpus/scheduling-gpus/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from longshore.convert.estate import Service


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


class Request(NamedTuple):
    """One request for devices: whose (None: nobody knows what resource that is), and how many; number 0: `all`."""

    vendor: Vendor | None
    number: int


def request_of(written: Mapping[str, Any], *, gpu: bool) -> Request:
    """Read an entry of `gpus`, or of the reservations' `devices`; gpu: the place itself asks for GPUs."""
    driver = str(written.get("driver") or "")
    wanted = gpu or "gpu" in (written.get("capabilities") or ())
    count = int(written.get("count") or len(written.get("device_ids") or ()))
    return Request(RUNTIMES.get(driver or ("nvidia" if wanted else "")), max(count, 0))


def total(service: Service, resource: str) -> int:
    """How many of a resource all requests of a service name; a pod asks for their sum."""
    deploy = service.model.get("deploy") or {}
    reserved = ((deploy.get("resources") or {}).get("reservations") or {}).get("devices") or ()
    found = [
        *(request_of(written, gpu=True) for written in service.model.get("gpus") or ()),
        *(request_of(written, gpu=False) for written in reserved),
    ]
    return sum(each.number for each in found if each.vendor and each.vendor.resource == resource)


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
