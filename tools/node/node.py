"""Starts a node, and is the way in to one that runs.

    with running(folder) as node:
        node.add_image(image)                              # tools.node.images: from files, in milliseconds
        node.import_image(Path("witness.tar"))             # or an archive of several
        node.apply(manifests, "shop")                      # server-side apply, strictly validated; makes no namespace
        workloads.wait_until_up(node.api, "shop")          # tools.cluster.workloads and tools.cluster.api as ever
        node.kubectl("get", "pods", "--namespace", "shop")
        node.exec("web-0", ["cat", "/etc/hosts"], namespace="shop").out
        node.logs("web-0", namespace="shop")
        node.run("nft", "list", "ruleset")                 # a program of the machine, in the node's namespaces

`node.kubeconfig` is good on the machine too: a listener of ours on 127.0.0.1 leads to the API server, and to nothing
else. Images are pulled for real, from a registry that has what was added and answers "not found" for the rest; nothing
is preloaded, so that a pod's first start includes its pull. An image is there for the next pull at once; `add_image`
under a name that is kept already replaces it, and a pod sees that with `imagePullPolicy: Always`.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from tools.cluster.api import PATIENCE, Api, Manifest
from tools.cluster.processes import start, wait_until
from tools.cluster.toolchain import provide
from tools.cluster.versions import ToolsMissingError
from tools.go_program import NotBuiltError, built
from tools.node import cgroups, debian
from tools.node.account import account
from tools.node.images import Image, Store, full_name
from tools.node.layout import NODE, RUNTIME_SOCKET, Layout
from tools.node.system_images import system_images

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tools.cluster.processes import Process

_TOOLS: Final = (
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kubelet",
    "kube-proxy",
    "containerd",
    "containerd-shim-runc-v2",
    "ctr",
    "kubectl",
)
# bash takes over what loses its parent, the shims of containerd, and reaps it: process 1 must.
_FIRST: Final = '"$@" & wait $!'


class NodeUnavailableError(Exception):
    """There can be no node on this machine; the message is one sentence for the user."""


class Done(NamedTuple):
    """What a command in a container gave."""

    code: int
    out: str
    err: str


def programs() -> dict[str, Path]:
    """Path of every program that we build; what is missing is built, and what Debian has is installed.

    Raises:
        NodeUnavailableError: something cannot be had, or this process may not make namespaces.
    """
    if sys.platform != "linux" or os.geteuid() != 0:
        raise NodeUnavailableError("a real node needs root on Linux: it makes namespaces, mounts and control groups")
    try:
        debian.install(debian.NODE)
        own = {x: built(Path(__file__).with_name(x), x) for x in ("coredns", "netpol")}
        return {**provide(_TOOLS), **own}
    except (ToolsMissingError, NotBuiltError, debian.NotInstallableError) as error:
        raise NodeUnavailableError(str(error)) from None


class CommandFailedError(Exception):
    """A command has ended with an error; the message has its words."""


class Node:
    """A node that runs. `seconds` says how long each stage of its start took, from the start on."""

    def __init__(self, layout: Layout, pid: int) -> None:
        self.layout = layout
        self.pid = pid
        self.kubeconfig = layout.kubeconfig
        self.api = Api(layout.kubeconfig, explain=lambda: account(layout))
        self.store = Store(layout.images)
        self.seconds: dict[str, float] = json.loads(layout.ready.read_text())

    def add_image(self, image: Image) -> None:
        """Let the node's registry have an image, for the next pull on."""
        self.store.add(image)

    def import_image(self, archive: Path) -> list[str]:
        """The same for every image of an archive that `tools.node.images.write_archive` has written; their names."""
        return self.store.add_archive(archive)

    @contextmanager
    def lent(self, archive: Path) -> Iterator[None]:
        """The images of an archive for the length of a `with` block; afterwards every name means what it meant before.

        The node itself has none of them then either: a pod that comes later would not pull what is there already.
        """
        before = self.store.tags()
        names = [full_name(x) for x in self.import_image(archive)]
        try:
            yield
        finally:
            for each in names:
                self.store.tag(each, before.get(each))
            self.run("ctr", "images", "rm", *names)

    def apply(self, manifests: Iterable[Manifest], namespace: str = "default") -> None:
        """Server-side apply in the order given, strictly validated; `namespace` is for those that name none.

        Raises:
            ApiError: the server refuses one; those before it are applied.
        """
        for each in manifests:
            self.api.apply(each, namespace)

    def kubectl(self, *arguments: str, stdin: str = "") -> str:
        """Run kubectl; answers its stdout.

        Raises:
            CommandFailedError: with what it said on stderr.
        """
        done = self._kubectl(arguments, stdin)
        if done.code:
            raise CommandFailedError(f"kubectl {' '.join(arguments)}: {done.err.strip() or done.out.strip()}")
        return done.out

    def exec(
        self, pod: str, command: Sequence[str], *, namespace: str = "default", container: str = "", stdin: str = ""
    ) -> Done:
        """Run a command in a running container. `pod` may be `deploy/web` too; a code that is not 0 is no error."""
        within = ["--container", container] if container else []
        flags = ["--stdin"] if stdin else []
        return self._kubectl(["exec", *flags, "--namespace", namespace, pod, *within, "--", *command], stdin)

    def logs(self, pod: str, *, namespace: str = "default", container: str = "", previous: bool = False) -> str:
        """What a container has written; with `previous` the one before its last restart."""
        within = ["--container", container] if container else []
        return self.kubectl("logs", "--namespace", namespace, pod, *within, *(["--previous"] if previous else []))

    def run(self, *command: str | Path, stdin: str = "") -> Done:
        """Run a program of this machine in the node's network, mounts and processes, as root."""
        done = subprocess.run(
            [*self.entering(), *command],
            env=self.environment(),
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def entering(self) -> list[str]:
        """The words before a command that run it in the node's namespaces."""
        spaces = Path("/proc") / str(self.pid) / "ns"
        return ["nsenter", f"--net={spaces}/net", f"--mount={spaces}/mnt", f"--pid={spaces}/pid_for_children"]

    def environment(self) -> dict[str, str]:
        """With kubectl and ctr on the PATH, set up for this node."""
        return {
            **os.environ,
            "PATH": f"{self.layout.folder / 'bin'}:{debian.PATH}",
            "KUBECONFIG": str(self.kubeconfig),
            "CONTAINERD_ADDRESS": RUNTIME_SOCKET,
            "CONTAINERD_NAMESPACE": "k8s.io",
        }

    def _kubectl(self, arguments: Sequence[str], stdin: str) -> Done:
        program = self.layout.folder / "bin" / "kubectl"
        done = subprocess.run(
            [program, f"--kubeconfig={self.kubeconfig}", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)


def boot(folder: Path, *, outlive: bool = False) -> Node:
    """Start a node whose state lies in `folder`, which must not exist or be empty; it takes pods when this returns.

    It ends when this process does, however that ends, unless `outlive`.

    Raises:
        NodeUnavailableError: there can be none here.
        ProcessFailedError: it did not get ready; nothing is left running.
    """
    found = programs()
    bin_folder = folder / "bin"
    bin_folder.mkdir(parents=True)
    for name, path in found.items():
        (bin_folder / name).symlink_to(path)
    with socket.create_server(("127.0.0.1", 0)) as entrance:
        layout = Layout(folder, entrance.getsockname()[1])
        store = Store(layout.images)
        for image in system_images(found, folder / "layers"):
            store.add(image)
        process = _launch(layout, entrance, outlive=outlive)
    try:
        wait_until(layout.ready.exists, [process], NODE, PATIENCE)
        return Node(layout, process.handle.pid)
    except BaseException:
        _end(process.handle.pid, layout)
        raise


def _launch(layout: Layout, entrance: socket.socket, *, outlive: bool) -> Process:
    bound = [] if outlive else ["setpriv", "--pdeathsig", "KILL"]
    spaces = ["--net", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private", "--mount-proc"]
    program = [sys.executable, "-m", "tools.node.inside", layout.folder, layout.server_port, entrance.fileno()]
    words = [*bound, "unshare", *spaces, "bash", "-c", _FIRST, "node", *program]
    environment = {**os.environ, "PATH": f"{layout.folder / 'bin'}:{debian.PATH}"}
    environment["PYTHONPATH"] = str(Path(__file__).parent.parent.parent)
    return start(
        [str(x) for x in words],
        layout.logs / "node.log",
        name="node",
        environment=environment,
        outlive=True,
        keep=(entrance.fileno(),),
    )


def end(node: Node) -> None:
    """One kill: process 1 of the namespaces goes with `unshare`, all others with it, and mounts with the last of them.

    The logs stay in the folder; what takes room does not.
    """
    node.api.__exit__()
    _end(node.pid, node.layout)
    for name in ("containerd", "images", "layers", "own", "volumes"):
        shutil.rmtree(node.layout.folder / name, ignore_errors=True)


def _end(pid: int, layout: Layout) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    with suppress(ChildProcessError):
        os.waitpid(pid, 0)
    cgroups.remove(layout.cgroup)


@contextmanager
def running(folder: Path) -> Iterator[Node]:
    """A node for the length of a `with` block; errors as `boot`."""
    node = boot(folder)
    try:
        yield node
    finally:
        end(node)
