"""Mounts: what becomes of every kind of volume and bind, and what is told."""

import pytest

from longshore.convert.options import Options, Storage, VolumeSettings
from longshore.model import Severity
from tests.estate.mounting import APP, app, bind, mounts, sources, told

DATA = {"volumes": {"data": {"name": "shop_data"}}}


def named(source="data", target="/data", **more):
    return {"type": "volume", "source": source, "target": target, "volume": {}, **more}


class TestNamed:
    def test_a_claim_with_class_and_size_of_the_stack(self, convert):
        storage = Storage(storage_class="gp3", size="5Gi", volumes={"data": VolumeSettings(size="50Gi")})
        result = convert({"app": app(named())}, Options(storage=storage), **DATA)
        spec = result["PersistentVolumeClaim/data"]["spec"]
        assert spec["accessModes"] == ["ReadWriteOnce"]
        assert spec["storageClassName"] == "gp3"
        assert spec["resources"] == {"requests": {"storage": "50Gi"}}
        assert not result.found("volume-size")

    def test_its_folder_is_mounted_so_that_it_starts_empty(self, convert):
        result = convert({"app": app(named(volume={"subpath": "a/b"}), named(target="/w"))}, **DATA)
        assert mounts(result)["/data"]["subPath"] == "data/a/b"
        assert mounts(result)["/w"] == {"mountPath": "/w", "name": "data", "subPath": "data"}

    def test_without_a_size_it_is_a_warning_and_in_production_an_error(self, convert):
        for production, severity in ((False, Severity.WARNING), (True, Severity.ERROR)):
            result = convert({"app": app(named())}, Options(production=production), **DATA)
            assert result["PersistentVolumeClaim/data"]["spec"]["resources"]["requests"]["storage"] == "10Gi"
            (finding,) = result.found("volume-size")
            assert finding.severity is severity

    @pytest.mark.parametrize(
        "services",
        [
            {"a": app(named()), "b": app(named())},
            {"a": app(named(), deploy={"replicas": 2})},
            {"a": app(named(), deploy={"mode": "global"})},
            {"a": app(named()), "b": {**APP, "volumes_from": ["a:ro"]}},
        ],
    )
    def test_several_pods_need_a_shared_class(self, convert, services):
        result = convert(services, **DATA)
        assert [severity for severity, _ in told(result, "shared-volume")] == ["error"]
        result = convert(services, Options(storage=Storage(shared_class="efs", size="1Gi")), **DATA)
        assert not result.found("shared-volume")
        spec = result["PersistentVolumeClaim/data"]["spec"]
        assert (spec["accessModes"], spec["storageClassName"]) == (["ReadWriteMany"], "efs")

    def test_the_owner_may_say_that_one_node_is_enough(self, convert):
        storage = Storage(size="1Gi", volumes={"data": VolumeSettings(access_mode="ReadWriteOnce")})
        result = convert({"a": app(named()), "b": app(named())}, Options(storage=storage), **DATA)
        assert not result.found("shared-volume")

    def test_containers_of_one_pod_share_a_disk(self, convert):
        result = convert({"a": app(named()), "b": app(named(), network_mode="service:a")}, **DATA)
        assert not result.found("shared-volume")
        assert len(result.pod("Deployment/a")["volumes"]) == 1

    def test_a_stateful_set_has_a_claim_per_pod(self, convert):
        model = app(named(), deploy={"replicas": 3}, **{"x-longshore": {"workload": "StatefulSet"}})
        result = convert({"app": model}, Options(storage=Storage(size="1Gi")), **DATA)
        (template,) = result["StatefulSet/app"]["spec"]["volumeClaimTemplates"]
        assert template["metadata"]["name"] == "data"
        assert template["spec"]["accessModes"] == ["ReadWriteOnce"]
        assert "PersistentVolumeClaim/data" not in result
        assert mounts(result, kind="StatefulSet")["/data"]["name"] == "data"
        assert not sources(result, kind="StatefulSet")
        assert not result.found("shared-volume")

    def test_an_external_volume_is_a_claim_that_is_there_and_mounted_whole(self, convert):
        result = convert({"app": app(named())}, volumes={"data": {"name": "old-data", "external": True}})
        assert sources(result)["data"]["persistentVolumeClaim"] == {"claimName": "old-data"}
        assert "subPath" not in mounts(result)["/data"]
        assert not result.kinds("PersistentVolumeClaim")
        assert "old-data" in told(result, "external-volume")[0][1]

    def test_nobody_mounts_it(self, convert):
        result = convert({"app": APP}, **DATA)
        assert not result.kinds("PersistentVolumeClaim")
        assert told(result, "unused-volume")[0][0] == "info"

    def test_two_volumes_of_one_name_are_an_error_and_no_crash(self, convert):
        services = {"app": app(named("a_b", "/a"), named("a-b", "/b"))}
        result = convert(services, volumes={"a_b": {"name": "s_a_b"}, "a-b": {"name": "s_a-b"}})
        assert told(result, "name-collision")[0][0] == "error"
        assert list(result.kinds("PersistentVolumeClaim")) == ["a-b"]

    @pytest.mark.parametrize(
        ("options", "expected"),
        [
            ({"type": "nfs", "o": "addr=10.0.0.2,rw", "device": ":/export"}, {"server": "10.0.0.2", "path": "/export"}),
            ({"type": "nfs4", "device": "files.example.com:/x"}, {"server": "files.example.com", "path": "/x"}),
        ],
    )
    def test_an_nfs_export_is_mounted_as_such(self, convert, options, expected):
        result = convert({"app": app(named())}, volumes={"data": {"name": "d", "driver_opts": options}})
        assert sources(result)["data"]["nfs"] == expected
        assert not result.kinds("PersistentVolumeClaim")

    def test_a_bind_in_disguise_is_told(self, convert):
        options = {"type": "none", "o": "bind", "device": "/srv/disk"}
        result = convert({"app": app(named())}, volumes={"data": {"name": "d", "driver_opts": options}})
        assert "/srv/disk" in told(result, "volume-driver")[0][1]
        assert "PersistentVolumeClaim/data" in result

    def test_memory_with_a_name(self, convert):
        options = {"type": "tmpfs", "device": "tmpfs", "o": "size=64m,uid=1000"}
        result = convert({"app": app(named())}, volumes={"data": {"name": "d", "driver_opts": options}})
        assert sources(result)["data"]["emptyDir"] == {"medium": "Memory", "sizeLimit": "64Mi"}

    def test_what_only_readers_mount_is_told_as_empty(self, convert):
        result = convert({"app": app(named(read_only=True))}, **DATA)
        assert ("warning", "nobody writes") in [(s, m[:13]) for s, m in told(result, "volume-prefill")]
        result = convert({"app": app(named(volume={"nocopy": True}))}, **DATA)
        assert not result.found("volume-prefill")

    @pytest.mark.parametrize(("user", "group"), [("1000:2000", 2000), ("1000", 1000), ("472:0", 472)])
    def test_the_group_of_a_user_that_is_not_root_may_write(self, convert, user, group):
        context = convert({"app": app(named(), user=user)}, **DATA).pod("Deployment/app")["securityContext"]
        assert context["fsGroup"] == group
        assert context["fsGroupChangePolicy"] == "OnRootMismatch"

    def test_labels_become_annotations(self, convert):
        result = convert({"app": app(named())}, volumes={"data": {"name": "d", "labels": {"a.b/c": "d", "e f": "g"}}})
        assert result["PersistentVolumeClaim/data"]["metadata"]["annotations"]["a.b/c"] == "d"
        assert told(result, "label-key")


