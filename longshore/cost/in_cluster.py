"""What AWS makes on behalf of a cluster, and no resource of a plan says: nodes, volumes, load balancers, secrets."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from longshore.convert.capacity import loads_in
from longshore.convert.kubernetes.quantity import bytes_in
from longshore.convert.nodes import choices
from longshore.cost.aws_resources import CLUSTER
from longshore.cost.subject import ZONES, Charge
from longshore.prices.table import HOURS, Prices

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from longshore.convert.nodes import Choice
    from longshore.cost.subject import Subject
    from longshore.model import Manifest

_GIB: Final = 1 << 30
AUTO_MODE_DISK: Final = 80
"""GiB of the disk of a node of Auto Mode: https://docs.aws.amazon.com/eks/latest/userguide/create-node-class.html."""
DEFAULT_CLASS: Final = "gp3"
CLASSES: Final = frozenset({"gp2", "gp3"})
"""Classes that are called as the kind of volume that they make."""
SHARED: Final = "efs"
BACKUP_POLICY: Final = "aws:efs/backupPolicy:BackupPolicy"
VAULT: Final = "aws:backup/vault:Vault"
_SCHEME: Final = "service.beta.kubernetes.io/aws-load-balancer-scheme"


def charges(subject: Subject) -> Iterator[Charge]:
    """What the objects of a stack make AWS bill; for a stack that makes a cluster, also what all on it share."""
    yield from _nodes(subject)
    yield from _volumes(subject)
    yield from _secrets(subject)
    yield from _load_balancers(subject)


def everything(subject: Subject) -> list[Manifest]:
    """All objects on the cluster of a stack that makes one, as far as the project has them; else those of the stack."""
    return [*subject.manifests, *(each for found in subject.others.values() for each in found)]


def cheapest(manifests: Sequence[Manifest]) -> Choice | None:
    """Of the nodes that carry some objects, those that cost least, at prices of one region for all."""
    prices = Prices("")
    found = [
        (price.amount * choice.nodes, choice)
        for choice in choices(loads_in(manifests))
        if (price := prices.find(f"ec2.{choice.type.name}"))
    ]
    return min(found, key=lambda pair: pair[0])[1] if found else None


def _nodes(subject: Subject) -> Iterator[Charge]:
    """Nodes that Auto Mode makes; for a stack on the cluster of another, those that it would need by itself."""
    makes = any(subject.of(CLUSTER))
    if not subject.around.compute or (makes and subject.around.compute == "managed"):
        return
    choice = cheapest(everything(subject))
    if choice is None or not (makes or loads_in(subject.manifests)):
        return
    count, name = Decimal(choice.nodes), choice.type.name
    stacks = [name for name, found in subject.others.items() if loads_in(found)]
    asking = [*([subject.stack] if loads_in(subject.manifests) else []), *stacks]
    source = f"requests of {', '.join(asking)}" if asking else "no services: two for what the cluster itself runs"
    at = subject.around.stack
    note = "one may be lost, and one rollout be under way"
    yield Charge(f"{count} x {name}", f"ec2.{name}", count * HOURS, source, at, note)
    if subject.around.compute == "auto":
        price = Prices(subject.region).find(f"ec2.{name}")
        if price:
            yield Charge("fee of Auto Mode", "eks.auto", count * HOURS * price.amount, "longshore:cluster.compute", at)
        yield Charge("disks of nodes", "ebs.gp3", count * AUTO_MODE_DISK, source, at)


def _volumes(subject: Subject) -> Iterator[Charge]:
    if not subject.around.compute and not subject.region:
        return
    for name, class_, size in claims(subject.manifests):
        source = f"PersistentVolumeClaim {name}"
        if class_ in CLASSES or (not class_ and subject.around.compute):
            kind = class_ or DEFAULT_CLASS
            yield Charge(f"volumes, {kind}", f"ebs.{kind}", size, source)
        elif _is_shared(class_):
            note = "if full: EFS bills what is in it, and less for what nobody reads"
            yield Charge("shared files", "efs.standard", size, source, note=note)
    yield from _backups(subject)


