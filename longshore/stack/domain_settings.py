"""What a stack file may say of the domain of a platform. Imports no pulumi."""

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
    """The domain whose hosts get a record and a certificate by their name alone.

    zone_id: of the hosted zone, on EKS, where ACM and ExternalDNS do it. email: on any other cluster cert-manager is
    installed, and asks an authority (`server`, unset means Let's Encrypt) in the name of this address. issuer: the
    ClusterIssuer, of that cert-manager or of one that is there. version, chart, values: of the Helm chart.
    """

    zone: Annotated[Zone, Field(min_length=1, examples=["example.com"])]
    zone_id: ZoneId = ""
    email: Email = ""
    issuer: Name = ""
    server: Url = ""
    version: Version = ""
    chart: str = ""
    values: Named[Any] = field(default_factory=dict)

    @property
    def issuer_name(self) -> str:
        """The ClusterIssuer; empty where AWS makes the certificates."""
        return self.issuer or ("letsencrypt" if self.email else "")
