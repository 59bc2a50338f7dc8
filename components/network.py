"""`Network`: a VPC over three zones in which a cluster can lose one.

Nodes stand in private subnets, load balancers and NAT in public ones, the control plane in small ones of its own that
no node can exhaust. Traffic to S3 (images, backups) never passes the NAT gateway.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from longshore.components.policies import trust, write_logs
from longshore.stack.subnets import Zone, zones_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from longshore.stack.settings import NetworkSettings, Settings

EVERYWHERE = "0.0.0.0/0"
HTTPS = 443


class Network(pulumi.ComponentResource):
    """VPC, subnets, routes, NAT, endpoints and flow logs.

    Attributes:
        vpc_id: of the VPC.
        private_subnet_ids: for nodes; public_subnet_ids: for what faces the internet; control_subnet_ids: for the
            control plane of a cluster with managed nodes. One per zone each, in the order of `letters`.
        routes: what must be there before a node starts and must outlive the last one, or it loses its way out.
    """

    vpc_id: pulumi.Output[str]
    public_subnet_ids: Sequence[pulumi.Output[str]]
    private_subnet_ids: Sequence[pulumi.Output[str]]
    control_subnet_ids: Sequence[pulumi.Output[str]]

    def __init__(
        self,
        name: str,
        settings: NetworkSettings,
        *,
        region: str,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("longshore:aws:Network", name, None, opts)
        self._prefix = name
        self._settings = settings
        self._region = region
        self._child = pulumi.ResourceOptions(parent=self)
        zones = zones_of(region, settings.cidr, settings.zones)
        self.cidr = settings.cidr
        self.letters: Sequence[str] = [zone.letter for zone in zones]
        self._vpc = aws.ec2.Vpc(
            f"{name}-vpc",
            cidr_block=settings.cidr,
            enable_dns_hostnames=True,
            enable_dns_support=True,
            tags={"Name": name},
            opts=self._child,
        )
        self.vpc_id = self._vpc.id
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
        outward = self._internet(zones, public)
        tables = [self._table(f"private-{zone.letter}", [subnet]) for zone, subnet in zip(zones, private, strict=True)]
        tables.append(self._table("control", control, [zone.letter for zone in zones]))
        self.routes: Sequence[pulumi.Resource] = [outward, *self._ways_out(zones, public, tables, outward)]
        self._endpoints(tables)
        if settings.flow_log_days:
            self._flow_logs(settings.flow_log_days)
        self.register_outputs(
            {
                "vpcId": self.vpc_id,
                "publicSubnetIds": self.public_subnet_ids,
                "privateSubnetIds": self.private_subnet_ids,
                "controlSubnetIds": self.control_subnet_ids,
            }
        )

    @classmethod
    def of(cls, settings: Settings, opts: pulumi.ResourceOptions) -> Network | None:
        """The network of a stack; None where it has none of its own."""
        if settings.network is None or settings.aws is None:
            return None
        protected = pulumi.ResourceOptions(protect=settings.in_production or None)
        return cls(
            settings.environment,
            settings.network,
            region=settings.aws.region,
            opts=pulumi.ResourceOptions.merge(opts, protected),
        )

    def _subnet(self, tier: str, zone: Zone, cidr: str, tags: dict[str, str]) -> aws.ec2.Subnet:
        return aws.ec2.Subnet(
            f"{self._prefix}-{tier}-{zone.letter}",
            vpc_id=self.vpc_id,
            cidr_block=cidr,
            availability_zone=zone.name,
            map_public_ip_on_launch=False,
            tags={"Name": f"{self._prefix}-{tier}-{zone.letter}", **tags},
            opts=self._child,
        )

    def _table(
        self, role: str, subnets: Sequence[aws.ec2.Subnet], letters: Sequence[str] = ("",)
    ) -> aws.ec2.RouteTable:
        table = aws.ec2.RouteTable(
            f"{self._prefix}-{role}",
            vpc_id=self.vpc_id,
            tags={"Name": f"{self._prefix}-{role}"},
            opts=self._child,
        )
        for letter, subnet in zip(letters, subnets, strict=True):
            suffix = f"-{letter}" if letter else ""
            aws.ec2.RouteTableAssociation(
                f"{self._prefix}-{role}{suffix}", route_table_id=table.id, subnet_id=subnet.id, opts=self._child
            )
        return table

    def _internet(self, zones: Sequence[Zone], public: Sequence[aws.ec2.Subnet]) -> aws.ec2.Route:
        gateway = aws.ec2.InternetGateway(
            f"{self._prefix}-internet", vpc_id=self.vpc_id, tags={"Name": self._prefix}, opts=self._child
        )
        table = self._table("public", public, [zone.letter for zone in zones])
        return aws.ec2.Route(
            f"{self._prefix}-public",
            route_table_id=table.id,
            destination_cidr_block=EVERYWHERE,
            gateway_id=gateway.id,
            opts=self._child,
        )

    def _ways_out(
        self,
        zones: Sequence[Zone],
        public: Sequence[aws.ec2.Subnet],
        tables: Sequence[aws.ec2.RouteTable],
        outward: aws.ec2.Route,
    ) -> list[aws.ec2.Route]:
        """Route each private subnet through NAT; a route table per zone, so that another strategy renames nothing."""
        after = pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=[outward]))
        if self._settings.nat == "regional":
            shared = aws.ec2.NatGateway(
                f"{self._prefix}-nat",
                availability_mode="regional",
                vpc_id=self.vpc_id,
                tags={"Name": self._prefix},
                opts=after,
            )
            gateways = [shared] * len(zones)
        else:
            count = len(zones) if self._settings.nat == "per-zone" else 1
            made = [self._nat(zone, subnet, after) for zone, subnet in zip(zones[:count], public, strict=False)]
            gateways = made if count > 1 else made * len(zones)
        return [
            aws.ec2.Route(
                f"{self._prefix}-private-{zone.letter}",
                route_table_id=table.id,
                destination_cidr_block=EVERYWHERE,
                nat_gateway_id=gateway.id,
                opts=self._child,
            )
            for zone, table, gateway in zip(zones, tables, gateways, strict=False)
        ]

    def _nat(self, zone: Zone, subnet: aws.ec2.Subnet, opts: pulumi.ResourceOptions) -> aws.ec2.NatGateway:
        name = f"{self._prefix}-nat-{zone.letter}"
        address = aws.ec2.Eip(name, domain="vpc", tags={"Name": name}, opts=self._child)
        return aws.ec2.NatGateway(name, subnet_id=subnet.id, allocation_id=address.id, tags={"Name": name}, opts=opts)

    def _endpoints(self, tables: Sequence[aws.ec2.RouteTable]) -> None:
        aws.ec2.VpcEndpoint(
            f"{self._prefix}-s3",
            vpc_id=self.vpc_id,
            vpc_endpoint_type="Gateway",
            service_name=f"com.amazonaws.{self._region}.s3",
            route_table_ids=[table.id for table in tables],
            tags={"Name": f"{self._prefix}-s3"},
            opts=self._child,
        )
        if not self._settings.endpoints:
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
                    cidr_blocks=[self._settings.cidr],
                )
            ],
            tags={"Name": f"{self._prefix}-endpoints"},
            opts=self._child,
        )
        for service in self._settings.endpoints:
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

    def _flow_logs(self, days: int) -> None:
        name = f"{self._prefix}-flow-logs"
        group = aws.cloudwatch.LogGroup(name, name=f"/aws/vpc/{self._prefix}", retention_in_days=days, opts=self._child)
        role = aws.iam.Role(
            name,
            description=f"Writes the flow logs of VPC {self._prefix}",
            assume_role_policy=json.dumps(trust("vpc-flow-logs.amazonaws.com")),
            opts=self._child,
        )
        policy = aws.iam.RolePolicy(
            name,
            role=role.name,
            policy=group.arn.apply(lambda arn: json.dumps(write_logs(arn))),
            opts=self._child,
        )
        aws.ec2.FlowLog(
            name,
            vpc_id=self.vpc_id,
            traffic_type="ALL",
            log_destination=group.arn,
            iam_role_arn=role.arn,
            max_aggregation_interval=600,
            tags={"Name": self._prefix},
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]),
        )
