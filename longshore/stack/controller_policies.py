"""IAM policies of the controllers of a cluster with managed nodes, each for what that cluster has and nothing else.

AWS's published policies ask whether a tag is there; ours ask whose it is: both controllers tag what they make with the
name of their cluster, and EKS tags the groups and the security group that it makes.
Sources: https://github.com/kubernetes-sigs/aws-load-balancer-controller/blob/main/docs/install/iam_policy.json and
https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md
"""

from __future__ import annotations

from typing import Any, Final

from longshore.stack.iam_policies import document

_BALANCERS: Final = "elasticloadbalancing"
_SEEN: Final = (
    *(
        f"ec2:Describe{what}"
        for what in (
            "AccountAttributes",
            "Addresses",
            "AvailabilityZones",
            "Instances",
            "InternetGateways",
            "NetworkInterfaces",
            "RouteTables",
            "SecurityGroups",
            "Subnets",
            "Tags",
            "VpcPeeringConnections",
            "Vpcs",
        )
    ),
    "ec2:GetSecurityGroupsForVpc",
    *(
        f"{_BALANCERS}:Describe{what}"
        for what in (
            "CapacityReservation",
            "ListenerAttributes",
            "ListenerCertificates",
            "Listeners",
            "LoadBalancerAttributes",
            "LoadBalancers",
            "Rules",
            "SSLPolicies",
            "Tags",
            "TargetGroupAttributes",
            "TargetGroups",
            "TargetHealth",
            "TrustStores",
        )
    ),
    "acm:DescribeCertificate",
    "acm:ListCertificates",
    "cognito-idp:DescribeUserPoolClient",
)
_MADE: Final = ("LoadBalancer", "TargetGroup", "Listener", "Rule")
_CHANGED: Final = (
    "AddListenerCertificates",
    *(f"Delete{what}" for what in _MADE),
    "DeregisterTargets",
    "ModifyCapacityReservation",
    "ModifyIpPools",
    "ModifyListener",
    "ModifyListenerAttributes",
    "ModifyLoadBalancerAttributes",
    "ModifyRule",
    "ModifyTargetGroup",
    "ModifyTargetGroupAttributes",
    "RegisterTargets",
    "RemoveListenerCertificates",
    "RemoveTags",
    "SetIpAddressType",
    "SetRulePriorities",
    "SetSecurityGroups",
    "SetSubnets",
)


def balance_loads(partition: str, region: str, account: str, cluster: str, vpc: str) -> dict[str, Any]:
    """Make and change the load balancers of one cluster, and the security groups before them.

    vpc: id of the one that they stand in. Firewalls (WAF, Shield) are left to whoever has them.
    """
    ours = f"arn:{partition}:{_BALANCERS}:{region}:{account}:*"
    asked, own = (_tagged(cluster, whose) for whose in ("Request", "Resource"))
    made = [f"Create{what}" for what in _MADE]
    return document(
        {
            "Sid": "Role",
            "Action": "iam:CreateServiceLinkedRole",
            "Resource": f"arn:{partition}:iam::{account}:role/aws-service-role/{_BALANCERS}.amazonaws.com/*",
            "Condition": {"StringEquals": {"iam:AWSServiceName": f"{_BALANCERS}.amazonaws.com"}},
        },
        {"Sid": "Look", "Action": list(_SEEN), "Resource": "*"},
        {"Sid": "Make", "Action": [f"{_BALANCERS}:{what}" for what in made], "Resource": ours, "Condition": asked},
        {
            "Sid": "TagWhatIsMade",
            "Action": f"{_BALANCERS}:AddTags",
            "Resource": ours,
            "Condition": {"StringEquals": {**asked["StringEquals"], f"{_BALANCERS}:CreateAction": made}},
        },
        {
            "Sid": "Change",
            "Action": [f"{_BALANCERS}:{what}" for what in ("AddTags", *_CHANGED)],
            "Resource": ours,
            "Condition": own,
        },
        *_security_groups(f"arn:{partition}:ec2:{region}:{account}", cluster, vpc),
    )


def _tagged(cluster: str, whose: str) -> dict[str, Any]:
    """The condition that a request, or a resource, carries the tag by which the controller knows its cluster's."""
    return {"StringEquals": {f"aws:{whose}Tag/elbv2.k8s.aws/cluster": cluster}}


def _security_groups(ec2: str, cluster: str, vpc: str) -> list[dict[str, Any]]:
    """Statements about the security groups before load balancers; ec2: what the ARNs of all of EC2 begin with."""
    groups = f"{ec2}:security-group/*"
    asked, own = (_tagged(cluster, whose) for whose in ("Request", "Resource"))
    doors = ["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"]
    return [
        {"Sid": "MakeGroups", "Action": "ec2:CreateSecurityGroup", "Resource": groups, "Condition": asked},
        {"Sid": "MakeGroupsThere", "Action": "ec2:CreateSecurityGroup", "Resource": f"{ec2}:vpc/{vpc}"},
        {
            "Sid": "TagGroupsThatAreMade",
            "Action": "ec2:CreateTags",
            "Resource": groups,
            "Condition": {"StringEquals": {**asked["StringEquals"], "ec2:CreateAction": "CreateSecurityGroup"}},
        },
        {
            "Sid": "ChangeGroups",
            "Action": ["ec2:CreateTags", "ec2:DeleteTags", "ec2:DeleteSecurityGroup", *doors],
            "Resource": groups,
            "Condition": own,
        },
        {
            # By it load balancers reach the pods: that of the cluster, which EKS has made and tagged.
            "Sid": "LetIntoNodes",
            "Action": doors,
            "Resource": groups,
            "Condition": {"StringEquals": {f"aws:ResourceTag/kubernetes.io/cluster/{cluster}": "owned"}},
        },
    ]


def scale_nodes(partition: str, region: str, account: str, cluster: str) -> dict[str, Any]:
    """Change how many nodes the groups of one cluster have, within the bounds of each."""
    seen = [
        *(
            f"autoscaling:Describe{what}"
            for what in (
                "AutoScalingGroups",
                "AutoScalingInstances",
                "LaunchConfigurations",
                "ScalingActivities",
                "Tags",
            )
        ),
        *(f"ec2:Describe{what}" for what in ("Images", "InstanceTypes", "LaunchTemplateVersions")),
        "ec2:GetInstanceTypesFromInstanceRequirements",
    ]
    return document(
        {"Sid": "Look", "Action": seen, "Resource": "*"},
        {
            # Labels and taints of a group that has no node to look at.
            "Sid": "LookAtGroups",
            "Action": "eks:DescribeNodegroup",
            "Resource": f"arn:{partition}:eks:{region}:{account}:nodegroup/{cluster}/*",
        },
        {
            "Sid": "Scale",
            "Action": ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"],
            "Resource": f"arn:{partition}:autoscaling:{region}:{account}:autoScalingGroup:*",
            "Condition": {"StringEquals": {f"aws:ResourceTag/k8s.io/cluster-autoscaler/{cluster}": "owned"}},
        },
    )
