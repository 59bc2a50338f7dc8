"""Real requests from a pod of the node while something happens, counted one by one."""

import json
import os
import subprocess
import threading
from contextlib import contextmanager

from tests.node.pods import pod, run
from tools.cluster.api import PATIENCE
from tools.node.standins import Role, program_image


def crowd():
    """How many processes want each core: where several do, each gets its share, and everything takes so much longer."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def client(node, namespace, **labels):
    """A pod that makes load. labels: those that a network policy asks for."""
    node.add_image(program_image("own/client:1", Role()))
    manifest = pod("load-client", "own/client:1", ["/bin/sh", "-c", "exec sleep 100000"])
    manifest["metadata"]["labels"] |= labels
    run(node, namespace, manifest)


class Load:
    """What came back, once the block has ended; before that only `kinds`: how many different answers have come."""

    def __init__(self):
        self.kinds = 0
        self.answered = 0
        self.failed = {}
        self.bodies = {}
        self.slowest = 0.0

    @property
    def lost(self):
        return sum(self.failed.values())

    def versions(self):
        """How many answers each version gave."""
        found = {}
        for body, count in self.bodies.items():
            if body.startswith("{"):
                version = json.loads(body)["version"]
                found[version] = found.get(version, 0) + count
        return found


@contextmanager
def load(node, namespace, *urls, kept=False, clients=2, pause="20ms"):
    """Ask the URLs in turn for the length of the block, on connections that are kept or with a new one each time.

    The block begins when the first request is done. The program says at each answer if it had none like it before.
    """
    words = ["/standin", "load", f"-clients={clients}", f"-pause={pause}", f"-kept={str(kept).lower()}", *urls]
    command = ["kubectl", "exec", "--stdin", "--namespace", namespace, "load-client", "--", *words]
    seen = Load()
    program = node.layout.folder / "bin" / "kubectl"
    process = subprocess.Popen(
        [program, f"--kubeconfig={node.kubeconfig}", *command[1:]],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    written = []

    def read():
        for line in process.stdout:
            written.append(line)
            seen.kinds = written.count("another\n")

    process.stdout.readline()
    reader = threading.Thread(target=read)
    reader.start()
    try:
        yield seen
    finally:
        process.stdin.close()
        code = process.wait(timeout=PATIENCE)
        reader.join()
    assert code == 0, process.stderr.read()
    for name, value in json.loads(written[-1]).items():
        setattr(seen, name, value)
