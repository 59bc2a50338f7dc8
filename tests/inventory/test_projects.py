"""What an inventory settles of the example estate and of real projects, by `python -m tests.inventory.projects`."""

from pathlib import Path

import pytest

from tests.inventory import projects

PAGE = Path(__file__).parents[2] / "docs" / "inventory.md"
PROJECTS = 13
# A day of samples, images, owners and ports are known then: what is left is of what did not run, or has ended.
LEFT = {"missing-memory-limit", "volume-size", "user", "may-end"}


@pytest.fixture(scope="module")
def found():
    counts = list(projects.run([], lambda _: None, played=True))
    if len(counts) < PROJECTS:
        pytest.skip("there is no corpus (LONGSHORE_CORPUS)")
    return counts


def test_the_numbers_of_the_page_are_those_that_are_counted(found):
    assert projects.table(found) in PAGE.read_text()


def test_what_is_left_is_of_what_did_not_run(found):
    for project in found:
        services = {f"services.{name}" for name in project.running}
        assert not [each for each in project.left if each["code"] in LEFT and each["path"] in services], project.name


def test_no_port_is_called_closed_that_is_open(found):
    assert not any(project.after["closed-port"] for project in found)
