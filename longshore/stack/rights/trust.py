"""Which jobs of GitHub Actions get a role: one repository, one branch, pull requests or one environment, by exact name.

GitHub signs for each job who it is. AWS compares `sub` and `aud` with what the role trusts, and since 2026 other claims
too (https://aws.amazon.com/about-aws/whats-new/2026/01/aws-sts-supports-validation-identity-provider-claims/): of
those, `ref`. A branch may ask for any environment in a workflow that it changes; its `ref` it cannot choose.
Source: https://docs.github.com/en/actions/reference/security/oidc
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from longshore.stack.iam_policies import document

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ISSUER: Final = "token.actions.githubusercontent.com"
AUDIENCE: Final = "sts.amazonaws.com"
WILD: Final = frozenset("*?")


def pull_requests(repository: str) -> str:
    """The subject of jobs of a pull request from a branch of the repository; a fork gets no token."""
    return f"repo:{repository}:pull_request"


def branch(repository: str, name: str) -> str:
    """The subject of jobs on a branch that name no environment."""
    return f"repo:{repository}:ref:{reference(name)}"


def environment(repository: str, name: str) -> str:
    """The subject of jobs that name an environment of GitHub, on whatever branch."""
    return f"repo:{repository}:environment:{name}"


def reference(name: str) -> str:
    """The `ref` of a branch."""
    return f"refs/heads/{name}"


def trust_jobs(provider: str, subjects: Sequence[str], ref: str = "") -> dict[str, Any]:
    """The trust policy of a role for jobs of GitHub Actions, compared letter by letter.

    provider: ARN of GitHub's identity provider. subjects: `repo:owner/name:…`. ref: the one branch; empty for any.

    Raises:
        ValueError: a subject or the branch has a wildcard, or there is none.
    """
    wrong = [text for text in (*subjects, ref) if WILD & set(text)]
    if wrong or not all(subjects) or not subjects:
        raise ValueError(f"a role of CI trusts exact subjects, {', '.join(wrong) or 'and at least one'} is none")
    claims = {f"{ISSUER}:aud": AUDIENCE, f"{ISSUER}:sub": subjects[0] if len(subjects) == 1 else list(subjects)}
    if ref:
        claims[f"{ISSUER}:ref"] = ref
    return document(
        {
            "Principal": {"Federated": provider},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": claims},
        }
    )


def written(document: Mapping[str, Any]) -> str:
    """A policy as text, the same whenever it says the same."""
    return json.dumps(document, separators=(",", ":"), sort_keys=True)
