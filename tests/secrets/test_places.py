"""One rule for every path that is read: nothing outside of the project, wherever a file or a link leads."""

from __future__ import annotations

import os

import pytest

from tests.cli.screen import longshore

COMPOSE = "services: {web: {image: 'nginx:1.27', mem_limit: 64m, secrets: [s]}}\nsecrets: {s: {file: PLACE}}\n"


@pytest.fixture
def folder(tmp_path):
    project, elsewhere = tmp_path / "project", tmp_path / "elsewhere"
    for each in (project, elsewhere):
        each.mkdir()
    (elsewhere / "credentials").write_text("canary")
    (project / "link").symlink_to("../elsewhere/credentials")
    (project / "into").symlink_to("../elsewhere")
    (project / "inside").write_text("fine")
    (project / "alias").symlink_to("inside")
    os.mkfifo(project / "fifo")
    return project


def said(folder, place, *flags):
    (folder / "compose.yaml").write_text(COMPOSE.replace("PLACE", place))
    return longshore("check", *flags, "--output", "concise", folder=folder)


@pytest.mark.parametrize("place", ["../elsewhere/credentials", "link", "into/credentials", "/etc/hostname", "../none"])
def test_a_secret_outside_of_the_project_is_refused(folder, place):
    screen = said(folder, place)
    assert screen.code == 2
    assert "error[outside-project] secrets.s.file: " in screen.out
    assert "error[outside-project]" not in said(folder, place, "--allow-outside").out


def test_where_a_link_leads_is_said(folder):
    assert f"at `{os.path.realpath(folder.parent)}/elsewhere/credentials`" in said(folder, "link").out


@pytest.mark.parametrize("place", ["inside", "alias", "not-there-yet"])
def test_a_secret_inside_of_it_is_fine(folder, place):
    assert "outside-project" not in said(folder, place).out


@pytest.mark.parametrize("place", ["fifo", "."])
def test_what_is_no_regular_file_is_refused(folder, place):
    assert "error[not-a-file] secrets.s.file: " in said(folder, place).out


def test_a_home_is_outside_too(folder):
    home = {"HOME": str(folder.parent / "elsewhere")}
    (folder / "compose.yaml").write_text(COMPOSE.replace("PLACE", "~/credentials"))
    screen = longshore("check", "--output", "concise", folder=folder, environment=home)
    assert "error[outside-project] secrets.s.file: " in screen.out
