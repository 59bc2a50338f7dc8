"""The text of stack files: settings that hold, and as comments what is left to decide.

A line of a comment that is YAML becomes a setting when its `# ` is taken away. Pulumi writes a file anew when it makes
the stack, and moves comments at the end of a list or of a mapping: so a setting comes after them.
"""

from __future__ import annotations

import json
import re
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from longshore.cli.init.answers import GITHUB, NO_ACCOUNT, NO_REGION, NO_REPOSITORY
from longshore.stack.rights.names import ALIAS, PATH, READERS, boundary_name, deploy_role_name
from longshore.stack.settings import partition_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from longshore.cli.init.decisions import Decision, Decisions

MANUAL: Final = "Every setting: docs/stacks.md of Longshore."
FOR_EDITORS: Final = "# yaml-language-server: $schema=schemas/stack.schema.json\n"
"""The schema for editors, relative to the stack file: https://github.com/redhat-developer/yaml-language-server#using-inlined-schema."""
_PLAIN: Final = re.compile(r"[A-Za-z_./][A-Za-z0-9_./-]*|[0-9]+[a-z./-][A-Za-z0-9_./-]*").fullmatch
_WORDS: Final = frozenset("true false yes no on off null y n ~".split())
NO_SERVER: Final = "\n    # To fill in, where Vault is:\n    # "
"""What stands before Vault's address where nobody said one."""


class Compose(NamedTuple):
    """Which compose files a stack reads; paths are relative to the project."""

    files: tuple[str, ...]
    env_files: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    directory: str = ""
    name: str = ""
    allow_outside: bool = False


class Wish(NamedTuple):
    """What stack files are made of.

    cluster: `eks`, `kubeconfig`, or `stack` for a team on the platform stack of its environment. operator: does this
    stack install the one for secrets? tenant: does the platform make the team's namespace? ci: what deploys it, empty
    for nobody but people. repository: at GitHub.
    """

    environment: str
    team: str
    cluster: str
    region: str = ""
    account: str = ""
    cidrs: tuple[str, ...] = ()
    context: str = ""
    backend: str = "aws-secrets-manager"
    server: str = ""
    compose: Compose = Compose(())
    operator: bool = False
    tenant: bool = False
    ci: str = ""
    repository: str = ""

    @property
    def production(self) -> bool:
        """Is it the environment in which mistakes are errors?"""
        return self.environment in {"prod", "production"}

    @property
    def has_roles(self) -> bool:
        """Does a bootstrap stack make the roles by which CI deploys it?"""
        return self.ci == GITHUB and self.cluster in {"eks", "stack"}

    def in_iam(self, kind: str, name: str) -> str:
        """The ARN of what the bootstrap stack makes in IAM."""
        return f"arn:{partition_of(self.region)}:iam::{self.account or NO_ACCOUNT}:{kind}{PATH}{name}"


def scalar(value: Any) -> str:
    """Write one value as YAML on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{scalar(key)}: {scalar(each)}" for key, each in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(scalar, value))}]"
    text = str(value)
    return text if _PLAIN(text) and text.lower() not in _WORDS else json.dumps(text, ensure_ascii=False)


def platform_file(wish: Wish) -> str:
    """The stack file of an environment's platform on EKS."""
    return _text(
        f"The platform of {wish.environment}: a VPC over three zones, an EKS cluster in Auto Mode, the operator that\n"
        f"# fetches secrets. {MANUAL}",
        [
            f"longshore:environment: {scalar(wish.environment)}",
            "longshore:aws:",
            f"  region: {wish.region or NO_REGION}",
            f'  accountId: "{wish.account or NO_ACCOUNT}"  # aws sts get-caller-identity --query Account',
            *_boundary(wish),
            "  # tags: {cost-centre: platform}",
            "longshore:network:",
            *_network(wish),
            "longshore:cluster:",
            "  kind: eks",
            *_endpoint(wish),
            "  # Roles, beside the one that deploys, which must not be listed:",
            f'  # admins: ["arn:aws:iam::{wish.account or "111122223333"}:role/platform-engineers"]',
            "  # sharedStorage: true  # a file system, for volumes that several pods mount",
            *_viewers(wish),
            "longshore:operator: {}  # External Secrets Operator",
            "# longshore:budget: {monthly: 500, notify: [ops@example.com]}  # mails before the bill",
            *_tenants(wish),
        ],
    )


def _boundary(wish: Wish) -> Iterator[str]:
    if wish.has_roles:
        yield "  # No role that this stack makes can do more; the bootstrap stack says what that is."
        yield f"  permissionsBoundary: {wish.in_iam('policy', boundary_name(wish.environment))}"


