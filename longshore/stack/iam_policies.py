"""IAM policy documents: plain dicts, each as narrow as what it is for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

VERSION = "2012-10-17"


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    """A policy of statements that allow something."""
    return {"Version": VERSION, "Statement": [{"Effect": "Allow", **statement} for statement in statements]}


def trust(service: str, *more: str) -> dict[str, Any]:
    """The trust policy of a role that an AWS service assumes; `more`: actions beside `sts:AssumeRole`."""
    actions = ["sts:AssumeRole", *more]
    return document({"Principal": {"Service": service}, "Action": actions if more else actions[0]})


def trust_service_account(provider: str, issuer: str, namespace: str, account: str) -> dict[str, Any]:
    """The trust policy of a role for one ServiceAccount of a cluster (IRSA), and for no other.

    provider: ARN of the OIDC provider. issuer: without `https://`.
    Source: https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html
    """
    return document(
        {
            "Principal": {"Federated": provider},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {
                "StringEquals": {
                    f"{issuer}:sub": f"system:serviceaccount:{namespace}:{account}",
                    f"{issuer}:aud": "sts.amazonaws.com",
                }
            },
        }
    )


def change_records(zone: str, partition: str) -> dict[str, Any]:
    """Change the records of one hosted zone, given by its id, and look for it.

    Source: https://github.com/kubernetes-sigs/external-dns/blob/master/docs/tutorials/aws.md
    """
    own = [
        "route53:ChangeResourceRecordSets",
        "route53:ListResourceRecordSets",
        "route53:ListTagsForResources",
    ]
    return document(
        {"Sid": "Records", "Action": own, "Resource": f"arn:{partition}:route53:::hostedzone/{zone}"},
        {"Sid": "Look", "Action": "route53:ListHostedZones", "Resource": "*"},
    )


def managed_policy(policy: str, partition: str) -> str:
    """The ARN of a policy: `policy` itself where it is one, else AWS's policy of this name, with its path."""
    return policy if policy.startswith("arn:") else f"arn:{partition}:iam::aws:policy/{policy}"


def write_logs(log_group: str) -> dict[str, Any]:
    """Write to one log group, given by its ARN."""
    actions = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogGroups", "logs:DescribeLogStreams"]
    return document({"Action": actions, "Resource": [log_group, f"{log_group}:*"]})


def deliver_logs(bucket: str, vpc: str) -> dict[str, Any]:
    """The policy of a bucket into which AWS delivers the flow logs of a VPC's account, and nobody else anything.

    bucket, vpc: ARNs; that of a VPC says account and region.
    Source: https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-permissions.html
    """
    _, partition, _, region, account = vpc.split(":")[:5]
    service = {"Service": "delivery.logs.amazonaws.com"}
    ours = {
        "StringEquals": {"aws:SourceAccount": account},
        "ArnLike": {"aws:SourceArn": f"arn:{partition}:logs:{region}:{account}:*"},
    }
    found = document(
        {
            "Sid": "Write",
            "Principal": service,
            "Action": "s3:PutObject",
            "Resource": f"{bucket}/*",
            "Condition": {
                **ours,
                "StringEquals": {**ours["StringEquals"], "s3:x-amz-acl": "bucket-owner-full-control"},
            },
        },
        {
            "Sid": "Look",
            "Principal": service,
            "Action": ["s3:GetBucketAcl", "s3:ListBucket"],
            "Resource": bucket,
            "Condition": ours,
        },
    )
    found["Statement"].append(only_by_tls("s3:*", [bucket, f"{bucket}/*"]))
    return found


def tag_what_auto_mode_makes(partition: str) -> dict[str, Any]:
    """Let the control plane put tags of ours on what EKS Auto Mode makes for its own cluster, and on nothing else.

    AWS's policies let it put its own there only.
    Source: https://docs.aws.amazon.com/eks/latest/userguide/auto-learn-iam.html#tag-prop
    """
    ec2 = f"arn:{partition}:ec2:*:*"
    balancers = f"arn:{partition}:elasticloadbalancing:*:*:*"
    own = {"StringEquals": {"aws:RequestTag/eks:eks-cluster-name": "${aws:PrincipalTag/eks:eks-cluster-name}"}}
    nodes = {f"aws:RequestTag/eks:kubernetes-node-{what}-name": "*" for what in ("class", "pool")}
    return document(
        {
            "Sid": "Compute",
            "Action": ["ec2:CreateFleet", "ec2:CreateLaunchTemplate", "ec2:RunInstances"],
            "Resource": f"{ec2}:*",
            "Condition": {**own, "StringLike": nodes},
        },
        {
            "Sid": "Storage",
            "Action": ["ec2:CreateSnapshot", "ec2:CreateVolume"],
            "Resource": [f"{ec2}:volume/*", f"{ec2}:snapshot/*"],
            "Condition": own,
        },
        {
            "Sid": "Networking",
            "Action": "ec2:CreateNetworkInterface",
            "Resource": f"{ec2}:*",
            "Condition": {**own, "StringLike": {"aws:RequestTag/eks:kubernetes-cni-node-name": "*"}},
        },
        {
            "Sid": "LoadBalancers",
            "Action": [
                *(f"elasticloadbalancing:Create{what}" for what in ("Listener", "LoadBalancer", "Rule", "TargetGroup")),
                "ec2:CreateSecurityGroup",
            ],
            "Resource": [balancers, f"{ec2}:*"],
            "Condition": own,
        },
    )


