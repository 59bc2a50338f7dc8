"""Bind mounts: small files become ConfigMaps, everything else is told another home."""

import pytest

from longshore.model import Fate, Severity
from tests.estate.mounting import APP, app, bind, mounts, sources, told


class TestBinds:
    def test_a_file_is_a_config_map_under_its_own_path(self, convert):
        result = convert(
            {"app": app(bind("nginx.conf", "/etc/nginx/nginx.conf", read_only=True))}, files={"nginx.conf": b"a;"}
        )
        ((name, found),) = result.kinds("ConfigMap").items()
        assert found["data"] == {"nginx.conf": "a;"}
        mount = mounts(result)["/etc/nginx/nginx.conf"]
        assert (mount["name"], mount["subPath"], mount["readOnly"]) == (name, "nginx.conf", True)

    def test_a_directory_keeps_its_tree_its_bytes_and_its_scripts(self, convert):
        files = {"conf/a.conf": b"a", "conf/sub/deep/run.sh": b"#!/bin/sh\n", "conf/logo.png": b"\x89PNG\xff"}
        result = convert({"app": app(bind("conf", "/etc/x", read_only=True))}, files=files)
        ((name, found),) = result.kinds("ConfigMap").items()
        items = {item["path"]: item for item in sources(result)[name]["configMap"]["items"]}
        assert set(items) == {"a.conf", "sub/deep/run.sh", "logo.png"}
        assert items["sub/deep/run.sh"]["mode"] == 0o755
        assert found["binaryData"] == {"logo.png": "iVBOR/8="}
        assert found["data"][items["sub/deep/run.sh"]["key"]] == "#!/bin/sh\n"
        assert "subPath" not in mounts(result)["/etc/x"]

    def test_a_change_rolls_the_pods_and_nothing_else_does(self, convert):
        def annotation(content):
            result = convert({"app": app(bind("a.conf", read_only=True))}, files={"a.conf": content})
            return result["Deployment/app"]["spec"]["template"]["metadata"]["annotations"][
                "longshore.dev/config-digest"
            ]

        assert annotation(b"one") == annotation(b"one") != annotation(b"two")

    def test_the_same_file_has_one_name_wherever_the_project_lies(self, convert):
        one, other = (
            convert(
                {"a": app(bind("x.conf", read_only=True)), "b": app(bind("x.conf", read_only=True))},
                files={"x.conf": b"1"},
            )
            for _ in range(2)
        )
        assert list(one.kinds("ConfigMap")) == list(other.kinds("ConfigMap"))
        assert len(one.kinds("ConfigMap")) == 2

    def test_a_writable_file_becomes_one_too_with_a_warning(self, convert):
        result = convert({"app": app(bind("a.conf"))}, files={"a.conf": b"text"})
        assert told(result, "writable-bind")[0][0] == "warning"
        assert result.kinds("ConfigMap")

    def test_a_writable_directory_is_an_error_until_allowed(self, convert):
        model = app(bind("conf"))
        assert told(convert({"app": model}, files={"conf/a": b"x"}), "writable-bind")[0][0] == "error"
        allowed = {**model, "x-longshore": {"allow": ["writable-bind"]}}
        result = convert({"app": allowed}, files={"conf/a": b"x"})
        assert told(result, "writable-bind")[0][0] == "info"
        assert mounts(result)["/x"]["readOnly"]

    @pytest.mark.parametrize(
        ("mount", "files", "word"),
        [
            (bind("/srv/data"), {}, "outside the project"),
            (bind("/"), {}, "outside the project"),
            (bind("gone"), {}, "does not exist"),
            (bind("gone", read_only=True), {}, "empty directory"),
            (bind("db.sqlite"), {"db.sqlite": b"\x00\xff"}, "no text"),
            (bind("acme.json"), {"acme.json": b""}, "no text"),
            (bind("big", read_only=True), {"big": b"x" * (1 << 20) + b"x"}, "larger than"),
            (bind("many", read_only=True), {f"many/{n}": b"" for n in range(501)}, "more than 500"),
            (bind("many", read_only=True), {f"many/{n}": b"x" * 300_000 for n in range(4)}, "larger than"),
            (bind("link", read_only=True), {"link": "/etc/passwd", "/etc/passwd": b"root"}, "outside the project"),
            (bind("d", read_only=True), {"d/l": "/etc/passwd", "/etc/passwd": b"root"}, "leads out"),
            (bind("d", read_only=True), {"d/a": b"", "d/loop": "/project/d"}, "leads out"),
        ],
    )
    def test_everything_else_is_an_error_with_a_way_out(self, convert, mount, files, word):
        result = convert({"app": app(mount)}, files=files)
        (finding,) = result.found("bind")
        assert finding.severity is Severity.ERROR
        assert word in finding.message
        assert "volume" in finding.help
        assert not result.kinds("ConfigMap")
        assert not mounts(result)

    @pytest.mark.parametrize(
        ("path", "target", "wanted"),
        [
            ("data", "/var/lib/app", "`app-data:/var/lib/app` here, and `app-data:`"),
            (".vols/db", "/data", "`app-db:/data` here, and `app-db:`"),
            ("app", "/x", "`app-data:/x` here, and `app-data:`"),
            ("Log_Files", "/log", "`app-log-files:/log` here, and `app-log-files:`"),
            ("conf.d", "/conf.d", "`app-conf-d:/conf.d` here, and `app-conf-d:`"),
            ("/srv/shop/files", "/files", "such as `app-files:/files`"),
        ],
    )
    def test_data_is_told_its_volume(self, convert, path, target, wanted):
        (finding,) = convert({"app": app(bind(path, target=target))}).found("bind")
        assert wanted in finding.help

    @pytest.mark.parametrize("path", ["web", "/project"])
    def test_source_that_an_image_is_built_from_is_neither_data_nor_settings(self, convert, path):
        """Nor is it searched for secrets and for the ports of others: it is not what runs."""
        files = {
            "web/app.py": b"TOKEN = 'Hq7sPd9cJxN5tG'\n",
            "web/Dockerfile": b"FROM db:18\n",
            "web/c.env": b"X=db:7777\n",
        }
        build = {"context": "/project/web", "dockerfile": "Dockerfile"}
        services = {"app": app(bind(path), build=build), "db": {**APP, "expose": ["5432"]}}
        result = convert(services, files=files)
        (finding,) = result.found("bind")
        assert "built from" in finding.message
        assert "!override" in finding.help
        assert not result.found("secret-in-file")
        assert not result.found("undeclared-port")
        assert not result.kinds("ConfigMap")

    @pytest.mark.parametrize(("path", "read_only"), [("web/conf", False), ("web", True)])
    def test_settings_beside_the_source_are_settings(self, convert, path, read_only):
        build = {"context": "/project/web", "dockerfile": "Dockerfile"}
        model = app(bind(path, read_only=read_only), build=build, **{"x-longshore": {"allow": ["writable-bind"]}})
        result = convert({"app": model}, files={f"{path}/a.conf": b"a = 1\n"})
        assert not result.found("bind")
        assert result.kinds("ConfigMap")

    def test_data_of_several_services_is_told_one_volume(self, convert):
        found = convert({"a": app(bind("dags", target="/d")), "b": app(bind("dags", target="/d"))}).found("bind")
        assert ["`dags:/d` here, and `dags:`" in finding.help for finding in found] == [True]

    def test_a_path_of_the_host_that_is_only_read_needs_no_volume_of_its_own(self, convert):
        (finding,) = convert({"app": app(bind("/proc", read_only=True))}).found("bind")
        assert "such as" not in finding.help

    @pytest.mark.parametrize("read_only", [False, True])
    @pytest.mark.parametrize("path", ["certs/cert.pem", "config.json", "realm.yaml"])
    def test_a_file_that_is_not_there_is_no_data(self, convert, path, read_only):
        (finding,) = convert({"app": app(bind(path, read_only=read_only))}).found("bind")
        assert f"the file `{path}` does not exist" in finding.message
        assert "volume" not in finding.help

    def test_what_is_wrong_with_a_path_is_told_once(self, convert):
        model = app(bind("/srv/data"))
        allowed = {**model, "x-longshore": {"allow": ["bind"]}}
        result = convert({"a": allowed, "b": model, "c": model, "d": model, "e": allowed})
        found = {finding.path[1]: finding for finding in result.found("bind")}
        assert {name: finding.severity for name, finding in found.items()} == {"a": Severity.INFO, "b": Severity.ERROR}
        assert "`c`, `d`" in found["b"].message
        assert "`e`" in found["a"].message
        lost = [("services", name, "volumes", 0, "source") for name in "abcde"]
        assert {result.conversion.fates[path] for path in lost} == {Fate.UNSUPPORTED}

    @pytest.mark.parametrize("path", ["/var/run/docker.sock", "/run/docker.sock", "/run/user/1000/podman/podman.sock"])
    def test_the_socket_of_docker_is_an_error_of_its_own(self, convert, path):
        result = convert({"app": app(bind(path, read_only=True))})
        assert told(result, "docker-socket")[0][0] == "error"
        result = convert({"app": app(bind(path), **{"x-longshore": {"allow": ["docker-socket"]}})})
        assert told(result, "docker-socket")[0][0] == "info"
        assert not mounts(result)

    @pytest.mark.parametrize("path", ["/etc/localtime", "/etc/timezone"])
    def test_the_clock_of_the_host_is_left_out(self, convert, path):
        result = convert({"app": app(bind(path, path, read_only=True))})
        assert told(result, "host-clock")[0][0] == "info"
        assert not mounts(result)

    @pytest.mark.parametrize(
        "content",
        [
            b"url: postgres://app:hunter22@db/x\n",
            b"first: ${URL}\npostgres://u:${P}@db\nurl: postgres://app:hunter22@db/x\n",
            b"-----BEGIN RSA PRIVATE KEY-----\n",
        ],
    )
    def test_a_secret_in_a_file_goes_to_the_store_and_is_not_shown(self, convert, content):
        result = convert({"app": app(bind("a.yaml", read_only=True))}, files={"a.yaml": content})
        (finding,) = result.found("secret-in-file")
        assert finding.severity is Severity.WARNING
        assert "allow `secret-in-file`" in finding.help
        (secret,) = result.kinds("ExternalSecret").values()
        assert secret["spec"]["data"][0]["remoteRef"]["key"].endswith("/_shared/files/a.yaml")
        assert f"line {content.count(bytes([10]))}" in finding.message
        assert "hunter22" not in str(result.conversion)
        assert not result.kinds("ConfigMap")

    def test_an_example_in_a_comment_is_no_secret(self, convert):
        files = {"a.ini": b"# Example: mysql://user:secret@host:port/database\n; url=postgres://u:password@h\n"}
        assert convert({"app": app(bind("a.ini", read_only=True))}, files=files).kinds("ConfigMap")

    def test_host_names_inside_are_rewritten(self, convert):
        files = {"n.conf": b"proxy_pass http://my_api:80;\n", "logo": b"\xffmy_api:80"}
        services = {"app": app(bind("n.conf", read_only=True)), "my_api": APP}
        ((_, found),) = convert(services, files=files).kinds("ConfigMap").items()
        assert found["data"]["n.conf"] == "proxy_pass http://my-api:80;\n"
