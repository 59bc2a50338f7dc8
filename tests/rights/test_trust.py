"""Which jobs of GitHub get a role: those that are named, letter by letter, whatever a branch or a fork writes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longshore.stack.rights.trust import branch, environment, pull_requests, reference, trust_jobs
from tests.rights.evaluator import trusted

PROVIDER = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"
SHOP, MAIN = "example/shop", reference("main")
DEPLOY = trust_jobs(PROVIDER, (environment(SHOP, "dev"),), MAIN)
PREVIEW = trust_jobs(PROVIDER, (pull_requests(SHOP),))
DRIFT = trust_jobs(PROVIDER, (branch(SHOP, "main"),))
ROLES = {"deploy": DEPLOY, "preview": PREVIEW, "drift": DRIFT}


def claims(sub: str, ref: str, aud: str = "sts.amazonaws.com") -> dict[str, str]:
    return {"sub": sub, "ref": ref, "aud": aud}


@pytest.mark.parametrize(
    ("job", "roles"),
    [
        (claims(environment(SHOP, "dev"), MAIN), {"deploy"}),
        (claims(pull_requests(SHOP), "refs/pull/7/merge"), {"preview"}),
        (claims(branch(SHOP, "main"), MAIN), {"drift"}),
        # A pull request whose branch names the environment in a workflow of its own.
        (claims(environment(SHOP, "dev"), "refs/pull/7/merge"), set()),
        (claims(environment(SHOP, "dev"), reference("attack")), set()),
        (claims(environment(SHOP, "prod"), MAIN), set()),
        (claims(environment(SHOP, "dev-shop"), MAIN), set()),
        (claims(environment("example/shop-2", "dev"), MAIN), set()),
        (claims(environment("evil/shop", "dev"), MAIN), set()),
        (claims(pull_requests("evil/shop"), "refs/pull/7/merge"), set()),
        (claims(branch(SHOP, "main2"), reference("main2")), set()),
        (claims(environment(SHOP, "dev"), MAIN, aud="https://github.com/example"), set()),
        ({"sub": environment(SHOP, "dev"), "aud": "sts.amazonaws.com"}, set()),
    ],
)
def test_a_job_gets_the_role_that_is_for_it_and_no_other(job: dict[str, str], roles: set[str]) -> None:
    assert {name for name, policy in ROLES.items() if trusted(policy, job)} == roles


@given(st.text(max_size=40), st.text(max_size=20))
def test_no_other_subject_gets_a_role(sub: str, ref: str) -> None:
    assert not any(trusted(policy, claims(sub, ref)) for policy in ROLES.values())


@pytest.mark.parametrize(
    ("subjects", "ref"),
    [
        (("repo:example/*:environment:dev",), MAIN),
        (("repo:example/shop:*",), ""),
        (("repo:example/shop:pull_request", "repo:example/sho?:pull_request"), ""),
        ((environment(SHOP, "dev"),), "refs/heads/*"),
        ((), MAIN),
        (("",), MAIN),
    ],
)
def test_a_wildcard_is_refused_before_it_is_a_role(subjects: tuple[str, ...], ref: str) -> None:
    with pytest.raises(ValueError, match="exact subjects"):
        trust_jobs(PROVIDER, subjects, ref)
