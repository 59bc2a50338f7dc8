"""Kubeconfig files are read as kubectl reads them; what is wrong is said without a word of what stands there."""

from __future__ import annotations

import base64
import os
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from longshore.cluster.kubeconfig import DEFAULT, Kubeconfig, digest, located, read
from longshore.errors import Refused

if TYPE_CHECKING:
    from pathlib import Path

CANARY = "hunter2-canary"


def write(path: Path, name: str, server: str, **user: Any) -> Path:
    """A kubeconfig with one cluster, user and context, all of one name."""
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": name,
        "clusters": [{"name": name, "cluster": {"server": server}}],
        "users": [{"name": name, "user": user or {"token": CANARY}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
    }
    path.write_text(yaml.safe_dump(content), "utf-8")
    return path


def both(*files: Path) -> Kubeconfig:
    return read(os.pathsep.join(map(str, files)))


def test_of_several_files_the_first_has_the_say(tmp_path):
    one = write(tmp_path / "one", "a", "https://one")
    two = write(tmp_path / "two", "b", "https://two")
    other = write(tmp_path / "other", "a", "https://other", token="another")
    found = both(tmp_path / "missing", one, two, other)
    assert found.current == "a"
    assert {name: context.server for name, context in found.contexts.items()} == {
        "a": "https://one",
        "b": "https://two",
    }
    assert found.chosen("b").server == "https://two"
    assert both(two, one).chosen("").server == "https://two"
    assert both(other, one).chosen("a").user == {"token": "another"}


def test_a_context_may_be_split_over_files(tmp_path):
    whole = yaml.safe_load(write(tmp_path / "whole", "a", "https://one").read_text("utf-8"))
    for key in ("clusters", "users", "contexts"):
        (tmp_path / key).write_text(yaml.safe_dump({key: whole[key]}), "utf-8")
    found = both(*(tmp_path / key for key in ("contexts", "users", "clusters")))
    assert found.chosen("a").user == {"token": CANARY}
    with pytest.raises(Refused, match="no current context"):
        found.chosen("")


def test_files_and_programs_are_named_from_where_they_are_named(tmp_path, monkeypatch):
    folder = tmp_path / "folder"
    folder.mkdir()
    plugin = {"command": "./bin/login", "apiVersion": "client.authentication.k8s.io/v1"}
    file = write(folder / "config", "a", "https://one", **{"client-certificate": "pki/me.crt", "exec": plugin})
    content = yaml.safe_load(file.read_text("utf-8"))
    content["clusters"][0]["cluster"]["certificate-authority"] = "pki/ca.crt"
    file.write_text(yaml.safe_dump(content), "utf-8")
    (folder / "pki").mkdir()
    (folder / "pki" / "ca.crt").write_bytes(b"PEM\n")
    monkeypatch.chdir(tmp_path)
    found = read(str(file)).chosen("")
    assert found.authority == b"PEM\n"
    assert found.user["client-certificate"] == str(folder / "pki" / "me.crt")
    assert found.user["exec"]["command"] == str(folder / "bin" / "login")
    content["users"][0]["user"]["exec"]["command"] = "aws"
    file.write_text(yaml.safe_dump(content), "utf-8")
    assert read(str(file)).chosen("").user["exec"]["command"] == "aws", "a bare name is found on PATH"


def test_the_authority_in_the_file_goes_before_the_one_it_names(tmp_path):
    file = write(tmp_path / "config", "a", "https://one")
    content = yaml.safe_load(file.read_text("utf-8"))
    inline = {"certificate-authority": "nowhere", "certificate-authority-data": base64.b64encode(b"PEM").decode()}
    content["clusters"][0]["cluster"].update(inline)
    file.write_text(yaml.safe_dump(content), "utf-8")
    assert read(str(file)).chosen("").authority == b"PEM"
    assert digest(b"PEM\n") == digest(b"PEM") != digest(b"")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (f"token: [{CANARY}", "is no kubeconfig"),
        (CANARY, "is no kubeconfig"),
        (f"users: [{CANARY}]", "is no kubeconfig"),
        (f"users: {{{CANARY}: 1}}", "is no kubeconfig"),
        (f"users: [{{user: {CANARY}}}]", "is no kubeconfig"),
        (f"clusters: [{{name: a, cluster: {CANARY}}}]", "is no kubeconfig"),
        ("users: 5", "is no kubeconfig"),
        ("{}", "has no current context"),
        ("current-context: a", "has no context `a`"),
        ("{current-context: a, contexts: [{name: a, context: {cluster: b}}]}", "has no context `a`"),
        ("{current-context: a, contexts: [{name: a}], clusters: [{name: b}]}", "has no context `a`"),
    ],
)
def test_what_is_none_is_told(tmp_path, content, said):
    file = tmp_path / "config"
    file.write_text(content, "utf-8")
    with pytest.raises(Refused) as refused:
        read(str(file)).chosen("")
    told = f"{refused.value.message} {refused.value.help} {refused.value.__cause__}"
    assert said in told
    assert CANARY not in told


def test_none_at_all_names_the_setting(tmp_path):
    with pytest.raises(Refused, match="no kubeconfig at") as refused:
        read(f"{tmp_path / 'a'}{os.pathsep}{tmp_path / 'b'}")
    assert "longshore:cluster.path" in refused.value.help


def test_the_stack_goes_before_the_shell_and_both_before_the_default(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shell = {"KUBECONFIG": os.pathsep.join(["", "one", "/two", "~/three", ""])}
    assert located("here", "/project", shell) == "/project/here"
    assert located("/here", "/project", shell) == "/here"
    assert located("", "/project", shell) == os.pathsep.join([str(tmp_path / "one"), "/two", "~/three"])
    assert located("", "/project", {}) == located("", "/project", {"KUBECONFIG": ""}) == DEFAULT
