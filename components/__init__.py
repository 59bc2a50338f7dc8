"""Components for Pulumi programs: the parts of a platform and of a team on it, each of which stands alone.

`longshore.program` puts them together as a stack file says; docs/components.md uses them without one. What is listed
here is what the package offers to other languages too (`plugin/`).
"""

from longshore.components.access import PodSecurity, QuotaArgs, TeamAccess, TeamAccessArgs
from longshore.components.application import (
    Application,
    ApplicationArgs,
    ComposeArgs,
    ExposureArgs,
    LoginArgs,
    ScaleArgs,
    SecretsArgs,
    ServiceArgs,
    StorageArgs,
    VolumeArgs,
    WorkloadsArgs,
)
from longshore.components.backups import Backups, BackupsArgs
from longshore.components.budget import Currency, MonthlyBudget, MonthlyBudgetArgs
from longshore.components.ci.github import (
    CiRole,
    CiRoleArgs,
    GithubConnection,
    GithubConnectionArgs,
    GithubProvider,
    GithubProviderArgs,
    RoleBoundary,
    RoleBoundaryArgs,
)
from longshore.components.ci.runner import GithubRunner, GithubRunnerArgs, RunnerSize
from longshore.components.ci.state_bucket import StateBucket, StateBucketArgs
from longshore.components.clusters.addons import AddonArgs
from longshore.components.clusters.control_plane import Compute, ControlPlaneLog, EksClusterArgs, Support
from longshore.components.clusters.controllers import (
    ClusterAutoscaler,
    ClusterAutoscalerArgs,
    ControlledCluster,
    ControllerArgs,
    LoadBalancerController,
    LoadBalancerControllerArgs,
)
from longshore.components.clusters.eks import EksCluster
from longshore.components.clusters.kubeconfig import KubeconfigCluster, KubeconfigClusterArgs
from longshore.components.clusters.node_pools import Architecture, NodePoolArgs
from longshore.components.clusters.nodes import NodeCapacity, NodeGroupArgs, NodeGroups, NodeGroupsArgs, NodeImage
from longshore.components.clusters.restored_volumes import RestoredVolumeArgs
from longshore.components.clusters.shared_storage import SharedStorage, SharedStorageArgs, SharesArgs
from longshore.components.clusters.stack_reference import StackReferenceCluster, StackReferenceClusterArgs
from longshore.components.domain.certificate import DomainCertificate, DomainCertificateArgs
from longshore.components.domain.issuer import CertificateIssuer, CertificateIssuerArgs
from longshore.components.domain.records import DomainRecords, DomainRecordsArgs
from longshore.components.flow_logs import FlowLogDestination
from longshore.components.image_caches import ImageCaches, ImageCachesArgs
from longshore.components.image_repositories import ImageRepositories, ImageRepositoriesArgs
from longshore.components.network import Nat, Network, NetworkArgs
from longshore.components.observability.cluster_alarms import ClusterAlarms, ClusterAlarmsArgs
from longshore.components.observability.container_logs import ContainerLogs, ContainerLogsArgs
from longshore.components.observability.team_alarms import TeamAlarms, TeamAlarmsArgs
from longshore.components.secret_stores.aws_secrets_manager import AwsSecretsIdentity, AwsSecretsIdentityArgs
from longshore.components.secret_stores.operator import SecretsOperator, SecretsOperatorArgs
from longshore.components.secret_stores.vault import VaultIdentity, VaultIdentityArgs
from longshore.components.team_namespace import TeamNamespace, TeamNamespaceArgs

__all__ = [
    "AddonArgs",
    "Application",
    "ApplicationArgs",
    "Architecture",
    "AwsSecretsIdentity",
    "AwsSecretsIdentityArgs",
    "Backups",
    "BackupsArgs",
    "CertificateIssuer",
    "CertificateIssuerArgs",
    "CiRole",
    "CiRoleArgs",
    "ClusterAlarms",
    "ClusterAlarmsArgs",
    "ClusterAutoscaler",
    "ClusterAutoscalerArgs",
    "ComposeArgs",
    "Compute",
    "ContainerLogs",
    "ContainerLogsArgs",
    "ControlPlaneLog",
    "ControlledCluster",
    "ControllerArgs",
    "Currency",
    "DomainCertificate",
    "DomainCertificateArgs",
    "DomainRecords",
    "DomainRecordsArgs",
    "EksCluster",
    "EksClusterArgs",
    "ExposureArgs",
    "FlowLogDestination",
    "GithubConnection",
    "GithubConnectionArgs",
    "GithubProvider",
    "GithubProviderArgs",
    "GithubRunner",
    "GithubRunnerArgs",
    "ImageCaches",
    "ImageCachesArgs",
    "ImageRepositories",
    "ImageRepositoriesArgs",
    "KubeconfigCluster",
    "KubeconfigClusterArgs",
    "LoadBalancerController",
    "LoadBalancerControllerArgs",
    "LoginArgs",
    "MonthlyBudget",
    "MonthlyBudgetArgs",
    "Nat",
    "Network",
    "NetworkArgs",
    "NodeCapacity",
    "NodeGroupArgs",
    "NodeGroups",
    "NodeGroupsArgs",
    "NodeImage",
    "NodePoolArgs",
    "PodSecurity",
    "QuotaArgs",
    "RestoredVolumeArgs",
    "RoleBoundary",
    "RoleBoundaryArgs",
    "RunnerSize",
    "ScaleArgs",
    "SecretsArgs",
    "SecretsOperator",
    "SecretsOperatorArgs",
    "ServiceArgs",
    "SharedStorage",
    "SharedStorageArgs",
    "SharesArgs",
    "StackReferenceCluster",
    "StackReferenceClusterArgs",
    "StateBucket",
    "StateBucketArgs",
    "StorageArgs",
    "Support",
    "TeamAccess",
    "TeamAccessArgs",
    "TeamAlarms",
    "TeamAlarmsArgs",
    "TeamNamespace",
    "TeamNamespaceArgs",
    "VaultIdentity",
    "VaultIdentityArgs",
    "VolumeArgs",
    "WorkloadsArgs",
]
