"""The comparison itself, on made-up accounts: what is a difference, and what explains one."""

from longshore.model import Finding, Severity
from tests.node.comparison.compare import PAGE, differences, judge, lines

PAGE_TEXT = """
## Rights
### Nobody gains any
- `no new privileges`: `no` → `yes`
- `file.*.mode`: `06*` → `04*` [file-mode, other-code]
Text with `code`: `a` → `b` is no line.
"""
PAGE_LINES = list(lines(PAGE_TEXT))


def finding(code, *path):
    return Finding(code, Severity.WARNING, "said", path=path)


def unexplained(docker, kubernetes, *findings):
    tally = judge("p", {"web": docker}, {"web": kubernetes}, findings, PAGE_LINES)
    return [each.observation for each in tally.unexplained]


def test_a_line_says_what_is_seen_and_which_findings_tell_it():
    first, second = PAGE_LINES
    assert (first.title, first.observation, first.docker, first.kubernetes) == (
        "Nobody gains any",
        "no new privileges",
        "no",
        "yes",
    )
    assert (first.codes, second.codes) == ((), ("file-mode", "other-code"))


def test_what_is_the_same_is_no_difference_and_what_one_world_lacks_is():
    assert list(differences("p", "web", {"user": "0"}, {"user": "0"})) == []
    (found,) = differences("p", "web", {"environment.A": "1"}, {})
    assert (found.docker, found.kubernetes) == ("1", "absent")


def test_a_mount_that_is_not_there_is_one_difference():
    there = {
        "mount./a": "there",
        "mount./a.noexec": "no",
        "file./a": "folder",
        "file./a/b.mode": "0644",
        "writable./a": "yes",
    }
    assert [x.observation for x in differences("p", "web", there, {})] == ["mount./a"]
    files = {"file./a/sub": "folder", "file./a/sub/b": "file", "file./a/sub.mode": "0755", "file./a/subway": "file"}
    assert [x.observation for x in differences("p", "web", files, {})] == ["file./a/sub", "file./a/subway"]


def test_a_file_is_the_same_whether_it_is_mounted_or_lies_in_a_mounted_folder():
    mounted = {"mount./a/b": "there", "mount./a/b.read only": "yes", "file./a/b": "file", "file./a/b.content": "1"}
    assert list(differences("p", "web", mounted, {"file./a/b": "file", "file./a/b.content": "1"})) == []
    (other,) = differences("p", "web", mounted, {"file./a/b": "file", "file./a/b.content": "2"})
    assert other.observation == "file./a/b.content"


def test_a_line_explains_only_what_fits_it():
    assert unexplained({"no new privileges": "no"}, {"no new privileges": "yes"}) == []
    assert unexplained({"no new privileges": "yes"}, {"no new privileges": "no"}) == ["no new privileges"]


def test_a_finding_explains_only_where_it_names_the_service():
    seen = ({"file./k.mode": "0600"}, {"file./k.mode": "0440"})
    assert unexplained(*seen) == ["file./k.mode"]
    assert unexplained(*seen, finding("file-mode", "services", "web", "secrets", 0)) == []
    assert unexplained(*seen, finding("file-mode", "services", "other", "secrets", 0)) == ["file./k.mode"]
    assert unexplained(*seen, finding("other-code", "secrets", "k")) == []
    assert unexplained(*seen, finding("unrelated", "services", "web")) == ["file./k.mode"]


def test_a_service_that_does_not_run_is_a_difference_and_one_that_docker_does_not_run_is_none():
    assert [x.observation for x in judge("p", {"web": {}}, {}, (), PAGE_LINES).unexplained] == ["service"]
    assert judge("p", {}, {"web": {"user": "0"}}, (), PAGE_LINES).unexplained == ()


def test_seconds_may_be_off_by_one():
    assert unexplained({"end.seconds": "10"}, {"end.seconds": "11"}) == []
    assert unexplained({"end.seconds": "10"}, {"end.seconds": "30"}) == ["end.seconds"]


def test_the_page_is_read():
    found = list(lines(PAGE.read_text("utf-8")))
    assert len(found) > 10
    assert len(set(found)) == len(found)
    marked = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("- `")]
    assert len(marked) == len(found), "every line that looks like one is one"
