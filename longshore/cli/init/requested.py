"""Puts together what is wanted: the answers, what the project has already, and where the compose files are."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from longshore.cli.git import git
from longshore.cli.init.answers import (
    ACCOUNT,
    BACKENDS,
    CI,
    CIDR,
    CLUSTERS,
    CONTEXT,
    NAME,
    PLATFORM,
    PROJECT,
    REGION,
    REPOSITORY,
    SERVER,
    Question,
    Rule,
    checked,
    name_of,
    one_of,
)
from longshore.cli.init.stack_files import Compose, Wish
from longshore.cli.init.volumes_file import name_beside
from longshore.cli.project_input import has_compose_file
from longshore.compose import Request
from longshore.compose.discovery import NAMES, begin
from longshore.compose.problems import Problems
from longshore.compose.reading import Reading
from longshore.disk import Disk
from longshore.errors import NO_FILE, Refused
from longshore.stack.eks_settings import EksCluster
from longshore.stack.reading import stack_names
from longshore.stack.settings import KubeconfigCluster

if TYPE_CHECKING:
    from longshore.cli.flags import Given
    from longshore.cli.init.answers import Asker
    from longshore.cli.init.verification import Known
    from longshore.cli.shell import Shell


class Existing(NamedTuple):
    """What there is before. project: its name, empty where there is none. stacks: those without errors, by name."""

    project: str
    stacks: dict[str, Known]


def find_wish(given: Given, asker: Asker, shell: Shell, root: str, existing: Existing) -> tuple[str, Wish]:
    """Find out what is wanted: (name of the project, the stacks).

    Raises:
        Refused: an answer is not what it must be, two contradict each other, or there is no compose file.
    """
    name = _project(given, asker, root, existing.project)
    environment = asker.answer(Question("--environment", "environment: dev, staging, prod …", NAME, "dev"))
    compose = Compose(()) if given.on("--platform-only") else _compose(given, shell, root)
    team = "" if given.on("--platform-only") else _team(asker, name)
    compose = _with_volumes(compose, team, root) if team else compose
    known = existing.stacks
    own = given.text("--cluster") == "kubeconfig"
    platform = None if own else known.get(f"{PLATFORM}.{environment}")
    if not own:
        _settled(f"{PLATFORM}.{environment}", platform, given, root)
    cluster = (
        "eks" if platform and isinstance(platform.settings.cluster, EksCluster) else _cluster(asker, environment, known)
    )
    if cluster == "kubeconfig" and not team:
        raise Refused("a platform is made for `--cluster eks` only", "leave `--platform-only` out, and name a `--team`")
    wish = Wish(environment, team, cluster, compose=compose, region=_region(asker, shell, cluster, platform))
    if cluster == "kubeconfig":
        context = asker.answer(Question("--context", "context of the kubeconfig, empty for the current one", CONTEXT))
        wish = wish._replace(context=context, operator=not _has_operator(context, known))
    elif platform is None:
        wish = wish._replace(account=_account(asker), cidrs=_cidrs(given, asker))
    elif platform.settings.aws:
        wish = wish._replace(account=platform.settings.aws.account_id)
    wish = _backend(asker, wish, shell) if team else wish
    wish = _ci(asker, wish, root)
    _useful(given, wish)
    return name, wish


def _useful(given: Given, wish: Wish) -> None:
    """Refuse flags that would change nothing, for whoever gave them meant something."""
    useless = {
        "--context": wish.cluster == "eks",
        "--account": wish.cluster == "kubeconfig",
        "--endpoint-cidr": wish.cluster == "kubeconfig",
        "--region": wish.cluster == "kubeconfig" and wish.backend != "aws-secrets-manager",
        "--server": wish.backend != "vault",
        "--repository": not wish.has_roles,
        **dict.fromkeys(("--team", "--secrets", "--file"), not wish.team),
    }
    flag = next((flag for flag, unused in useless.items() if unused and given.texts(flag)), "")
    if flag:
        what = "`--platform-only`" if not wish.team else f"`--cluster {wish.cluster} --secrets {wish.backend}`"
        raise Refused(f"`{flag}` means nothing with {what}; nothing was written", "leave one of them out")


def _ci(asker: Asker, wish: Wish, root: str) -> Wish:
    """What deploys the stacks, and for GitHub on AWS the repository whose jobs get roles."""
    rule = Rule(CI.__contains__, " or ".join(CI))
    text = f"CI that previews and deploys ({', '.join(CI)}); empty for none"
    wish = wish._replace(ci=asker.answer(Question("--ci", text, rule, optional=True)))
    if not wish.has_roles:
        return wish
    text = "repository of GitHub, owner/name; empty to fill it in later"
    question = Question("--repository", text, REPOSITORY, _origin(root), optional=True)
    return wish._replace(repository=asker.answer(question))


def _origin(root: str) -> str:
    """The repository of GitHub that `origin` names; empty where it names none."""
    address = git(root, "config", "--get", "remote.origin.url") or ""
    found = re.fullmatch(r"(?:https://|ssh://git@|git@)github\.com[:/]([^/\s]+/[^/\s]+?)(?:\.git)?/?\s*", address)
    return found[1] if found and REPOSITORY.holds(found[1]) else ""


def _project(given: Given, asker: Asker, root: str, project: str) -> str:
    if project:
        if given.text("--name") not in {"", project}:
            raise Refused(f"the project is called `{project}` already", "leave `--name` out")
        return project
    default = name_of(os.path.basename(root))
    name = asker.answer(Question("--name", "name of the project", PROJECT, default))
    if not name:
        raise Refused("the name of this folder makes no name for a project", "write one: `--name shop`")
    return name


def _team(asker: Asker, project: str) -> str:
    question = Question("--team", "team whose application the compose files are", NAME, name_of(project))
    team = asker.answer(question)
    if not team:
        raise Refused("there is no team whose application it is", "name one: `--team shop`")
    if team == PLATFORM:
        raise Refused(f"`{PLATFORM}` is whose stack has the cluster", "name the team otherwise: `--team platform-team`")
    return team


def _settled(name: str, platform: Known | None, given: Given, root: str) -> None:
    """Refuse flags that say what the platform of the environment has decided, and a platform that can't be read."""
    if platform is None:
        if name in stack_names(root):
            raise Refused(f"stack {name} has errors; nothing was written", f"`longshore check -s {name}` shows them")
        return
    for flag in ("--region", "--account", "--endpoint-cidr", "--context"):
        if given.texts(flag):
            raise Refused(f"stack {name} is there, and `{flag}` is for a new one", f"leave it out, or edit {name}")