def mount_by_access_points(files: str, driver: str) -> dict[str, Any]:
    """The policy of a file system that is mounted by TLS and an access point only, and by nobody as root.

    files: ARN of the file system. driver: ARN of the role that makes access points and clears what is deleted; empty:
    no such role. A condition that negates holds for who has no identity, as a node that mounts for a pod has none.
    Source: https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html
    """
    mount, everybody = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"], {"AWS": "*"}
    root = [*mount, "elasticfilesystem:ClientRootAccess"]
    through = {"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}}
    found = document({"Sid": "Mount", "Principal": everybody, "Action": mount, "Resource": files, "Condition": through})
    but = {"ArnNotEquals": {"aws:PrincipalArn": driver}} if driver else {}
    if driver:
        found["Statement"].append(
            {"Sid": "Driver", "Effect": "Allow", "Principal": {"AWS": driver}, "Action": root, "Resource": files}
        )
    found["Statement"] += [
        only_by_tls(root, files),
        {
            "Sid": "OnlyByAccessPoint",
            "Effect": "Deny",
            "Principal": everybody,
            "Action": root,
            "Resource": files,
            "Condition": {"Null": {"elasticfilesystem:AccessPointArn": "true"}, **but},
        },
    ]
    return found


def only_by_tls(actions: str | list[str], resources: str | list[str]) -> dict[str, Any]:
    """The statement that refuses everybody who comes without TLS."""
    return {
        "Sid": "OnlyByTls",
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": actions,
        "Resource": resources,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def read_secrets(arns: str, prefix: str, team: str, others: Sequence[str] = (), key: str = "") -> dict[str, Any]:
    """Read the values of the secrets below `prefix` that carry the team's tag, and of `others` by their exact names.

    arns: `arn:aws:secretsmanager:eu-west-1:111122223333:secret:`, what all of them begin with. key: ARN of the KMS
    key, where it is one of the customer's. Secrets Manager ends every ARN with six random characters.
    Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_examples.html
    """
    statements = [
        {
            "Sid": "Team",
            "Action": "secretsmanager:GetSecretValue",
            "Resource": f"{arns}{prefix}/*",
            "Condition": {"StringEquals": {"secretsmanager:ResourceTag/team": team}},
        }
    ]
    if others:
        names = [f"{arns}{name}-??????" for name in others]
        statements.append({"Sid": "External", "Action": "secretsmanager:GetSecretValue", "Resource": names})
    if key:
        service = f"secretsmanager.{arns.split(':')[3]}.amazonaws.com"
        statements.append(
            {
                "Sid": "Key",
                "Action": "kms:Decrypt",
                "Resource": key,
                "Condition": {"StringEquals": {"kms:ViaService": service}},
            }
        )
    return document(*statements)


def run_builds(
    partition: str, region: str, account: str, log_group: str, connection: str, subnets: Sequence[str]
) -> dict[str, Any]:
    """Run builds of CodeBuild in subnets of a VPC, known to GitHub by a connection; log_group, connection: ARNs.

    Source: https://docs.aws.amazon.com/codebuild/latest/userguide/auth-and-access-control-iam-identity-based-access-control.html
    """
    ec2 = f"arn:{partition}:ec2:{region}:{account}"
    look = [
        *("DescribeDhcpOptions", "DescribeNetworkInterfaces", "DescribeSecurityGroups", "DescribeSubnets"),
        "DescribeVpcs",
    ]
    interface = [f"{ec2}:{kind}/*" for kind in ("network-interface", "security-group")]
    own = {
        "StringEquals": {
            "ec2:AuthorizedService": "codebuild.amazonaws.com",
            "ec2:Subnet": [f"{ec2}:subnet/{subnet}" for subnet in subnets],
        }
    }
    return document(
        {"Sid": "Log", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": f"{log_group}:*"},
        {
            "Sid": "Github",
            "Action": [f"codeconnections:{name}" for name in ("GetConnection", "GetConnectionToken", "UseConnection")],
            "Resource": connection,
        },
        {"Sid": "Look", "Action": [f"ec2:{name}" for name in look], "Resource": "*"},
        {
            "Sid": "Interface",
            "Action": "ec2:CreateNetworkInterface",
            "Resource": [*interface, *(f"{ec2}:subnet/{subnet}" for subnet in subnets)],
        },
        {"Sid": "Remove", "Action": "ec2:DeleteNetworkInterface", "Resource": interface[0]},
        {
            "Sid": "Attach",
            "Action": "ec2:CreateNetworkInterfacePermission",
            "Resource": interface[0],
            "Condition": own,
        },
    )
