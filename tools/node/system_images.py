"""The images that a node needs for itself, under the names that clusters use for them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from tools.node import command, debian
from tools.node.images import Image, make_layer

if TYPE_CHECKING:
    from collections.abc import Mapping

COREDNS = "registry.k8s.io/coredns/coredns:v1.14.7"


def system_images(programs: Mapping[str, Path], layers: Path) -> list[Image]:
    """CoreDNS, and the process that holds a pod's namespaces: catatonit, as small as `pause`.

    Its size counts: the sandbox's memory is within the limit of the pod. programs: as `tools.node.node.programs`.
    """
    catatonit = Path(shutil.which("catatonit", path=debian.PATH) or "/usr/bin/catatonit")
    pause = make_layer({"pause": catatonit.resolve()}, layers)
    coredns = make_layer({"coredns": programs["coredns"]}, layers)
    return [
        Image(command.PAUSE, (pause,), {"Entrypoint": ["/pause", "-P"], "User": "65535:65535"}),
        Image(COREDNS, (coredns,), {"Entrypoint": ["/coredns"], "WorkingDir": "/"}),
    ]