def _cluster(asker: Asker, environment: str, known: dict[str, Known]) -> str:
    """`eks` or `kubeconfig`: as the stacks of this environment have it, or as is answered."""
    there = {
        "kubeconfig" if isinstance(each.settings.cluster, KubeconfigCluster) else "eks"
        for each in known.values()
        if each.settings.environment == environment
    }
    default = there.pop() if len(there) == 1 else CLUSTERS[0]
    return asker.answer(one_of("--cluster", "cluster", CLUSTERS, default))


def _region(asker: Asker, shell: Shell, cluster: str, platform: Known | None) -> str:
    if platform:
        return platform.region
    if cluster == "kubeconfig":
        return ""
    return _asked_region(asker, shell)


def _asked_region(asker: Asker, shell: Shell) -> str:
    set_ = shell.environment.get("AWS_REGION") or shell.environment.get("AWS_DEFAULT_REGION") or ""
    default = set_ if REGION.holds(set_) else ""
    return asker.answer(Question("--region", "region of AWS, such as eu-west-1", REGION, default, optional=True))


def _account(asker: Asker) -> str:
    text = "account of AWS, 12 digits; empty to fill it in later"
    return asker.answer(Question("--account", text, ACCOUNT, optional=True))


def _cidrs(given: Given, asker: Asker) -> tuple[str, ...]:
    question = Question(
        "--endpoint-cidr",
        "addresses that may reach the API server, such as 203.0.113.0/24; empty: inside the VPC only",
        CIDR,
        optional=True,
    )
    several = given.texts("--endpoint-cidr")
    if several:
        return tuple(checked(question, each) for each in several)
    answer = asker.answer(question)
    return (answer,) if answer else ()


