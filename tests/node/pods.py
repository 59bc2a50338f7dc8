"""Pods and claims as tests write them, and waiting for them."""

from tools.cluster.workloads import is_ready


def pod(name, image, command=None, **fields):
    """A pod of one container; `fields` go to the container where it has such fields, else to the pod."""
    of_container = {x: fields.pop(x) for x in ("volumeMounts", "resources", "env", "livenessProbe") if x in fields}
    container = {"name": "main", "image": image, **({"command": command} if command else {}), **of_container}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"app": name}},
        "spec": {"containers": [container], "terminationGracePeriodSeconds": 1, **fields},
    }


def claim(name, storage_class, mode="ReadWriteOnce"):
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name},
        "spec": {
            "accessModes": [mode],
            "storageClassName": storage_class,
            "resources": {"requests": {"storage": "64Mi"}},
        },
    }


def state(found):
    """The state of a pod's only container: `{"waiting": …}`, `{"running": …}` or `{"terminated": …}`."""
    return (found["status"].get("containerStatuses") or [{}])[0].get("state", {})


def wait_for(node, namespace, name, wanted):
    """Wait until the pod is as `wanted`; answers the seconds it took."""
    return node.api.wait(lambda: wanted(node.api.get("v1", "Pod", namespace, name)), f"pod {name}")


def run(node, namespace, *manifests):
    """Apply, and wait until every pod among them is Ready."""
    node.apply(manifests, namespace)
    for each in manifests:
        if each["kind"] == "Pod":
            wait_for(node, namespace, each["metadata"]["name"], is_ready)


def wait_until_old_ones_are_gone(node, namespace):
    """Wait until no pod is on its way out: until then one serves on, and what it has begun may still be lost."""

    def gone():
        return not any("deletionTimestamp" in x["metadata"] for x in node.api.list("v1", "Pod", namespace))

    node.api.wait(gone, f"the end of old pods in {namespace}", pause=0.2)
