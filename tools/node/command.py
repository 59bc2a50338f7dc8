"""What each program of the node is told, and why: command lines and the files that they name."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tools.cluster import control_plane, pki
from tools.node import surroundings
from tools.node.layout import (
    ADDRESS,
    CLUSTER_DNS,
    NODE,
    NODE_POD_RANGE,
    POD_RANGE,
    REGISTRY_PORT,
    RUNTIME_SOCKET,
    ZONE,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tools.node.layout import Layout

PAUSE = "registry.k8s.io/pause:3.10.1"


def write_identities(layout: Layout) -> None:
    """All of the control plane's, and one for each program of the node."""
    authority = control_plane.write_identities(layout.control_plane)
    users = {
        "kubelet": (f"system:node:{NODE}", "system:nodes"),
        "kube-proxy": ("system:kube-proxy", ""),
        # Its own role would be a manifest that shows nothing here.
        "netpol": ("netpol", "system:masters"),
    }
    for name, (user, group) in users.items():
        identity = pki.issue(authority, user, group)
        pki.write_kubeconfig(layout.keys / name, layout.control_plane.server, authority, identity)
    caller = pki.issue(authority, "kube-apiserver-kubelet-client", "system:masters")
    pki.write_private(layout.keys / "kubelet-client.key", caller.key)
    (layout.keys / "kubelet-client.crt").write_bytes(caller.certificate)


def _write(path: Path, content: str | dict[str, Any]) -> Path:
    """JSON is YAML too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content, indent=1))
    return path


def etcd(layout: Layout) -> list[str]:
    """As in the cluster with simulated nodes."""
    return control_plane.etcd(layout.control_plane)


def api_server(layout: Layout) -> list[str]:
    """As there, but reached by pods at the address of the service `kubernetes`. The last of two equal flags counts."""
    return [
        *control_plane.api_server(layout.control_plane),
        "--bind-address=0.0.0.0",
        f"--advertise-address={ADDRESS}",
        "--endpoint-reconciler-type=lease",
        f"--kubelet-client-certificate={layout.keys / 'kubelet-client.crt'}",
        f"--kubelet-client-key={layout.keys / 'kubelet-client.key'}",
        "--kubelet-preferred-address-types=InternalIP",
    ]


def controller_manager(layout: Layout) -> list[str]:
    """As there, and it gives the node its range of pod addresses."""
    return [
        *control_plane.controller_manager(layout.control_plane),
        "--allocate-node-cidrs=true",
        f"--cluster-cidr={POD_RANGE}",
        f"--service-cluster-ip-range={control_plane.SERVICE_RANGE}",
    ]


def scheduler(layout: Layout) -> list[str]:
    """As there."""
    return control_plane.scheduler(layout.control_plane)


def containerd(layout: Layout) -> list[str]:
    """`restrict_oom_score_adj`: root here may lack CAP_SYS_RESOURCE, without which no score can be lowered."""
    _write(
        layout.folder / "hosts/_default/hosts.toml",
        f'server = "http://127.0.0.1:{REGISTRY_PORT}"\n'
        f'[host."http://127.0.0.1:{REGISTRY_PORT}"]\ncapabilities = ["pull", "resolve"]\n',
    )
    routes = [{"dst": "0.0.0.0/0"}]
    addresses = {"type": "host-local", "subnet": NODE_POD_RANGE, "dataDir": "/run/cni", "routes": routes}
    plugins: list[dict[str, Any]] = [
        {"type": "ptp", "ipMasq": False, "ipam": addresses},
        {"type": "portmap", "capabilities": {"portMappings": True}},
    ]
    _write(layout.folder / "cni/10-node.conflist", {"cniVersion": "1.0.0", "name": "node", "plugins": plugins})
    config = f"""version = 3
root = "{layout.folder}/containerd"
state = "/run/containerd"
[grpc]
address = "{RUNTIME_SOCKET}"
[plugins."io.containerd.cri.v1.images"]
snapshotter = "overlayfs"
[plugins."io.containerd.cri.v1.images".pinned_images]
sandbox = "{PAUSE}"
[plugins."io.containerd.cri.v1.images".registry]
config_path = "{layout.folder}/hosts"
[plugins."io.containerd.cri.v1.runtime"]
restrict_oom_score_adj = true
[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
BinaryName = "runc"
SystemdCgroup = false
[plugins."io.containerd.cri.v1.runtime".cni]
bin_dirs = ["/usr/lib/cni", "/opt/cni/bin"]
conf_dir = "{layout.folder}/cni"
"""
    return [f"--config={_write(layout.folder / 'containerd.toml', config)}"]


def kubelet(layout: Layout) -> list[str]:
    """The defaults of a release, but for what a machine forces: control groups of either version, without systemd."""
    config = {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "address": ADDRESS,
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": True},
            "x509": {"clientCAFile": str(layout.keys / "ca.crt")},
        },
        "authorization": {"mode": "Webhook"},
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": f"/{layout.cgroup}",
        "failCgroupV1": False,
        "failSwapOn": False,
        "clusterDNS": [CLUSTER_DNS],
        "clusterDomain": "cluster.local",
        "resolvConf": str(_write(layout.folder / "resolv.conf", "nameserver 127.0.0.1\n")),
        "containerRuntimeEndpoint": f"unix://{RUNTIME_SOCKET}",
        # The disk of the machine is other people's; how full it is must not evict a pod here.
        "evictionHard": {"memory.available": "100Mi", "nodefs.available": "1%", "imagefs.available": "1%"},
        "imageGCHighThresholdPercent": 100,
        "serializeImagePulls": False,
        "registryPullQPS": 0,
        "nodeStatusReportFrequency": "10s",
        "readOnlyPort": 0,
    }
    return [
        f"--config={_write(layout.folder / 'kubelet.yaml', config)}",
        f"--kubeconfig={layout.keys / 'kubelet'}",
        f"--cert-dir={layout.folder / 'kubelet-pki'}",
        f"--node-ip={ADDRESS}",
        f"--hostname-override={NODE}",
        f"--node-labels=topology.kubernetes.io/zone={ZONE},topology.kubernetes.io/region={ZONE[:-1]}",
    ]


def kube_proxy(layout: Layout) -> list[str]:
    """nftables; connection tracking is left as the machine has it, since its limits are the machine's."""
    tracking = {"maxPerCore": 0, "min": 0, "tcpEstablishedTimeout": "0s", "tcpCloseWaitTimeout": "0s"}
    config = {
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "mode": "nftables" if surroundings.nftables() else "iptables",
        "clusterCIDR": POD_RANGE,
        "hostnameOverride": NODE,
        "clientConnection": {"kubeconfig": str(layout.keys / "kube-proxy")},
        "conntrack": tracking,
    }
    return [f"--config={_write(layout.folder / 'kube-proxy.yaml', config)}"]


def netpol(layout: Layout) -> list[str]:
    """NetworkPolicies alone; it keeps them at every change, and all of them once a minute."""
    return [
        f"--kubeconfig={layout.keys / 'netpol'}",
        "--run-router=false",
        "--run-service-proxy=false",
        "--run-firewall=true",
        "--enable-cni=false",
        f"--hostname-override={NODE}",
        f"--service-cluster-ip-range={control_plane.SERVICE_RANGE}",
        "--iptables-sync-period=60s",
    ]
