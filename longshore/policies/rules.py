"""The rules, each over one resource, and what is waived of them. Pure.

The same manifest is judged alike wherever it is met: what `check` lets pass no policy pack refuses, and the other way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from longshore.convert.secrets.detection import text_hit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

Breach = tuple[str, str]
"""What is wrong, and what to write instead."""


class Seen(NamedTuple):
    """A resource. kind: of Kubernetes, or the type of pulumi-aws. properties: the manifest, or what AWS is asked for.

    protected: whether it survives its own deletion; None where nobody can say yet.
    """

    kind: str
    name: str
    properties: Mapping[str, Any]
    protected: bool | None = None


class Wanted(NamedTuple):
    """What an organisation decided.

    registries: beginnings of image names that are allowed, `registry.example.com/`; none allows all. tags: that
    everything in AWS carries. public: names of Services and Ingresses that may face the internet. production: whether
    data must be protected. waivers: `<rule> <kind>/<name>` → why it is let pass.
    """

    registries: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    public: tuple[str, ...] = ()
    production: bool = False
    waivers: Mapping[str, str] = {}


class Violation(NamedTuple):
    """A rule that a resource breaks."""

    rule: str
    resource: Seen
    message: str
    help: str

    @property
    def key(self) -> str:
        """How a waiver names it."""
        return f"{self.rule} {self.resource.kind}/{self.resource.name}"


class Judged(NamedTuple):
    """What is to be mended, what was let pass, and waivers that nothing needs any more."""

    violations: tuple[Violation, ...]
    waived: tuple[Violation, ...]
    unneeded: tuple[str, ...]


class Rule(NamedTuple):
    """A rule: what it says, and how it judges."""

    says: str
    judge: Callable[[Seen, Wanted], Iterator[Breach]]


def judged(resources: Iterable[Seen], wanted: Wanted) -> Judged:
    """Hold resources against all rules."""
    found = [one for resource in resources for one in violations(resource, wanted)]
    waived = [one for one in found if one.key in wanted.waivers]
    unneeded = wanted.waivers.keys() - {one.key for one in waived}
    return Judged(tuple(one for one in found if one.key not in wanted.waivers), tuple(waived), tuple(sorted(unneeded)))


def violations(resource: Seen, wanted: Wanted) -> Iterator[Violation]:
    """Hold one resource against all rules, waived or not."""
    for name, rule in RULES.items():
        for message, help_text in rule.judge(resource, wanted):
            yield Violation(name, resource, message, help_text)


def _containers(resource: Seen) -> Iterator[Mapping[str, Any]]:
    """All containers of a workload; one that only begins a pod is one too."""
    spec = resource.properties.get("spec") or {}
    template = (spec.get("jobTemplate") or {}).get("spec", spec).get("template") or {}
    pod = template.get("spec") or (spec if resource.kind == "Pod" else {})
    for key in ("initContainers", "containers"):
        yield from pod.get(key) or ()


def _secret(resource: Seen, wanted: Wanted) -> Iterator[Breach]:
    del wanted
    if resource.kind == "Secret":
        yield "is a Secret, whose values lie in the state", "let an ExternalSecret fetch them"


def _credentials(resource: Seen, wanted: Wanted) -> Iterator[Breach]:
    del wanted
    texts = [
        (f"`{each.get('name')}` of container {container.get('name')}", each.get("value"))
        for container in _containers(resource)
        for each in container.get("env") or ()
    ]
    if resource.kind == "ConfigMap":
        texts += [(f"`{key}`", text) for key, text in (resource.properties.get("data") or {}).items()]
    for where, text in texts:
        if isinstance(text, str) and (hit := text_hit(text)) and hit.kind == "secret":
            yield f"has a credential in {where}", "give the value to `longshore secrets push`, and refer to it"


def _limits(resource: Seen, wanted: Wanted) -> Iterator[Breach]:
    del wanted
    for container in _containers(resource):
        if not ((container.get("resources") or {}).get("limits") or {}).get("memory"):
            name = container.get("name")
            yield f"sets container {name} no limit of memory", "write `mem_limit` or `services.<name>.memory`"


def _probes(resource: Seen, wanted: Wanted) -> Iterator[Breach]:
    del wanted
    if resource.kind not in {"Deployment", "StatefulSet", "DaemonSet"}:
        return
    for container in _containers(resource):
        if container.get("ports") and not (container.get("readinessProbe") or container.get("restartPolicy")):
            name = container.get("name")
            yield f"asks container {name} nothing before it sends to it", "write a `healthcheck`"


_INTERNAL: Final = ("service.beta.kubernetes.io/aws-load-balancer-scheme", "alb.ingress.kubernetes.io/scheme")


def _public(resource: Seen, wanted: Wanted) -> Iterator[Breach]:
    spec = resource.properties.get("spec") or {}
    notes = (resource.properties.get("metadata") or {}).get("annotations") or {}
    balancer = resource.kind == "Ingress" or (resource.kind == "Service" and spec.get("type") == "LoadBalancer")
    inside = any(notes.get(name) == "internal" for name in _INTERNAL) or "internal" in str(spec.get("ingressClassName"))
    if balancer and not inside and resource.name not in wanted.public:
        yield "faces the internet, and nobody said that it may", "name it in `public`, or write `internal: true`"


_DATA: Final = frozenset(
    {
        *("PersistentVolumeClaim", "aws:backup/vault:Vault", "aws:efs/fileSystem:FileSystem", "aws:kms/key:Key"),
        *("aws:rds/cluster:Cluster", "aws:rds/instance:Instance", "aws:s3/bucket:Bucket"),
    }
)


def _protection(resource: Seen, wanted: Wanted) -> Iterator[Breach]:
    if wanted.production and resource.kind in _DATA and resource.protected is False:
        yield "holds data of production, and goes with its stack", "protect it, or retain it on deletion"


def _registries(resource: Seen, wanted: Wanted) -> Iterator[Breach]:
    if not wanted.registries:
        return
    for container in _containers(resource):
        image = full_name(str(container.get("image", "")))
        if not image.startswith(wanted.registries):
            yield f"runs {image}, which is of no allowed registry", f"take it from {', '.join(wanted.registries)}"


def full_name(image: str) -> str:
    """The name of an image with what Docker leaves out: `nginx` is `docker.io/library/nginx`."""
    first, slash, _ = image.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        return image
    return f"docker.io/{image}" if slash else f"docker.io/library/{image}"


def _tags(resource: Seen, wanted: Wanted) -> Iterator[Breach]:
    """Of the provider, which puts them on everything: no resource of AWS has to be asked one by one."""
    if resource.kind != "pulumi:providers:aws":
        return
    tags = (resource.properties.get("defaultTags") or {}).get("tags") or {}
    missing = [tag for tag in wanted.tags if not tags.get(tag)]
    if missing:
        yield f"does not put {', '.join(missing)} on what it makes", "write `tags` below `longshore:aws`"


RULES: Final[Mapping[str, Rule]] = {
    "no-secret-object": Rule("No Secret of Kubernetes is made by a stack: its values would lie in the state.", _secret),
    "plain-credential": Rule("No credential stands in a variable or a ConfigMap.", _credentials),
    "memory-limit": Rule("Every container has a limit of memory.", _limits),
    "readiness-probe": Rule("Whatever is sent requests is asked first whether it is ready.", _probes),
    "public-load-balancer": Rule("Nothing faces the internet without consent.", _public),
    "protected-data": Rule("What holds data in production survives its stack.", _protection),
    "allowed-registry": Rule("Images come from registries of the organisation.", _registries),
    "required-tag": Rule("Everything in AWS carries the tags of the organisation.", _tags),
}
"""Name → rule; the order in which they are told."""
