"""Where a node keeps what, and its addresses. Its network is its own, so the numbers can be the same for every node."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from tools.cluster.control_plane import Layout as ControlPlane

if TYPE_CHECKING:
    from pathlib import Path

NODE: Final = "node-0"
ADDRESS: Final = "10.99.0.2"
NETWORK: Final = "10.99.0.0/24"
POD_RANGE: Final = "10.244.0.0/16"
NODE_POD_RANGE: Final = "10.244.0.0/24"
CLUSTER_DNS: Final = "10.96.0.10"
ZONE: Final = "eu-west-1a"
RUNTIME_SOCKET: Final = "/run/containerd/containerd.sock"
REGISTRY_PORT: Final = 5000
ETCD_PORT: Final = 2379
ETCD_PEER_PORT: Final = 2380


class Layout(NamedTuple):
    """One node. `server_port` is free outside too: the API server can be asked there, through a listener of ours."""

    folder: Path
    server_port: int

    @property
    def control_plane(self) -> ControlPlane:
        """Where the control plane keeps its files."""
        return ControlPlane(self.folder / "cluster", self.server_port, ETCD_PORT, ETCD_PEER_PORT)

    @property
    def keys(self) -> Path:
        """Keys, certificates and the components' kubeconfigs."""
        return self.control_plane.folder / "pki"

    @property
    def kubeconfig(self) -> Path:
        """The administrator's kubeconfig, good inside and outside."""
        return self.control_plane.kubeconfig

    @property
    def logs(self) -> Path:
        """A log for each program."""
        return self.folder / "logs"

    @property
    def images(self) -> Path:
        """What `tools.node.images.Store` keeps."""
        return self.folder / "images"

    @property
    def volumes(self) -> Path:
        """Disks and shared folders of claims."""
        return self.folder / "volumes"

    @property
    def ready(self) -> Path:
        """Written when the node is ready: seconds by stage, as JSON."""
        return self.folder / "ready.json"

    @property
    def cgroup(self) -> str:
        """The control group below which every pod of this node runs, without a leading slash."""
        return f"longshore-node-{self.server_port}"
