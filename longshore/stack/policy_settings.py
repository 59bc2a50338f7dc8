"""What a stack file may say of the rules of an organisation."""

from __future__ import annotations

from dataclasses import dataclass, field

from longshore.decoding.types import Named, Section, Written


@dataclass(frozen=True, slots=True)
class Policies(Section):
    """Rules of an organisation that `check` holds the stack against, as a policy pack of Pulumi would."""

    registries: tuple[str, ...] = ()
    """Beginnings of the names of images that are allowed, `registry.example.com/`; none allows all."""
    tags: tuple[str, ...] = ()
    """Names of tags that everything in AWS carries."""
    public: tuple[str, ...] = ()
    """Names of the Services and Ingresses that may face the internet."""
    waivers: Named[Written] = field(default_factory=dict)
    """`<rule> <kind>/<name>` → why it is let pass: `memory-limit Deployment/web`."""
