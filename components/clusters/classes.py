"""What a new EKS cluster lacks before a workload can ask for a disk or an address: its storage and ingress classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import pulumi

from longshore.components.kubernetes_object import KubernetesObject

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    Subnets = pulumi.Input[Sequence[pulumi.Input[str]]]

DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"
DRIVERS = {"auto": "ebs.csi.eks.amazonaws.com", "managed": "ebs.csi.aws.com"}
"""Who runs the nodes → the driver of EBS."""
SCHEMES = {"alb": "internet-facing", "alb-internal": "internal"}
"""IngressClass → where its load balancers stand."""


class Balancer(NamedTuple):
    """What makes the load balancers of an IngressClass, and how its parameters are called.

    certificates: their field with the ARNs of certificates.
    """

    controller: str
    group: str
    version: str
    certificates: str


AUTO_MODE: Final = Balancer("eks.amazonaws.com/alb", "eks.amazonaws.com", "v1", "certificateARNs")
"""https://docs.aws.amazon.com/eks/latest/userguide/auto-configure-alb.html."""
CONTROLLER: Final = Balancer("ingress.k8s.aws/alb", "elbv2.k8s.aws", "v1beta1", "certificateArn")
"""https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/ingress_class/."""


def classes(
    name: str,
    *,
    auto: bool,
    balancer: Balancer | None,
    network_policies: bool,
    shared_load_balancers: bool,
    certificate: pulumi.Input[str] | None,
    subnets: Mapping[str, Subnets | None],
    production: bool,
    tags: Mapping[str, str],
    kept: Mapping[str, str],
    opts: pulumi.ResourceOptions,
) -> list[pulumi.Resource]:
    """Make the default StorageClass (gp3, encrypted), the IngressClasses and, in Auto Mode, what enforces policies.

    balancer: None where the cluster makes no load balancers by itself. tags: of volumes and load balancers. kept: of
    volumes alone.
    """
    made: list[pulumi.Resource] = [_disks(name, auto=auto, production=production, tags={**tags, **kept}, opts=opts)]
    if balancer:
        made += _ingress_classes(
            name, balancer, opts, shared=shared_load_balancers, certificate=certificate, subnets=subnets, tags=tags
        )
    if auto and network_policies:
        enforced = KubernetesObject(
            f"{name}-network-policies",
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": "amazon-vpc-cni", "namespace": "kube-system"},
                "data": {"enable-network-policy-controller": "true"},
            },
            opts,
        )
        made.append(enforced)
    return made


def _disks(
    name: str, *, auto: bool, production: bool, tags: Mapping[str, str], opts: pulumi.ResourceOptions
) -> KubernetesObject:
    # https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/tagging.md
    tagged = {f"tagSpecification_{number}": f"{key}={tags[key]}" for number, key in enumerate(sorted(tags), 1)}
    return KubernetesObject(
        f"{name}-gp3",
        {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "StorageClass",
            "metadata": {"name": "gp3", "annotations": {DEFAULT_CLASS: "true"}},
            "provisioner": DRIVERS["auto" if auto else "managed"],
            "parameters": {"type": "gp3", "encrypted": "true", **tagged},
            "volumeBindingMode": "WaitForFirstConsumer",
            "reclaimPolicy": "Retain" if production else "Delete",
            "allowVolumeExpansion": True,
        },
        pulumi.ResourceOptions.merge(
            opts,
            # The API server refuses to change these two, and the provider does not know it.
            pulumi.ResourceOptions(
                replace_on_changes=["reclaimPolicy", "volumeBindingMode"], delete_before_replace=True
            ),
        ),
    )


def _ingress_classes(
    name: str,
    balancer: Balancer,
    opts: pulumi.ResourceOptions,
    *,
    shared: bool,
    certificate: pulumi.Input[str] | None,
    subnets: Mapping[str, Subnets | None],
    tags: Mapping[str, str],
) -> Iterator[pulumi.Resource]:
    for ingress, scheme in SCHEMES.items():
        parameters = KubernetesObject(
            f"{name}-{ingress}",
            {
                "apiVersion": f"{balancer.group}/{balancer.version}",
                "kind": "IngressClassParams",
                "metadata": {"name": ingress},
                "spec": {
                    "scheme": scheme,
                    # Ingresses of one group have one load balancer, in whatever namespace they are.
                    **({"group": {"name": scheme}} if shared else {}),
                    **({balancer.certificates: [certificate]} if certificate else {}),
                    **({"subnets": {"ids": subnets[scheme]}} if subnets[scheme] else {}),
                    **({"tags": [{"key": key, "value": tags[key]} for key in sorted(tags)]} if tags else {}),
                },
            },
            opts,
        )
        yield parameters
        yield KubernetesObject(
            f"{name}-{ingress}",
            {
                "apiVersion": "networking.k8s.io/v1",
                "kind": "IngressClass",
                "metadata": {"name": ingress},
                "spec": {
                    "controller": balancer.controller,
                    "parameters": {"apiGroup": balancer.group, "kind": "IngressClassParams", "name": ingress},
                },
            },
            pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[parameters])),
        )
