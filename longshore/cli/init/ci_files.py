"""Files of CI: a preview for every pull request and a deployment for every merge, for GitHub or GitLab.

They list the stacks of their environment when they run, so that a team that is added needs no change here. Actions are
pinned by the digests of our own `.github/workflows/`, Pulumi by the version that its SDK has, and its published sums.
"""

from __future__ import annotations

import os
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from longshore.cli.init.answers import GITHUB, GITLAB
from longshore.cli.init.stack_files import scalar, secrets_provider
from longshore.stack.rights.names import PREVIEW, deploy_role_name

if TYPE_CHECKING:
    from longshore.cli.init.stack_files import Wish

FOLDER: Final = ".github/workflows"
GITLAB_FILE: Final = ".gitlab-ci.yml"
INCLUDES: Final = "include:\n  - local: .gitlab/longshore-*.yml\n"
"""How GitLab finds the jobs of every environment: https://docs.gitlab.com/ci/yaml/includes/#use-includelocal-with-wildcard-file-paths."""
INSTALL: Final = """\
      - name: Pulumi's engine, of the version of its SDK, as it was published
        run: |
          version=$(.venv/bin/python -c 'from importlib.metadata import version; print(version("pulumi"))')
          cd "$RUNNER_TEMP"
          for file in "pulumi-v$version-linux-x64.tar.gz" "pulumi-$version-checksums.txt"; do
            curl -fsSLO "https://github.com/pulumi/pulumi/releases/download/v$version/$file"
          done
          sha256sum --check --ignore-missing "pulumi-$version-checksums.txt"
          tar -xzf "pulumi-v$version-linux-x64.tar.gz"
          echo "$RUNNER_TEMP/pulumi" >> "$GITHUB_PATH"
"""
IN_AWS: Final = """\
      - uses: aws-actions/configure-aws-credentials@61815dcd50bd041e203e49132bacad1fd04d2708 # v5.1.1
        with:
          role-to-assume: @ROLE@
          aws-region: @REGION@
"""
BY_KUBECONFIG: Final = """\
      - name: The cluster, by a kubeconfig that stands in the secret @SECRET@
        env:
          CONTENT: ${{ secrets.@SECRET@ }}
        run: |
          (umask 077; printf '%s' "$CONTENT" > "$RUNNER_TEMP/kubeconfig")
          echo "KUBECONFIG=$RUNNER_TEMP/kubeconfig" >> "$GITHUB_ENV"
"""


def repository(root: str) -> str:
    """The folder that GitHub takes for the repository: the nearest with `.git`, `root` itself if there is none."""
    folder = root
    while not os.path.lexists(os.path.join(folder, ".git")):
        if folder == os.path.dirname(folder):
            return root
        folder = os.path.dirname(folder)
    return folder


def files_of(wish: Wish, root: str) -> dict[str, str]:
    """The files of CI that are wanted: name relative to `root` → text."""
    return _workflows(wish, root) if wish.ci == GITHUB else _pipelines(wish, root) if wish.ci == GITLAB else {}


def _pipelines(wish: Wish, root: str) -> dict[str, str]:
    """The jobs of an environment, and the file by which GitLab finds those of all."""
    home = repository(root)
    text = files(__package__).joinpath("workflows", "gitlab.yml").read_text("utf-8")
    values = _values(wish, os.path.relpath(root, home)) | {"@WHEN@": "      when: manual\n" if wish.production else ""}
    for name, value in values.items():
        text = text.replace(name, value)
    found = {GITLAB_FILE: INCLUDES, f".gitlab/longshore-{wish.environment}.yml": text}
    return {os.path.relpath(os.path.join(home, name), root): each for name, each in found.items()}


def _workflows(wish: Wish, root: str) -> dict[str, str]:
    """The two workflows of an environment."""
    home = repository(root)
    found = {}
    for kind in ("preview", "deploy"):
        text = files(__package__).joinpath("workflows", f"{kind}.yml").read_text("utf-8")
        text = text.replace("@PULUMI@\n", INSTALL)
        for mark, role in _roles(wish).items():
            credentials = IN_AWS.replace("@ROLE@", role) if wish.has_roles else BY_KUBECONFIG
            text = text.replace(f"{mark}\n", credentials)
        for name, value in _values(wish, os.path.relpath(root, home)).items():
            text = text.replace(name, value)
        path = os.path.join(home, FOLDER, f"longshore-{kind}-{wish.environment}.yml")
        found[os.path.relpath(path, root)] = text
    return found


def _roles(wish: Wish) -> dict[str, str]:
    """Place in a workflow → the role that its job takes."""
    return {
        "@LOOK@": wish.in_iam("role", PREVIEW),
        "@PLATFORM@": wish.in_iam("role", deploy_role_name(wish.environment)),
        "@TEAM@": wish.in_iam("role", deploy_role_name(wish.environment, "${{ matrix.team }}")),
    }


def _values(wish: Wish, folder: str) -> dict[str, str]:
    suffix = wish.environment.upper().replace("-", "_")
    runner = f"fromJSON(vars.RUNNERS || '{{}}')['{wish.environment}']"
    called = f"format('codebuild-{{0}}-{{1}}-{{2}}', {runner}, github.run_id, github.run_attempt)"
    return {
        "@ENVIRONMENT@": wish.environment,
        "@FOLDER@": scalar(folder),
        "@BRANCH@": "main",
        "@SECRET@": f"KUBECONFIG_{suffix}",
        "@REGION@": wish.region or "${{ vars.AWS_REGION }}",
        "@RUNNER@": f"${{{{ {runner} && {called} || 'ubuntu-24.04' }}}}",
        "@KEY@": f' --secrets-provider "{secrets_provider(wish)}"' if wish.has_roles else "",
        "@OF_TEAM@": "-${{ matrix.team }}" if wish.has_roles else "",
    }


def needs(wish: Wish) -> tuple[str, ...]:
    """What has to be set where CI runs, one line each."""
    if not wish.ci:
        return ()
    suffix = wish.environment.upper().replace("-", "_")
    backend = "variable PULUMI_BACKEND_URL: where state lies, such as an S3 bucket"
    if wish.ci == GITLAB:
        reached = "KUBECONFIG, a file" if wish.cluster == "kubeconfig" else "AWS_ROLE_ARN and AWS_REGION"
        return (backend, f"variables of environment {wish.environment}: {reached}, and PULUMI_CONFIG_PASSPHRASE")
    if not wish.has_roles:
        return (backend, f"secret KUBECONFIG_{suffix}: how the cluster is reached")
    return (
        "variable PULUMI_BACKEND_URL: what the bootstrap stack exports as `backend`",
        f"environments {wish.environment} and {wish.environment}-<team>: who approves, from which branch",
    )
