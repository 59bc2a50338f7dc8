"""`Network`: a VPC over three zones in which a cluster can lose one.

Nodes stand in private subnets, load balancers and NAT in public ones, the control plane in small ones of its own that
no node can exhaust. Traffic to S3 (images, backups) never passes the NAT gateway.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from longshore.components.component import Component
from longshore.components.flow_logs import FlowLogDestination, flow_logs
from longshore.stack.subnets import Zone, zones_of

EVERYWHERE = "0.0.0.0/0"
HTTPS = 443


class Nat(StrEnum):
    """How private subnets reach the internet."""

    SINGLE = "single"
    """One gateway in one zone: the cheapest."""
    PER_ZONE = "per-zone"
    """A gateway in every zone: survives the loss of a zone."""
    REGIONAL = "regional"
    """One gateway that AWS spreads over the zones."""


class NetworkArgs(TypedDict):
    """What a network is made of. All of it is plain, for it decides which resources there are."""

    region: str
    """The AWS region, `eu-west-1`, which is that of the component's AWS provider."""
    cidr: NotRequired[str]
    """The addresses of the VPC, from a /16 to a /22. Default: `10.0.0.0/16`."""
    zones: NotRequired[Sequence[str]]
    """Names of three availability zones. Default: the first three of the region."""
    nat: NotRequired[Nat]
    """How private subnets reach the internet. Default: `single`."""
    endpoints: NotRequired[Sequence[str]]
    """AWS services with an interface endpoint, `ecr.api` for example, each billed by the hour. S3 has a free one."""
    flow_log_days: NotRequired[int]
    """For how many days flow logs are kept; 0 keeps none. Default: 30."""
    flow_log_destination: NotRequired[FlowLogDestination]
    """Where they are kept. Default: `cloudwatch`."""
    flow_log_group: NotRequired[str]
    """Name of the log group, unique in its region; one that is there keeps its own. Default: `/aws/vpc/` and that of
    the component."""
    production: NotRequired[bool]
    """Whether VPC and subnets, on which all else stands, are protected from deletion, and logs outlive theirs.
    Default: no."""


