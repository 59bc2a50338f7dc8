"""What a stack file may say of the network of an EKS cluster. Imports no pulumi."""

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
    """Subnets of a VPC that is there, by their ids, each list over two zones or more.

    private: of nodes and pods, with a way out. public: of load balancers that face the internet. control: of the
    control plane of a cluster with managed nodes; empty takes the private ones.
    """

    private: tuple[SubnetId, ...] = ()
    public: tuple[SubnetId, ...] = ()
    control: tuple[SubnetId, ...] = ()


@dataclass(frozen=True, slots=True)
class NetworkSettings(Section):
    """A VPC over three zones with public, private and control-plane subnets; or one that is there.

    vpc_id, subnets: of a VPC that somebody else made; nothing is made or changed in it. cidr: its addresses, of our
    own VPC 10.0.0.0/16 where it is empty. zones: empty takes three of the region. nat: `single` is cheapest, `per-zone`
    survives the loss of a zone, `regional` is one gateway that AWS spreads. endpoints: interface endpoints, each billed
    by the hour; S3 always has its free gateway endpoint. flow_log_days: 0 keeps no flow logs. flow_log_destination:
    `s3` is the cheap one, `cloudwatch` the one that can be searched at once; another one later leaves what is there in
    the old one.
    """

    vpc_id: VpcId = ""
    subnets: Subnets = Subnets()
    cidr: Cidr = ""
    zones: tuple[str, ...] = ()
    nat: Literal["single", "per-zone", "regional"] = "single"
    endpoints: tuple[
        Literal["ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "kms", "logs", "secretsmanager", "sts"], ...
    ] = ()
    flow_log_days: DaysOrNone = 30
    flow_log_destination: Literal["cloudwatch", "s3"] = "cloudwatch"

    @property
    def addresses(self) -> str:
        """The addresses of a VPC of our own."""
        return self.cidr or USUAL
