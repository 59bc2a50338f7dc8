"""What a stack file may say of the domain of a platform."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import Field

from longshore.decoding.types import Named, Section, text
from longshore.stack.setting_types import Email, Name, Version

Zone = Annotated[
    str,
    text(r"([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)+[a-z][-a-z0-9]{0,61}[a-z0-9]", "a domain such as `example.com`"),
]
ZoneId = Annotated[
    str, text(r"Z[A-Z0-9]{1,31}", "the id of a hosted zone in Route 53, such as `Z0123456789ABCDEFGHIJ`")
]
Url = Annotated[str, text(r"https://[^\s]+", "an address that begins with `https://`")]


@dataclass(frozen=True, slots=True)
class Domain(Section):
    """The domain whose hosts get a record and a certificate by their name alone."""

    zone: Annotated[Zone, Field(min_length=1, examples=["example.com"])]
    """The domain: its hosts are below it."""
    zone_id: ZoneId = ""
    """Id of its hosted zone in Route 53, on EKS, where ACM and ExternalDNS make certificates and records."""
    email: Email = ""
    """Mail address in whose name cert-manager, which is installed for it, asks for certificates on any other cluster.
    """
    issuer: Name = ""
    """Name of the ClusterIssuer, of that cert-manager or of one that is there."""
    server: Url = ""
    """Address of the authority that is asked; left out: Let's Encrypt."""
    version: Version = ""
    """Version of the Helm chart."""
    chart: str = ""
    """A path or `oci://` address of the Helm chart, where its own repository is out of reach."""
    values: Named[Any] = field(default_factory=dict)
    """Helm values over ours."""

    @property
    def issuer_name(self) -> str:
        """The ClusterIssuer; empty where AWS makes the certificates."""
        return self.issuer or ("letsencrypt" if self.email else "")