def _has_operator(context: str, known: dict[str, Known]) -> bool:
    """Does a stack of the project install the operator on the cluster of this context?"""
    return any(
        isinstance(each.settings.cluster, KubeconfigCluster)
        and each.settings.cluster.context == context
        and each.settings.operator
        for each in known.values()
    )


def _backend(asker: Asker, wish: Wish, shell: Shell) -> Wish:
    """Where the team's secrets live; on a cluster of one's own made-up ones do at first, but not in production."""
    own = wish.cluster == "kubeconfig"
    default = BACKENDS[0] if not own else "vault" if wish.production else "fake"
    backend = asker.answer(one_of("--secrets", "where secret values live", BACKENDS, default))
    wish = wish._replace(backend=backend)
    if backend == "vault":
        text = "address of Vault, such as https://vault.example.com:8200; empty to fill it in later"
        return wish._replace(server=asker.answer(Question("--server", text, SERVER, optional=True)))
    if own and backend == "aws-secrets-manager":
        return wish._replace(region=_asked_region(asker, shell))
    return wish


def _compose(given: Given, shell: Shell, root: str) -> Compose:
    """Which compose files to read, as the flags of `check` name them, relative to the project.

    Raises:
        Refused: there is none, or one is the standard input.
    """

    def relative(path: str) -> str:
        return os.path.relpath(os.path.realpath(os.path.join(shell.directory, path)), root)

    files = given.texts("--file")
    if len(files) == 1 and has_compose_file(files[0], shell):
        files = _search(given, shell, os.path.join(shell.directory, files[0]))
    elif not files:
        files = _search(given, shell, root if os.path.isdir(root) else shell.directory)
    if not files:
        names = ", ".join(NAMES)
        help_text = f"name one with `-f FILE` ({names} are found), or make the platform alone with `--platform-only`"
        raise Refused("there is no compose file here", help_text, NO_FILE)
    for path in (*files, *given.texts("--env-file")):
        if path == "-":
            raise Refused("a stack cannot read the standard input", "name a file with `-f FILE`")
        if not os.path.isfile(os.path.join(shell.directory, path)):
            raise Refused(f"there is no file `{path}`; nothing was written")
    directory = given.text("--project-directory")
    return Compose(
        tuple(map(relative, files)),
        tuple(map(relative, given.texts("--env-file"))),
        given.texts("--profile"),
        relative(directory) if directory else "",
        given.text("--project-name"),
        given.on("--allow-outside"),
    )


def _with_volumes(compose: Compose, team: str, root: str) -> Compose:
    """Let the stack read the file of volumes that `init` has written for another environment of the team."""
    name = name_beside(compose.files[0], team)
    there = name not in compose.files and os.path.isfile(os.path.join(root, name))
    return compose._replace(files=(*compose.files, name)) if there else compose


def _search(given: Given, shell: Shell, folder: str) -> tuple[str, ...]:
    """The files that `docker compose` takes where none are named: those of COMPOSE_FILE, else of the default names."""
    request = Request(
        working_directory=folder,
        environment=shell.environment,
        project_directory=given.text("--project-directory"),
        env_files=tuple(os.path.join(shell.directory, path) for path in given.texts("--env-file")) or None,
    )
    start = begin(Reading(request, Disk(), Problems()))
    return start.files if start else ()