class Network(Component):
    """VPC, subnets, routes, NAT, endpoints and flow logs.

    A cluster in it `depends_on` the network as a whole: without each of its parts no node joins it, or leaves in order.
    """

    vpc_id: pulumi.Output[str]
    """Id of the VPC."""
    cidr: pulumi.Output[str]
    """The addresses of the VPC."""
    zones: Sequence[str]
    """What tells the three zones apart, `a`, `b` and `c` mostly; the lists of subnets are in this order."""
    public_subnet_ids: Sequence[pulumi.Output[str]]
    """Subnets of what faces the internet, one per zone."""
    private_subnet_ids: Sequence[pulumi.Output[str]]
    """Subnets of nodes and pods, one per zone."""
    control_subnet_ids: Sequence[pulumi.Output[str]]
    """Subnets of the control plane of a cluster with managed nodes, one per zone."""

    def __init__(self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the network.

        Raises:
            ValueError: the range can't be cut for three zones, or another argument is not one of those there are.
        """
        super().__init__(name, opts, formerly="longshore:aws:Network")
        self._prefix = name
        self._region = args["region"]
        self._addresses = args.get("cidr", "10.0.0.0/16")
        self._kept = pulumi.ResourceOptions(protect=args.get("production", False) or None)
        zones = zones_of(self._region, self._addresses, tuple(args.get("zones", ())))
        vpc = aws.ec2.Vpc(
            f"{name}-vpc",
            cidr_block=self._addresses,
            enable_dns_hostnames=True,
            enable_dns_support=True,
            tags={"Name": name},
            opts=pulumi.ResourceOptions.merge(self._after, self._kept),
        )
        self.vpc_id, self.cidr = vpc.id, vpc.cidr_block
        self.zones = [zone.letter for zone in zones]
        # Nobody chose the default group; what lands in it by mistake can talk to nobody.
        aws.ec2.DefaultSecurityGroup(f"{name}-default", vpc_id=self.vpc_id, opts=self._child)
        public = [self._subnet("public", zone, zone.public, {"kubernetes.io/role/elb": "1"}) for zone in zones]
        private = [
            self._subnet("private", zone, zone.private, {"kubernetes.io/role/internal-elb": "1"}) for zone in zones
        ]
        control = [self._subnet("control", zone, zone.control, {}) for zone in zones]
        self.public_subnet_ids = [subnet.id for subnet in public]
        self.private_subnet_ids = [subnet.id for subnet in private]
        self.control_subnet_ids = [subnet.id for subnet in control]
        outward = self._internet(public)
        letters = zip(self.zones, private, strict=True)
        tables = [self._table(f"private-{letter}", [subnet])[0] for letter, subnet in letters]
        tables.append(self._table("control", control, self.zones)[0])
        self._ways_out(Nat(args.get("nat", Nat.SINGLE)), zones, public, tables, outward)
        self._endpoints(tables, args.get("endpoints", ()))
        self._flow_logs(vpc, args)
        self.register_outputs(
            {
                "vpcId": self.vpc_id,
                "cidr": self.cidr,
                "zones": self.zones,
                "publicSubnetIds": self.public_subnet_ids,
                "privateSubnetIds": self.private_subnet_ids,
                "controlSubnetIds": self.control_subnet_ids,
            }
        )

    def _flow_logs(self, vpc: "aws.ec2.Vpc", args: NetworkArgs) -> None:
        flow_logs(
            f"{self._prefix}-flow-logs",
            vpc,
            int(args.get("flow_log_days", 30)),
            FlowLogDestination(args.get("flow_log_destination", FlowLogDestination.CLOUDWATCH)),
            production=args.get("production", False),
            opts=self._child,
            group=args.get("flow_log_group", f"/aws/vpc/{self._prefix}"),
        )

    def _subnet(self, tier: str, zone: Zone, cidr: str, tags: dict[str, str]) -> "aws.ec2.Subnet":
        return aws.ec2.Subnet(
            f"{self._prefix}-{tier}-{zone.letter}",
            vpc_id=self.vpc_id,
            cidr_block=cidr,
            availability_zone=zone.name,
            map_public_ip_on_launch=False,
            tags={"Name": f"{self._prefix}-{tier}-{zone.letter}", **tags},
            opts=pulumi.ResourceOptions.merge(self._child, self._kept),
        )

    def _table(
        self, role: str, subnets: "Sequence[aws.ec2.Subnet]", letters: Sequence[str] = ("",)
    ) -> "tuple[aws.ec2.RouteTable, list[aws.ec2.RouteTableAssociation]]":
        """A route table, and what makes it that of its subnets."""
        table = aws.ec2.RouteTable(
            f"{self._prefix}-{role}",
            vpc_id=self.vpc_id,
            tags={"Name": f"{self._prefix}-{role}"},
            opts=self._child,
        )
        associated = [
            aws.ec2.RouteTableAssociation(
                f"{self._prefix}-{role}" + (f"-{letter}" if letter else ""),
                route_table_id=table.id,
                subnet_id=subnet.id,
                opts=self._child,
            )
            for letter, subnet in zip(letters, subnets, strict=True)
        ]
        return table, associated

    def _internet(self, public: "Sequence[aws.ec2.Subnet]") -> list[pulumi.Resource]:
        """Lead the public subnets to the internet; what must be there before one of them does."""
        gateway = aws.ec2.InternetGateway(
            f"{self._prefix}-internet", vpc_id=self.vpc_id, tags={"Name": self._prefix}, opts=self._child
        )
        table, associated = self._table("public", public, self.zones)
        route = aws.ec2.Route(
            f"{self._prefix}-public",
            route_table_id=table.id,
            destination_cidr_block=EVERYWHERE,
            gateway_id=gateway.id,
            opts=self._child,
        )
        return [route, *associated]

    def _ways_out(
        self,
        nat: Nat,
        zones: Sequence[Zone],
        public: "Sequence[aws.ec2.Subnet]",
        tables: "Sequence[aws.ec2.RouteTable]",
        outward: Sequence[pulumi.Resource],
    ) -> None:
        """Route each private subnet through NAT; a route table per zone, so that another strategy renames nothing."""
        after = pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=list(outward)))
        if nat is Nat.REGIONAL:
            shared = aws.ec2.NatGateway(
                f"{self._prefix}-nat",
                availability_mode="regional",
                vpc_id=self.vpc_id,
                tags={"Name": self._prefix},
                opts=after,
            )
            gateways = [shared] * len(zones)
        else:
            count = len(zones) if nat is Nat.PER_ZONE else 1
            made = [self._nat(zone, subnet, after) for zone, subnet in zip(zones[:count], public, strict=False)]
            gateways = made if count > 1 else made * len(zones)
        for zone, table, gateway in zip(zones, tables, gateways, strict=False):
            aws.ec2.Route(
                f"{self._prefix}-private-{zone.letter}",
                route_table_id=table.id,
                destination_cidr_block=EVERYWHERE,
                nat_gateway_id=gateway.id,
                opts=self._child,
            )

    def _nat(self, zone: Zone, subnet: "aws.ec2.Subnet", opts: pulumi.ResourceOptions) -> "aws.ec2.NatGateway":
        name = f"{self._prefix}-nat-{zone.letter}"
        address = aws.ec2.Eip(name, domain="vpc", tags={"Name": name}, opts=self._child)
        return aws.ec2.NatGateway(name, subnet_id=subnet.id, allocation_id=address.id, tags={"Name": name}, opts=opts)

    def _endpoints(self, tables: "Sequence[aws.ec2.RouteTable]", services: Sequence[str]) -> None:
        aws.ec2.VpcEndpoint(
            f"{self._prefix}-s3",
            vpc_id=self.vpc_id,
            vpc_endpoint_type="Gateway",
            service_name=f"com.amazonaws.{self._region}.s3",
            route_table_ids=[table.id for table in tables],
            tags={"Name": f"{self._prefix}-s3"},
            opts=self._child,
        )
        if not services:
            return
        group = aws.ec2.SecurityGroup(
            f"{self._prefix}-endpoints",
            description="HTTPS from the VPC to the interface endpoints",
            vpc_id=self.vpc_id,
            ingress=[
                aws.ec2.SecurityGroupIngressArgs(
                    description="HTTPS from the VPC",
                    protocol="tcp",
                    from_port=HTTPS,
                    to_port=HTTPS,
                    cidr_blocks=[self._addresses],
                )
            ],
            tags={"Name": f"{self._prefix}-endpoints"},
            opts=self._child,
        )
        for service in services:
            aws.ec2.VpcEndpoint(
                f"{self._prefix}-{service.replace('.', '-')}",
                vpc_id=self.vpc_id,
                vpc_endpoint_type="Interface",
                service_name=f"com.amazonaws.{self._region}.{service}",
                subnet_ids=self.private_subnet_ids,
                security_group_ids=[group.id],
                private_dns_enabled=True,
                tags={"Name": f"{self._prefix}-{service}"},
                opts=self._child,
            )