def _backups(subject: Subject) -> Iterator[Charge]:
    """Of what lies on the cluster that a stack makes: the first is whole, later ones are what has changed since."""
    vaults = any(subject.of(VAULT))
    files = vaults or any("ENABLED" in str(node.inputs) for node in subject.of(BACKUP_POLICY))
    note = "if full, and little changes"
    for name, class_, size in claims(everything(subject)):
        source = f"PersistentVolumeClaim {name}"
        if files and _is_shared(class_):
            yield Charge("backups of shared files", "efs.backup", size, source, note=note)
        elif vaults and class_ in {"", DEFAULT_CLASS}:
            yield Charge("backups of volumes", "ebs.snapshot", size, source, note=note)


def _is_shared(class_: str) -> bool:
    return class_ == SHARED or class_.startswith(f"{SHARED}-")


def claims(manifests: Iterable[Manifest]) -> Iterator[tuple[str, str, Decimal]]:
    """Each claim, also those that a StatefulSet makes: its name, its class (may be empty), GiB."""
    for manifest in manifests:
        name, spec = manifest.get("metadata", {}).get("name", ""), manifest.get("spec") or {}
        if manifest.get("kind") == "PersistentVolumeClaim":
            yield name, spec.get("storageClassName") or "", _size(spec)
        if manifest.get("kind") == "StatefulSet":
            for template in spec.get("volumeClaimTemplates") or ():
                asked = template["spec"]
                for number in range(int(spec.get("replicas", 1))):
                    claim = f"{template['metadata']['name']}-{name}-{number}"
                    yield claim, asked.get("storageClassName") or "", _size(asked)


def unknown_classes(subject: Subject) -> list[str]:
    """Classes of claims of which nobody here knows what makes them."""
    found = {
        class_ or "the default"
        for _, class_, _ in claims(subject.manifests)
        if class_ not in CLASSES and not _is_shared(class_) and (class_ or not subject.around.compute)
    }
    return sorted(found)


def _size(spec: Manifest) -> Decimal:
    return Decimal(bytes_in(spec["resources"]["requests"]["storage"])) / _GIB


def _secrets(subject: Subject) -> Iterator[Charge]:
    """Secrets in AWS Secrets Manager that objects refer to, each once: `longshore secrets push` makes one a service."""
    stores = {
        each["metadata"]["name"]
        for each in subject.manifests
        if each.get("kind") == "SecretStore" and "aws" in each["spec"]["provider"]
    }
    keys: dict[str, str] = {}
    for each in subject.manifests:
        if each.get("kind") == "ExternalSecret" and each["spec"]["secretStoreRef"]["name"] in stores:
            for data in each["spec"].get("data") or ():
                keys.setdefault(data["remoteRef"]["key"], each["metadata"]["name"])
    for key in sorted(keys):
        yield Charge("secrets", "secret", Decimal(1), f"secret {key}")


def _load_balancers(subject: Subject) -> Iterator[Charge]:
    """Of Ingresses: one for all of a class where they share, else one each; of Services: one each."""
    classes = subject.around.ingress_classes
    shared: dict[str, list[str]] = defaultdict(list)
    for each in everything(subject) if subject.around.shares else ():
        if _class(each) in classes:
            shared[_class(each)].append(_name(each))
    for class_, ingresses in sorted(shared.items()):
        note = "shared by the stacks on the cluster"
        yield from _balancer(min(ingresses), subject.around.stack, note, public="internal" not in class_)
    for each in subject.manifests:
        if _class(each) in classes and not subject.around.shares:
            scheme = (each["metadata"].get("annotations") or {}).get("alb.ingress.kubernetes.io/scheme", "")
            yield from _balancer(_name(each), "", "", public=scheme != "internal" and "internal" not in _class(each))
        if subject.around.compute and each.get("kind") == "Service" and each["spec"].get("type") == "LoadBalancer":
            scheme = (each["metadata"].get("annotations") or {}).get(_SCHEME, "internal")
            yield from _balancer(_name(each), "", "", public=scheme != "internal")


def _balancer(source: str, at: str, note: str, *, public: bool) -> Iterator[Charge]:
    yield Charge("load balancers", "elb.hour", HOURS, source, at, note)
    if public:
        yield Charge("public addresses", "ipv4.hour", HOURS * ZONES, source, at, f"one in each of {ZONES} zones")


def _class(manifest: Manifest) -> str:
    return str(manifest["spec"].get("ingressClassName", "")) if manifest.get("kind") == "Ingress" else ""


def _name(manifest: Manifest) -> str:
    return f"{manifest['kind']} {manifest['metadata']['name']}"
