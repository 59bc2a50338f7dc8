"""Configs: content from three sources, mounted as files; secrets among them are refused."""

import pytest

from longshore.compose.references import reference
from longshore.convert.options import Options
from longshore.model import Severity

APP = {"image": "app:1", "restart": "always"}


def app(*mounts, **more):
    return {**APP, "configs": [{"source": source, **extra} for source, extra in mounts], **more}


def mounted(result, kind="configMap"):
    pod = result.pod("Deployment/app")
    by_name = {volume["name"]: volume for volume in pod.get("volumes", []) if kind in volume}
    mounts = pod["containers"][0].get("volumeMounts", [])
    return {mount["mountPath"]: (mount, by_name[mount["name"]][kind]) for mount in mounts}


@pytest.mark.parametrize(
    ("declared", "environment"),
    [
        ({"content": "hello\n"}, {}),
        ({"environment": "GREETING"}, {"GREETING": "hello\n"}),
        ({"file": "/project/greeting.txt"}, {}),
    ],
)
def test_three_sources_of_one_content(convert, declared, environment):
    files = {"greeting.txt": b"hello\n"}
    result = convert(
        {"app": app(("greeting", {"target": "/etc/greeting"}))},
        None,
        files,
        environment,
        configs={"greeting": declared},
    )
    (found,) = result.kinds("ConfigMap").values()
    mount, source = mounted(result)["/etc/greeting"]
    assert found["data"][mount["subPath"]] == "hello\n"
    assert source == {"name": found["metadata"]["name"], "defaultMode": 0o444}


def test_without_a_target_it_lies_at_the_root(convert):
    assert "/motd" in mounted(convert({"app": app(("motd", {}))}, configs={"motd": {"content": "x"}}))


@pytest.mark.parametrize("mode", ["0440", 0o440])
def test_the_mode_is_kept_and_the_owner_is_told(convert, mode):
    result = convert(
        {"app": app(("motd", {"mode": mode, "uid": "103", "gid": "0"}))}, configs={"motd": {"content": "x"}}
    )
    assert mounted(result)["/motd"][1]["defaultMode"] == 0o440
    assert [finding.path[-1] for finding in result.found("config-owner")] == ["uid"]


def test_one_config_with_two_modes_in_one_container(convert):
    mounts = (("motd", {"target": "/a"}), ("motd", {"target": "/b", "mode": "0400"}))
    result = convert({"app": app(*mounts)}, configs={"motd": {"content": "x"}})
    assert [source["defaultMode"] for _, source in mounted(result).values()] == [0o444, 0o400]
    assert len(result.kinds("ConfigMap")) == 1


def test_a_directory_is_mounted_as_one(convert):
    files = {"conf/a": b"1", "conf/b/c": b"2"}
    result = convert(
        {"app": app(("conf", {"target": "/etc/conf"}))}, files=files, configs={"conf": {"file": "/project/conf"}}
    )
    mount, source = mounted(result)["/etc/conf"]
    assert "subPath" not in mount
    assert {item["path"] for item in source["items"]} == {"a", "b/c"}


def test_an_external_one_is_a_config_map_that_is_there(convert):
    result = convert({"app": app(("motd", {}))}, configs={"motd": {"external": True, "name": "site-motd"}})
    assert not result.kinds("ConfigMap")
    mount, source = mounted(result)["/motd"]
    assert (source["name"], mount["subPath"]) == ("site-motd", "site-motd")
    assert result.found("external-config")[0].severity is Severity.WARNING


@pytest.mark.parametrize(
    ("declared", "code", "word"),
    [
        ({"content": f"{reference('A')}\nurl: redis://:hunter22@db\n"}, "secret-in-file", "line 2"),
        ({"content": f"url: redis://:hunter22@db\n{'x' * 70_000}"}, "secret-file", "too large"),
        ({"environment": "NOT_SET"}, "config-content", "not set"),
        ({"file": "/project/gone"}, "config-content", "does not exist"),
        ({"file": "/etc/passwd"}, "config-content", "outside"),
    ],
)
def test_what_cannot_be_a_config_map_is_an_error_and_nothing_is_mounted(convert, declared, code, word):
    environment = {"TLS_PRIVATE_KEY": "hunter22"}
    result = convert({"app": app(("motd", {}))}, None, {}, environment, configs={"motd": declared})
    (finding,) = result.found(code)
    assert finding.severity is Severity.ERROR
    assert word in finding.message
    assert "hunter22" not in str(result.conversion)
    assert not result.kinds("ConfigMap")
    assert not mounted(result)


@pytest.mark.parametrize(
    ("declared", "word"),
    [
        ({"content": "password: x\nurl: redis://:hunter22@db\n"}, "line 2"),
        ({"environment": "TLS_PRIVATE_KEY"}, "`TLS_PRIVATE_KEY`"),
    ],
)
def test_what_is_a_secret_goes_to_the_store(convert, declared, word):
    environment = {"TLS_PRIVATE_KEY": "hunter22"}
    result = convert({"app": app(("motd", {}))}, None, {}, environment, configs={"motd": declared})
    (finding,) = result.found("secret-in-file")
    assert finding.severity is Severity.WARNING
    assert word in finding.message
    assert "hunter22" not in str(result.conversion)
    assert not result.kinds("ConfigMap")
    mount, source = mounted(result, "secret")["/motd"]
    assert (mount["subPath"], source["secretName"]) == ("motd", "config-motd")


def test_what_only_looks_like_a_secret_can_be_allowed(convert):
    model = app(("motd", {}), **{"x-longshore": {"allow": ["secret-in-file"]}})
    result = convert({"app": model}, configs={"motd": {"content": "see redis://:example@db\n"}})
    assert result.kinds("ConfigMap")


def test_content_with_a_secret_variable_is_filled_in_by_the_operator(convert):
    content = f"my_api: https://my_api/{reference('PAGER_TOKEN')}\n"
    result = convert(
        {"app": app(("motd", {"target": "/etc/motd"})), "my_api": APP}, configs={"motd": {"content": content}}
    )
    assert not result.kinds("ConfigMap")
    (mount,) = result.pod("Deployment/app")["containers"][0]["volumeMounts"]
    assert (mount["mountPath"], mount["readOnly"]) == ("/etc/motd", True)
    (binding,) = [m for m in result.kinds("ExternalSecret").values() if "template" in m["spec"]["target"]]
    assert binding["spec"]["target"]["template"]["data"]["file"] == "my_api: https://my-api/{{ .PAGER_TOKEN }}\n"


def test_one_that_nobody_mounts_is_not_made(convert):
    result = convert({"app": APP}, configs={"motd": {"content": "x"}})
    assert not result.kinds("ConfigMap")
    assert result.found("unused-config")[0].severity is Severity.INFO


def test_similar_names_stay_apart(convert):
    configs = {"a_b": {"content": "1"}, "a-b": {"content": "2"}}
    result = convert({"app": app(("a_b", {}), ("a-b", {}))}, Options(), configs=configs)
    assert len(result.kinds("ConfigMap")) == 2
    assert len(result.pod("Deployment/app")["volumes"]) == 2


def test_content_rolls_the_pods_of_those_who_mount_it(convert):
    def annotations(content):
        services = {"app": app(("motd", {})), "other": APP}
        result = convert(services, configs={"motd": {"content": content}})
        key = "longshore.dev/config-digest"
        return [
            result[f"Deployment/{name}"]["spec"]["template"]["metadata"].get("annotations", {}).get(key)
            for name in services
        ]

    assert annotations("one")[0] != annotations("two")[0]
    assert annotations("one")[1] is None
