"""What a stack file may say of the network of an EKS cluster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from longshore.decoding.types import Section, text
from longshore.stack.setting_types import Cidr, DaysOrNone

VpcId = Annotated[str, text(r"vpc-[0-9a-f]{8,17}", "the id of a VPC, such as `vpc-0123456789abcdef0`")]
SubnetId = Annotated[str, text(r"subnet-[0-9a-f]{8,17}", "the id of a subnet, such as `subnet-0123456789abcdef0`")]

USUAL = "10.0.0.0/16"
"""The addresses of a VPC that names none."""


@dataclass(frozen=True, slots=True)
class Subnets(Section):
    """Subnets of a VPC that is there, by their ids, each list over two zones or more."""

    private: tuple[SubnetId, ...] = ()
    """Of nodes and pods, with a way out."""
    public: tuple[SubnetId, ...] = ()
    """Of load balancers that face the internet."""
    control: tuple[SubnetId, ...] = ()
    """Of the control plane of a cluster with managed nodes; left out: the private ones."""


@dataclass(frozen=True, slots=True)
class NetworkSettings(Section):
    """A VPC over three zones with public, private and control-plane subnets; or one that is there."""

    vpc_id: VpcId = ""
    """A VPC that somebody else made; nothing is made or changed in it."""
    subnets: Subnets = Subnets()
    """The subnets of that VPC."""
    cidr: Cidr = ""
    """The addresses of the VPC, from a /16 to a /22."""
    zones: tuple[str, ...] = ()
    """Names of three availability zones; left out: the first three of the region."""
    nat: Literal["single", "per-zone", "regional"] = "single"
    """`single` is cheapest, `per-zone` survives the loss of a zone, `regional` is one gateway that AWS spreads."""
    endpoints: tuple[
        Literal["ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "kms", "logs", "secretsmanager", "sts"], ...
    ] = ()
    """AWS services with an interface endpoint, each billed by the hour; S3 always has its free one."""
    flow_log_days: DaysOrNone = 30
    """For how many days flow logs are kept; 0 keeps none."""
    flow_log_destination: Literal["cloudwatch", "s3"] = "cloudwatch"
    """`cloudwatch` can be searched at once, `s3` costs a fraction. Another one later leaves what is there in the old
    one."""

    @property
    def addresses(self) -> str:
        """The addresses of a VPC of our own."""
        return self.cidr or USUAL
