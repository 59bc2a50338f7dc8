"""Workflows for GitHub: a preview for every pull request, a deployment for every merge; one pair per environment.

They list the stacks of their environment when they run, so that a team that is added needs no change here. Actions are
pinned by the digests of our own `.github/workflows/`, Pulumi by the version that its SDK has, and its published sums.
"""

from __future__ import annotations

import os
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from longshore.cli.init.stack_files import scalar

if TYPE_CHECKING:
    from longshore.cli.init.stack_files import Wish

FOLDER: Final = ".github/workflows"
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
          role-to-assume: ${{ vars.@ROLE@ }}
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


def workflow_files(wish: Wish, root: str) -> dict[str, str]:
    """The two workflows of an environment: name relative to `root` → text."""
    home = repository(root)
    suffix = wish.environment.upper().replace("-", "_")
    found = {}
    for kind in ("preview", "deploy"):
        credentials = IN_AWS if wish.cluster != "kubeconfig" else BY_KUBECONFIG
        replaced = {
            "@PULUMI@\n": INSTALL,
            "@CREDENTIALS@\n": credentials,
            "@ENVIRONMENT@": wish.environment,
            "@FOLDER@": scalar(os.path.relpath(root, home)),
            "@BRANCH@": "main",
            "@ROLE@": f"{kind.upper()}_ROLE_ARN_{suffix}",
            "@SECRET@": f"KUBECONFIG_{suffix}",
            "@REGION@": wish.region or "${{ vars.AWS_REGION }}",
        }
        text = files(__package__).joinpath("workflows", f"{kind}.yml").read_text("utf-8")
        for name, value in replaced.items():
            text = text.replace(name, value)
        path = os.path.join(home, FOLDER, f"longshore-{kind}-{wish.environment}.yml")
        found[os.path.relpath(path, root)] = text
    return found


def needs(wish: Wish) -> tuple[str, ...]:
    """What has to be set in the repository for the workflows to run, one line each."""
    suffix = wish.environment.upper().replace("-", "_")
    named = (
        (f"variables PREVIEW_ROLE_ARN_{suffix} and DEPLOY_ROLE_ARN_{suffix}: IAM roles that trust this repository",)
        if wish.cluster != "kubeconfig"
        else (f"secret KUBECONFIG_{suffix}: how the cluster is reached",)
    )
    return ("variable PULUMI_BACKEND_URL: where state lies, such as an S3 bucket", *named)
