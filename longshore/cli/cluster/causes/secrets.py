"""Which key of which path of the store a pod lacks: from the Secret that it names to the ExternalSecret that makes it.

A Secret itself is never asked for. Source: https://external-secrets.io/latest/api/externalsecret/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from longshore.cli.cluster.causes.cause import Binding, Cause, Entry, said_by_cluster
from longshore.cli.cluster.health import condition
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from longshore.cli.cluster.causes.cause import Scene
    from longshore.cluster.client import Object

_NO_OBJECT: Final = Regex(r'(?P<kind>secret|configmap) "(?P<name>[a-z0-9.-]+)" not found')
_NO_KEY: Final = Regex(r"couldn't find key (?P<key>\S+) in (?P<kind>Secret|ConfigMap) [a-z0-9-]+/(?P<name>[a-z0-9.-]+)")
_NO_ITEM: Final = Regex(
    r'volume "(?P<volume>[a-z0-9.-]+)" : references non-existent (?P<kind>secret|config) key: (?P<key>\S+)'
)
_ENTRY: Final = Regex(r"spec\.data\[(?P<index>[0-9]+)\]")


def bindings(secrets: Iterable[Object], events: dict[tuple[str, str], list[Object]]) -> dict[str, Binding]:
    """Secret in the cluster → what makes it, from all ExternalSecrets of a namespace."""
    found: dict[str, Binding] = {}
    for each in secrets:
        name = str(each["metadata"]["name"])
        spec = each.get("spec") or {}
        target = str((spec.get("target") or {}).get("name") or name)
        entries = tuple(
            Entry(str(entry.get("secretKey", "")), str(remote.get("key", "")), str(remote.get("property") or ""))
            for entry in spec.get("data") or ()
            if (remote := entry.get("remoteRef") or {})
        )
        ready = condition(each, "Ready")
        told = [
            str(event.get("message") or "")
            for event in events.get(("ExternalSecret", name), ())
            if event.get("type") == "Warning"
        ]
        said = (told or [str(ready.get("message") or "")])[0]
        synced = None if not ready else ready.get("status") == "True"
        found[target] = Binding(name, entries, synced, said)
    return found


def not_configured(pod: Object, container: str, message: str, scene: Scene) -> Cause | None:
    """What a container is not made for, by kubelet's sentence: a Secret, a ConfigMap, a key of one; None: another."""
    for pattern in (_NO_OBJECT, _NO_KEY, _NO_ITEM):
        match = pattern.search(message)
        if not match:
            continue
        said = match.groupdict()
        key = said.get("key") or ""
        name = said.get("name") or _of_volume(pod, said["volume"], key)
        if said["kind"].lower() == "secret":
            return _secret(name, key, container, scene)
        lacks = f"the key `{key}` of the ConfigMap `{name}`" if key else f"the ConfigMap `{name}`"
        return Cause("config-missing", f"it names {lacks}, which is not there", _deploy(scene), container)
    return None


def _deploy(scene: Scene) -> str:
    return (
        f"deploy the stack again: `make up STACK={scene.stack}`; `longshore plan -s {scene.stack}` shows what it makes"
    )


def _of_volume(pod: Object, volume: str, key: str) -> str:
    """The Secret or ConfigMap behind a volume; of a projected one that which has the key."""
    volumes = (pod.get("spec") or {}).get("volumes") or ()
    found: Object = next((each for each in volumes if each.get("name") == volume), {})
    sources = [found, *((found.get("projected") or {}).get("sources") or ())]
    for source in sources:
        for field, named in (("secret", "secretName"), ("configMap", "name")):
            held = source.get(field) or {}
            name = held.get(named) or held.get("name")
            items = [item.get("key") for item in held.get("items") or ()]
            if name and (key in items or not items):
                return str(name)
    return volume


def _secret(name: str, key: str, container: str, scene: Scene) -> Cause:
    binding = scene.bindings.get(name)
    if binding is None:
        what = f"it names the Secret `{name}`, which is not there, and no ExternalSecret makes it"
        return Cause("secret-missing", what, _deploy(scene), container)
    if key and binding.synced:
        at = next((entry for entry in binding.entries if entry.key == key), None)
        where = f"key `{at.property or at.key}` of `{at.remote}`" if at else f"key `{key}`"
        what = f"the Secret `{name}` has no {where}: the operator has not read it yet, or it is not bound"
        return Cause("secret-missing", what, _push(scene, at.remote if at else ""), container)
    lacking = ", ".join(_named(_lacking(binding)))
    why = f": {said_by_cluster(binding.said)}" if binding.said else ""
    if binding.synced is None:
        what = f"its secrets ({lacking}) are not in the cluster yet: the operator has not looked at `{binding.name}`"
        help_ = "see that the operator runs: `kubectl get pods -n external-secrets`"
        return Cause("secret-missing", what, help_, container)
    what = f"{lacking} is missing in the cluster, since `{binding.name}` is not synced{why}"
    return Cause("secret-missing", what, _push(scene, binding.entries[0].remote if binding.entries else ""), container)


def _push(scene: Scene, remote: str) -> str:
    service = remote.rpartition("/")[2]
    one = f" --service {service}" if service else ""
    return (
        f"`longshore secrets check -s {scene.stack}` says what the store lacks, and `longshore secrets push -s "
        f"{scene.stack}{one}` writes it"
    )


def _lacking(binding: Binding) -> Sequence[Entry]:
    """The entries that the operator failed at: the one that it names, else all."""
    match = _ENTRY.search(binding.said)
    index = int(match["index"]) if match else -1
    return (binding.entries[index],) if 0 <= index < len(binding.entries) else binding.entries


def _named(entries: Sequence[Entry]) -> Iterator[str]:
    """Each path of the store once, with its keys: ``key `TOKEN` of `dev/shop/web` ``."""
    for remote in dict.fromkeys(entry.remote for entry in entries):
        keys = [f"`{entry.property}`" for entry in entries if entry.remote == remote and entry.property]
        word = "key" if len(keys) == 1 else "keys"
        yield f"{word} {', '.join(keys)} of `{remote}`" if keys else f"`{remote}`"


def not_synced(secret: Object, scene: Scene) -> Cause | None:
    """Why an ExternalSecret is not as it should be; None where it is."""
    target = ((secret.get("spec") or {}).get("target") or {}).get("name") or secret["metadata"]["name"]
    binding = scene.bindings.get(str(target))
    if binding is None or binding.synced is not False:
        return None
    lacking = ", ".join(_named(_lacking(binding)))
    gone = re.search("exist|not found|can't find|no such", binding.said)
    first = "is not in the store" if gone else "can't be read by the operator"
    what = f"{lacking} {first}: {said_by_cluster(binding.said)}"
    return Cause("secret-not-synced", what, _push(scene, binding.entries[0].remote if binding.entries else ""))


def store_not_ready(store: Object, scene: Scene) -> Cause | None:
    """Why the operator cannot use a SecretStore; None where it can."""
    ready = condition(store, "Ready")
    if not ready or ready.get("status") == "True":
        return None
    name = str(store["metadata"]["name"])
    events = [x for x in scene.events.get(("SecretStore", name), ()) if x.get("type") == "Warning"]
    said = said_by_cluster((events[0] if events else ready).get("message"))
    help_ = f"`longshore doctor -s {scene.stack}` says whether the store is reached from here, and with which rights"
    return Cause("secret-store", f"the operator cannot use the store: {said}", help_)