class TestOthers:
    def test_an_anonymous_volume_is_scratch(self, convert):
        result = convert({"app": app({"type": "volume", "target": "/cache", "volume": {}})})
        ((_, source),) = sources(result).items()
        assert source["emptyDir"] == {}
        assert told(result, "anonymous-volume")[0][0] == "warning"

    def test_one_that_shields_a_bind_is_not_needed(self, convert):
        shield = {"type": "volume", "target": "/app/node_modules", "volume": {}}
        result = convert({"app": app(bind("/elsewhere", "/app"), shield)})
        assert not mounts(result)
        assert not result.found("anonymous-volume")

    def test_memory(self, convert):
        mount = {"type": "tmpfs", "target": "/scratch", "tmpfs": {"size": "536870912", "mode": 0o1777}}
        result = convert({"app": app(mount, tmpfs=["/run:size=64m,ro", "/tmp", "/a-b", "/a/b"])})
        found = {path: sources(result)[m["name"]]["emptyDir"] for path, m in mounts(result).items()}
        assert found["/scratch"] == {"medium": "Memory", "sizeLimit": "512Mi"}
        assert found["/run"] == {"medium": "Memory", "sizeLimit": "64Mi"}
        assert found["/tmp"] == {"medium": "Memory"}
        assert mounts(result)["/run"]["readOnly"]
        assert mounts(result)["/a-b"]["name"] != mounts(result)["/a/b"]["name"]

    def test_a_place_that_two_mounts_want_is_an_error_and_no_crash(self, convert):
        more = {
            "tmpfs": ["/run/"],
            "configs": [{"source": "c", "target": "/run"}],
            "secrets": [{"source": "s", "target": "/run"}],
        }
        model = app(named(target="/run"), **more)
        result = convert({"app": model}, configs={"c": {"content": "x"}}, secrets={"s": {"file": "/project/s"}}, **DATA)
        assert [severity for severity, _ in told(result, "mount-twice")] == ["error"] * 3
        assert list(mounts(result)) == ["/run"]

    @pytest.mark.parametrize("target", ["run", "/a:b", ""])
    def test_what_is_no_place_is_an_error(self, convert, target):
        result = convert({"app": app({"type": "tmpfs", "target": target})})
        assert told(result, "mount-target")[0][0] == "error"

    @pytest.mark.parametrize("size", ["50%", "much"])
    def test_a_size_that_is_none_is_told(self, convert, size):
        result = convert({"app": {**APP, "tmpfs": [f"/run:size={size}"]}})
        assert told(result, "tmpfs")[0][0] == "warning"
        assert mounts(result)

    def test_an_image_is_mounted_where_the_cluster_can(self, convert):
        model = {"app": app({"type": "image", "source": "models:1", "target": "/m", "image": {"subpath": "x"}})}
        result = convert(model)
        assert mounts(result)["/m"]["subPath"] == "x"
        ((_, source),) = sources(result).items()
        assert source["image"] == {"reference": "models:1"}
        assert told(convert(model, Options(kubernetes_version=(1, 32))), "mount-type")[0][0] == "error"

    @pytest.mark.parametrize("kind", ["npipe", "cluster"])
    def test_what_has_no_equivalent_is_an_error(self, convert, kind):
        result = convert({"app": app({"type": kind, "source": "x", "target": "/x"})})
        assert told(result, "mount-type")[0][0] == "error"

    def test_mounts_of_another_service_come_along(self, convert):
        web = app(named(), bind("a.conf", "/a.conf", read_only=True), named("more", "/more"))
        back = {**APP, "volumes_from": ["web:ro"], "tmpfs": ["/more"]}
        result = convert({"web": web, "back": back}, files={"a.conf": b"x"}, volumes={"data": {}, "more": {}})
        assert mounts(result, "back")["/data"]["readOnly"]
        assert mounts(result, "back")["/a.conf"]["name"] == mounts(result, "web")["/a.conf"]["name"]
        assert "emptyDir" in sources(result, "back")[mounts(result, "back")["/more"]["name"]]

    @pytest.mark.parametrize(("count", "refused"), [(100, 0), (101, 1)])
    def test_a_service_has_at_most_a_hundred_mounts_of_others(self, convert, count, refused):
        web = app(*({"type": "volume", "source": "data", "target": f"/d{number}"} for number in range(count)))
        result = convert({"web": web, "back": {**APP, "volumes_from": ["web"]}}, volumes={"data": {}})
        assert [level for level, *_ in told(result, "volumes-from")] == ["error"] * refused
        assert len(mounts(result, "back")) == (0 if refused else count)

    def test_a_container_of_elsewhere_has_no_mounts_to_give(self, convert):
        result = convert({"app": {**APP, "volumes_from": ["container:old"]}})
        assert told(result, "volumes-from")[0][0] == "error"


