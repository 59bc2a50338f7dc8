"""What scanners have against our stacks: each finding is mended, or waived with a reason (docs/scanners.md)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.scanners.conftest import PLANTED
from tests.scanners.planted import FAULTS
from tools.scanners.waivers import read_waivers, unneeded, unwaived

if TYPE_CHECKING:
    from collections.abc import Callable

    from tools.scanners.scan import Finding

pytestmark = pytest.mark.cluster


def test_every_finding_is_waived_and_every_waiver_is_needed(found: list[Finding], say: Callable[[str], None]) -> None:
    ours = [one for one in found if not one.file.startswith(PLANTED)]
    waivers = read_waivers()
    left = unwaived(ours, waivers)
    by = Counter("Trivy" if one.rule.startswith("AWS-") else "checkov" for one in ours)
    say(f"{by['checkov']} findings of checkov and {by['Trivy']} of Trivy, {len(left)} not waived")
    assert left == []
    assert unneeded(ours, waivers) == []


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found_by_the_rules_that_promise_it(name: str, found: list[Finding]) -> None:
    """In its stack, and not in the same stack without it, but where that has the finding at another resource."""
    fault = FAULTS[name]
    of = {
        file: {(one.rule, one.resource) for one in found if one.file == file and one.rule in fault.rules}
        for file in (fault.stack, f"{PLANTED}{name}")
    }
    new = {rule for rule, _ in of[f"{PLANTED}{name}"] - of[fault.stack]}
    assert new == set(fault.rules)
