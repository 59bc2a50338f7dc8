"""`make compare` beside what the README says of it: the numbers there are those of today."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bench.side_by_side import PROJECTS, programs, results, total
from tests.cluster.estates import ROOT
from tools.cluster.fixtures import provided
from tools.go_program import NotBuiltError

if TYPE_CHECKING:
    from tools.cluster.api import Api


@pytest.mark.cluster
@pytest.mark.usefixtures("external_secrets_kinds")
def test_the_readme_has_the_numbers_of_today(api: Api) -> None:
    provided("kube-score")
    try:
        commands = programs()
    except NotBuiltError as error:
        pytest.skip(str(error))
    projects = sorted(PROJECTS.iterdir())
    found = results(api, projects, commands)
    ours, theirs = total(found, "longshore"), total(found, "kompose")
    assert len(projects) == 10
    assert ours.accepted == ours.objects
    assert not ours.shown
    readme = (ROOT / "README.md").read_text("utf-8")
    converted = [
        sum(bool(result.objects) for (_, name), result in found.items() if name == program) for program in commands
    ]
    for row in (
        ("projects converted", *(f"{count} of 10" for count in converted)),
        ("objects that an API server accepts", *(f"{each.accepted} of {each.objects}" for each in (ours, theirs))),
        ("passwords of the projects in the manifests", *(f"{each.shown} of {each.planted}" for each in (ours, theirs))),
        ("things told", str(ours.said), str(theirs.said)),
        (
            "what kube-score calls critical, an object",
            *(f"{each.critical / each.objects:.1f}" for each in (ours, theirs)),
        ),
    ):
        assert f"| {' | '.join(row)} |" in readme