def _viewers(wish: Wish) -> Iterator[str]:
    if not wish.has_roles:
        yield f'  # viewers: ["arn:aws:iam::{wish.account or "111122223333"}:role/preview"]  # for previews in CI'
        return
    yield "  viewers:  # of pull requests, and of the nightly search for drift"
    for name in READERS:
        yield f"    - {wish.in_iam('role', name)}"


def bootstrap_file(wish: Wish) -> str:
    """The stack file of an account's bootstrap stack."""
    return _text(
        "What CI stands on in this account: where state lies, and what jobs of GitHub may do.\n"
        f"# A person deploys it, before all others: docs/first-hour.md of Longshore. {MANUAL}",
        [
            "longshore:aws:",
            f"  region: {wish.region or NO_REGION}",
            f'  accountId: "{wish.account or NO_ACCOUNT}"',
            "longshore:bootstrap:",
            f"  repository: {wish.repository or NO_REPOSITORY}",
            "  environments:  # each with a role for its platform, and one for each of its teams",
            f"    {scalar(wish.environment)}: {{}}",
            "  # connection: true  # for a runner inside the VPC, where the API server answers there alone",
            "  # provider: …  # ARN of GitHub's identity provider, where the account has it already",
        ],
    )


def _network(wish: Wish) -> Iterator[str]:
    yield "  # cidr: 10.0.0.0/16  # the default; another where networks are to be joined"
    if wish.production:
        yield "  nat: per-zone  # survives the loss of a zone"
    else:
        yield "  nat: single  # one gateway: cheapest; `per-zone` survives the loss of a zone"


def _endpoint(wish: Wish) -> Iterator[str]:
    if wish.cidrs:
        yield f"  endpoint: {{public: true, cidrs: {scalar(wish.cidrs)}}}  # who may reach the API server"
        return
    yield "  # To decide: the API server answers inside the VPC only, where `pulumi up` must then run. From elsewhere:"
    yield "  # endpoint: {public: true, cidrs: [203.0.113.0/24]}  # the addresses of the office and of CI"


def _tenants(wish: Wish) -> Iterator[str]:
    """The teams of a platform: what it makes for them, their deployers need no rights to make."""
    if not wish.team:
        yield "# longshore:tenants: {shop: {}}  # teams, each with a namespace that the platform makes"
        return
    yield "longshore:tenants:  # what lies beyond a team's namespace is made here, so that its deployer needs no more"
    yield f"  {scalar(wish.team)}:"
    yield f"    namespaces: {{{scalar(wish.team)}: {{}}}}"
    if wish.backend != "aws-secrets-manager":
        yield f"    secrets: {{backend: {wish.backend}}}"
    yield "    # quota: {cpu: '8', memory: 16Gi, pods: 40}  # of each namespace"
    if wish.has_roles:
        role = wish.in_iam("role", deploy_role_name(wish.environment, wish.team))
        yield "    access:  # who of the team may look (`people`, by their roles), and what deploys in CI"
        yield f"      deployers: [{role}]"
    else:
        yield from _people(wish, "    # ", "access:")


def _people(wish: Wish, lead: str, key: str) -> Iterator[str]:
    account = wish.account or "111122223333"
    yield f"{lead}{key}  # who of the team may look, and what deploys in CI"
    yield f'{lead}  people: ["arn:aws:iam::{account}:role/{wish.team}-developers"]'
    yield f'{lead}  deployers: ["arn:aws:iam::{account}:role/{wish.team}-deploy"]'


def team_file(wish: Wish, decisions: Decisions) -> str:
    """The stack file of a team: on the platform of its environment, or on the cluster of a kubeconfig."""
    lines = [
        f"longshore:environment: {scalar(wish.environment)}",
        *_cluster(wish),
        f"longshore:team: {scalar(wish.team)}",
        *_compose(wish.compose),
        *_errors(wish, decisions),
        *_services(wish, decisions.services),
    ]
    if wish.cluster == "stack" and not wish.tenant:
        lines += [
            "",
            *_wrapped(
                "# ",
                f"`longshore:tenants` in platform.{wish.environment} would make the namespace, the rights and "
                "the identity of the team there, and whoever deploys this stack would need no right beyond it. Else:",
            ),
            *_people(wish, "# ", "longshore:access:"),
        ]
    lines += _secrets(wish, decisions)
    return _text(f"The application of team {wish.team} in {wish.environment}. {MANUAL}", lines)


def _cluster(wish: Wish) -> Iterator[str]:
    if wish.cluster == "stack":
        yield f"longshore:cluster: {{kind: stack, stack: platform.{wish.environment}}}"
        return
    yield "longshore:cluster:"
    yield "  kind: kubeconfig  # $KUBECONFIG, else ~/.kube/config"
    yield f"  context: {scalar(wish.context)}" if wish.context else "  # context: staging  # else the current one"
    yield "  # To decide: does the cluster enforce NetworkPolicies? Those of the stack are made either way."
    yield "  # networkPolicies: true"
    if wish.operator:
        yield "longshore:operator: {}  # installs the External Secrets Operator; leave it out where there is one"
    else:
        yield "# longshore:operator: {}  # another stack of this project installs it on this cluster"


