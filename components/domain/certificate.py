"""`DomainCertificate`: a certificate of AWS for a zone and each host directly in it, proved by a record of the zone."""

from typing import TypedDict

import pulumi
import pulumi_aws as aws

from longshore.components.component import Component

MINUTE = 60


class DomainCertificateArgs(TypedDict):
    """Whose certificate it is."""

    zone: str
    """The domain, `example.com`; the certificate is for it and for `*.example.com`."""
    zone_id: pulumi.Input[str]
    """Id of its hosted zone in Route 53."""


class DomainCertificate(Component):
    """A certificate that load balancers of AWS may show, in the region of the component's AWS provider.

    Source: https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
    """

    arn: pulumi.Output[str]
    """ARN of the certificate, once it is proved."""

    def __init__(self, name: str, args: DomainCertificateArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts, formerly="longshore:domain:Certificate")
        zone = args["zone"]
        certificate = aws.acm.Certificate(
            f"{name}-certificate",
            domain_name=zone,
            subject_alternative_names=[f"*.{zone}"],
            validation_method="DNS",
            tags={"Name": zone},
            opts=self._after,
        )
        # One record proves both names: ACM asks for the same one of a domain and of all below it.
        wanted = certificate.domain_validation_options[0]
        record = aws.route53.Record(
            f"{name}-proof",
            zone_id=args["zone_id"],
            name=wanted.resource_record_name,
            type=wanted.resource_record_type,
            records=[wanted.resource_record_value],
            ttl=MINUTE,
            # Another certificate for the same domain, of another cluster, asks for the same record.
            allow_overwrite=True,
            opts=self._child,
        )
        proved = aws.acm.CertificateValidation(
            f"{name}-certificate",
            certificate_arn=certificate.arn,
            validation_record_fqdns=[record.fqdn],
            opts=self._child,
        )
        self.arn = proved.certificate_arn
        self.register_outputs({"arn": self.arn})
