"""The command lines of the control plane and of KWOK: what each program is told, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tools.cluster import pki
from tools.cluster.toolchain import data_file
from tools.cluster.versions import read_table

if TYPE_CHECKING:
    from pathlib import Path

SERVICE_RANGE = "10.96.0.0/16"
ISSUER = "https://kubernetes.default.svc.cluster.local"


class Layout(NamedTuple):
    """Folder, addresses and ports of one cluster."""

    folder: Path
    server_port: int
    etcd_port: int
    etcd_peer_port: int

    @property
    def server(self) -> str:
        """URL of the API server."""
        return f"https://127.0.0.1:{self.server_port}"

    @property
    def etcd(self) -> str:
        """URL of etcd, without TLS, for tests that search what is stored."""
        return f"http://127.0.0.1:{self.etcd_port}"

    @property
    def kubeconfig(self) -> Path:
        """The administrator's kubeconfig."""
        return self.folder / "kubeconfig"


def write_identities(layout: Layout) -> pki.Authority:
    """Write all keys, certificates and kubeconfigs below the folder; answers who signed them."""
    folder, authority = layout.folder / "pki", pki.new_authority()
    folder.mkdir(parents=True)
    (folder / "ca.crt").write_bytes(authority.pem)
    pki.write_private(folder / "ca.key", authority.key_pem)
    server = pki.issue(authority, "kube-apiserver", server=True)
    pki.write_private(folder / "server.key", server.key)
    (folder / "server.crt").write_bytes(server.certificate)
    pki.write_private(folder / "service-accounts.key", pki.new_key_pem())
    users = {
        layout.kubeconfig: ("admin", "system:masters"),
        folder / "controller-manager": ("system:kube-controller-manager", ""),
        folder / "scheduler": ("system:kube-scheduler", ""),
        # KWOK plays every node at once, which no single node identity may do.
        folder / "kwok": ("kwok", "system:masters"),
    }
    for path, (user, group) in users.items():
        pki.write_kubeconfig(path, layout.server, authority, pki.issue(authority, user, group))
    return authority


def etcd(layout: Layout) -> list[str]:
    """Without fsync: what a power cut would lose here nobody would miss."""
    peers = f"http://127.0.0.1:{layout.etcd_peer_port}"
    return [
        f"--data-dir={layout.folder / 'etcd'}",
        f"--listen-client-urls={layout.etcd}",
        f"--advertise-client-urls={layout.etcd}",
        f"--listen-peer-urls={peers}",
        f"--initial-advertise-peer-urls={peers}",
        f"--initial-cluster=default={peers}",
        "--unsafe-no-fsync",
        "--log-level=warn",
    ]


def api_server(layout: Layout) -> list[str]:
    """RBAC, node restriction and the default admission chain (Pod Security, quotas, limit ranges) as on EKS."""
    keys = layout.folder / "pki"
    return [
        f"--etcd-servers={layout.etcd}",
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        f"--secure-port={layout.server_port}",
        f"--tls-cert-file={keys / 'server.crt'}",
        f"--tls-private-key-file={keys / 'server.key'}",
        f"--client-ca-file={keys / 'ca.crt'}",
        f"--service-account-key-file={keys / 'service-accounts.key'}",
        f"--service-account-signing-key-file={keys / 'service-accounts.key'}",
        f"--service-account-issuer={ISSUER}",
        f"--service-cluster-ip-range={SERVICE_RANGE}",
        "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction",
        "--allow-privileged=true",
        # The endpoint of the service `kubernetes` must not be a loopback address, and no pod here would call it.
        "--endpoint-reconciler-type=none",
        "--shutdown-delay-duration=0s",
    ]


def controller_manager(layout: Layout) -> list[str]:
    """All default controllers, each with its own service account as on a managed cluster."""
    keys = layout.folder / "pki"
    return [
        f"--kubeconfig={keys / 'controller-manager'}",
        f"--service-account-private-key-file={keys / 'service-accounts.key'}",
        f"--root-ca-file={keys / 'ca.crt'}",
        f"--cluster-signing-cert-file={keys / 'ca.crt'}",
        f"--cluster-signing-key-file={keys / 'ca.key'}",
        "--use-service-account-credentials=true",
        "--leader-elect=false",
        "--bind-address=127.0.0.1",
        "--secure-port=0",
        "--kube-api-qps=200",
        "--kube-api-burst=400",
    ]


def scheduler(layout: Layout) -> list[str]:
    """The default profile."""
    return [
        f"--kubeconfig={layout.folder / 'pki' / 'scheduler'}",
        "--leader-elect=false",
        "--bind-address=127.0.0.1",
        "--secure-port=0",
        "--kube-api-qps=200",
        "--kube-api-burst=400",
    ]


def kwok(layout: Layout, stages: Path) -> list[str]:
    """Plays the nodes that carry its annotation. `stages` is the file of `write_stages`."""
    return [
        f"--kubeconfig={layout.folder / 'pki' / 'kwok'}",
        f"--config={stages}",
        "--manage-all-nodes=false",
        "--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake",
        "--cidr=10.244.0.0/16",
        "--node-ip=127.0.0.1",
        "--node-port=0",
        "--node-lease-duration-seconds=40",
    ]


def write_stages(layout: Layout, own: Path) -> Path:
    """Join KWOK's own stages (node and pod lifecycle) and ours (`stages.yaml`) into one file."""
    files = [data_file("kwok", name) for name in read_table().tools["kwok"].files]
    path = layout.folder / "stages.yaml"
    path.write_text("\n---\n".join(file.read_text("utf-8") for file in [*files, own]), "utf-8")
    return path