def _compose(compose: Compose) -> Iterator[str]:
    yield "longshore:compose:"
    yield f"  files: {scalar(compose.files)}"
    if compose.directory:
        yield f"  directory: {scalar(compose.directory)}"
    if compose.name:
        yield f"  name: {scalar(compose.name)}"
    if compose.profiles:
        yield f"  profiles: {scalar(compose.profiles)}"
    if compose.env_files:
        yield f"  envFiles: {scalar(compose.env_files)}"
    if compose.allow_outside:
        yield "  allowOutside: true"


def _errors(wish: Wish, decisions: Decisions) -> Iterator[str]:
    if decisions.errors:
        yield f"# Errors, which forbid the deployment; `longshore check -s {wish.team}.{wish.environment}` explains:"
    for code, services in decisions.errors.items():
        yield from _wrapped(f"#   {code}", f": {', '.join(services)}" if services else "")


def _secrets(wish: Wish, decisions: Decisions) -> Iterator[str]:
    settings: dict[str, Any] = {"backend": wish.backend}
    if wish.backend == "vault" and wish.server:
        settings["server"] = wish.server
    if wish.backend == "aws-secrets-manager" and wish.cluster == "kubeconfig":
        settings["region"] = wish.region or NO_REGION
    if wish.backend == "vault" and not wish.server:
        yield "longshore:secrets:"
        yield "  backend: vault"
        yield "  # To fill in, where Vault is:"
        yield "  # server: https://vault.example.com:8200"
    else:
        yield f"longshore:secrets: {scalar(settings)}" + ("  # made-up values" if wish.backend == "fake" else "")
    if not decisions.secrets:
        return
    if wish.backend == "fake":
        yield "# By name, what has such a value:"
    else:
        yield "# Read from there, by name. Values never stand in a file of the project; this puts them there:"
        yield f"#   longshore secrets push -s {wish.team}.{wish.environment} --from .env"
    for owner, names in decisions.secrets.items():
        yield from _wrapped(f"#   {owner}: ", ", ".join(names) or "somebody else's, read whole")


def _wrapped(lead: str, text: str) -> Iterator[str]:
    yield from wrap(lead + text, 100, subsequent_indent="#     ", break_long_words=False, break_on_hyphens=False)


def _services(wish: Wish, decisions: tuple[Decision, ...]) -> Iterator[str]:
    if not decisions:
        return
    yield ""
    yield "# To decide, service by service. Take away the `# ` of what you want; until then it is as said beside it."
    yield "# longshore:services:"
    for decision in decisions:
        yield f"#   {scalar(decision.service)}:"
        if decision.memory:
            yield f"#     memory: {decision.memory}  # no limit in compose: it gets this much, and is killed above"
        if decision.exposure:
            yield from _exposure(wish, decision)


def _exposure(wish: Wish, decision: Decision) -> Iterator[str]:
    said = f"published {', '.join(decision.ports)}" if decision.ports else "its proxy lets the world in"
    yield f"#     exposure:  # {said}: open inside the cluster only"
    if decision.guarded:
        yield "#       # The proxy keeps somebody out whom this lets in: `longshore check` says whom."
    for key, value in decision.exposure.items():
        hint = "  # HTTP; `loadbalancer` for anything else" if value == "ingress" else ""
        yield f"#       {key}: {scalar(value)}{hint}"
    if decision.exposure["kind"] == "ingress" and wish.cluster != "kubeconfig":
        yield "#       # certificate: arn:aws:acm:…  # for HTTPS; `aws acm list-certificates` shows them"


def _text(head: str, lines: list[str]) -> str:
    body = "\n".join(f"  {line}" if line else "" for line in lines)
    return f"{FOR_EDITORS}# {head}\nconfig:\n{body}\n"


def with_key(text: str, wish: Wish) -> str:
    """A stack file of which the key of the bootstrap stack opens the secrets in the state."""
    if not wish.has_roles:
        return text
    return f"{text}secretsprovider: {secrets_provider(wish)}\n"


def secrets_provider(wish: Wish) -> str:
    """The key by which Pulumi opens the secrets in the state, as `--secrets-provider` names it."""
    return f"awskms://{ALIAS}?region={wish.region or NO_REGION}"


def to_fill_in(text: str) -> Mapping[str, str]:
    """What stands in a stack file of ours to be filled in: setting → the words that stand there."""
    found = {"accountId": NO_ACCOUNT, "region": NO_REGION, "server": NO_SERVER, "repository": NO_REPOSITORY}
    return {setting: words for setting, words in found.items() if words in text}