LEAKING = {"etc/a.yml": b"a: 1\nb: 2\nsmtp_password: Hq7sPd9cJxN5tG\n", "etc/sub/b.ini": b"token = Zq7sPd9cJxN5tG\n"}


class TestSecretsInFiles:
    """A secret in a mounted file: the place is the line of that file, and its value is told nowhere."""

    def place(self, result):
        (finding,) = result.found("secret-in-file")
        assert "N5tG" not in repr(finding)
        assert "N5tG" not in repr(result.conversion.manifests)
        return finding.span

    def test_of_a_file(self, convert):
        mount = {"type": "bind", "source": "/project/etc/a.yml", "target": "/a.yml", "read_only": True}
        result = convert({"app": app(mount)}, files={"etc/a.yml": LEAKING["etc/a.yml"]})
        assert self.place(result)[:3] == ("etc/a.yml", 3, 1)

    def test_of_a_directory(self, convert):
        mount = {"type": "bind", "source": "/project/etc", "target": "/etc/app", "read_only": True}
        result = convert({"app": app(mount)}, files={"etc/sub/b.ini": LEAKING["etc/sub/b.ini"]})
        assert self.place(result)[:3] == ("etc/sub/b.ini", 1, 1)

    def test_of_a_config(self, convert):
        service = {"image": "app:1", "configs": [{"source": "a", "target": "/a.yml"}]}
        result = convert({"app": service}, files=LEAKING, configs={"a": {"file": "/project/etc/a.yml"}})
        assert self.place(result)[:3] == ("etc/a.yml", 3, 1)

    def test_text_in_the_compose_file_stays_there(self, convert):
        service = {"image": "app:1", "configs": [{"source": "a", "target": "/a.yml"}]}
        result = convert({"app": service}, configs={"a": {"content": LEAKING["etc/a.yml"].decode()}})
        assert self.place(result) is None
