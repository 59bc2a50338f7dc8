"""Whatever a project says of networks and mounts, what comes out holds together; nothing is an exception."""

import re

from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st

from longshore.convert.options import Exposure, Options, ServiceSettings, Storage

NAMES = ["web", "my_db", "my-db", "1st", "API", "a.b", "x" * 70, "x" * 69 + "y"]
VOLUMES = ["data", "da_ta", "da-ta", "ext", "nfs", "mem"]
PLACES = ["/a", "/a/", "/a/b", "/a-b", "/run/secrets/s", "/c", "c", "/with:colon", "/"]
FILES = {"f.conf": b"x", "d/one": b"1", "d/two/three": b"#!/bin/sh", "bin": b"\xff", "empty": b""}
SOURCES = [
    "/project/f.conf",
    "/project/d",
    "/project/bin",
    "/project/empty",
    "/project/gone",
    "/",
    "/var/run/docker.sock",
]

mount = st.one_of(
    st.fixed_dictionaries(
        {"type": st.just("volume"), "target": st.sampled_from(PLACES)},
        optional={"source": st.sampled_from(VOLUMES), "read_only": st.booleans(), "volume": st.just({"subpath": "s"})},
    ),
    st.fixed_dictionaries(
        {"type": st.just("bind"), "source": st.sampled_from(SOURCES), "target": st.sampled_from(PLACES)},
        optional={"read_only": st.booleans()},
    ),
    st.fixed_dictionaries(
        {
            "type": st.sampled_from(["tmpfs", "image", "npipe"]),
            "target": st.sampled_from(PLACES),
            "source": st.just("x"),
        }
    ),
)
port = st.fixed_dictionaries(
    {"target": st.sampled_from([80, 443, 53]), "protocol": st.sampled_from(["tcp", "udp"])},
    optional={
        "published": st.sampled_from(["80", "8000-8010"]),
        "host_ip": st.just("127.0.0.1"),
        "name": st.sampled_from(NAMES),
    },
)
attached = st.dictionaries(
    st.sampled_from(["front", "ba_ck", "ba-ck"]),
    st.none()
    | st.fixed_dictionaries({"aliases": st.lists(st.sampled_from([*NAMES, "pool", "db.internal", ""]), max_size=3)}),
    max_size=2,
)
service = st.fixed_dictionaries(
    {"image": st.sampled_from(["app:1", "rabbitmq:3"])},
    optional={
        "volumes": st.lists(mount, max_size=4),
        "tmpfs": st.lists(
            st.sampled_from(["/a", "/t:size=1m,ro", "/t2:size=9%", "/run/secrets/s"]), max_size=3, unique=True
        ),
        "configs": st.lists(
            st.sampled_from([{"source": "c"}, {"source": "d", "target": "/a"}, {"source": "e", "mode": "0400"}]),
            max_size=3,
        ),
        "secrets": st.lists(st.sampled_from([{"source": "s"}, {"source": "s", "target": "/a"}]), max_size=2),
        "ports": st.lists(port, max_size=3),
        "expose": st.lists(st.sampled_from(["80", "81-83", "53/udp", "no"]), max_size=2),
        "networks": attached,
        "labels": st.dictionaries(
            st.sampled_from(["a", "b c", "traefik.enable"]), st.sampled_from(["1", "2"]), max_size=2
        ),
        "container_name": st.sampled_from([*NAMES, "pool"]),
        "restart": st.sampled_from(["no", "always"]),
        "deploy": st.sampled_from([{"replicas": 2}, {"mode": "global"}]),
        "user": st.sampled_from(["1000:1000", "0", "nobody"]),
        "environment": st.just({"A": "http://my_db:81/x", "B_HOST": "API", "B_PORT": "99"}),
        "extra_hosts": st.just(["a=10.0.0.1"]),
        "dns": st.sampled_from([["10.0.0.2"], ["10.0.0.3"]]),
        "x-longshore": st.sampled_from([{"allow": ["writable-bind"]}, {"workload": "StatefulSet"}]),
    },
)


@st.composite
def projects(draw):
    services = draw(st.dictionaries(st.sampled_from(NAMES), service, min_size=1, max_size=4))
    names = list(services)
    for index, model in enumerate(services.values()):
        others = names[:index]
        if others and draw(st.integers(0, 3)) == 0:
            model.pop("networks", None)
            model["network_mode"] = draw(
                st.sampled_from(["none", "host", "bridge", "container:x", *(f"service:{n}" for n in others)])
            )
        if others and draw(st.integers(0, 3)) == 0:
            model["volumes_from"] = [draw(st.sampled_from([f"{name}:ro" for name in others]))]
        if others and draw(st.integers(0, 3)) == 0:
            model["links"] = [f"{draw(st.sampled_from(others))}:{draw(st.sampled_from([*NAMES, 'pool']))}"]
    exposure = st.builds(
        Exposure, st.sampled_from(["ingress", "loadbalancer"]), st.sampled_from([0, 80, 9999]), st.just("h.example.com")
    )
    settings = {name: ServiceSettings(exposure=draw(st.none() | exposure)) for name in names}
    shared = draw(st.sampled_from(["", "efs"]))
    return services, Options(
        services=settings, storage=Storage(shared_class=shared), network_policies=draw(st.booleans())
    )


TOP = {
    "networks": {"front": {"name": "shop_front"}, "ba_ck": {"name": "n"}, "ba-ck": {"name": "m", "internal": True}},
    "volumes": {
        "data": {"name": "d"}, "da_ta": {}, "da-ta": None, "ext": {"external": True, "name": "Ext_1"},
        "nfs": {"driver_opts": {"type": "nfs", "device": "h:/x"}},
        "mem": {"driver_opts": {"type": "tmpfs", "o": "size=1m"}},
    },
    "configs": {"c": {"content": "http://my_db"}, "d": {"file": "/project/d"}, "e": {"content": "\ue0faTOKEN\ue0fb"}},
    "secrets": {"s": {"file": "/project/f.conf"}},
}  # fmt: skip
DNS_1035 = re.compile(r"[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?")
DNS_1123 = re.compile(r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?")


@limits(deadline=None, max_examples=300, suppress_health_check=list(HealthCheck))
@given(project=projects())
def test_it_holds_together(convert, project):
    services, options = project
    result = convert(services, options, FILES, **TOP)
    for name in result.kinds("Service"):
        assert DNS_1035.fullmatch(name)
    for kind in ("Deployment", "StatefulSet", "DaemonSet", "Job"):
        for name, manifest in result.kinds(kind).items():
            assert DNS_1123.fullmatch(name)
            check_pod(manifest, result)
    for name, manifest in result.kinds("Service").items():
        check_service(name, manifest["spec"], result)

    for manifest in result.kinds("PersistentVolumeClaim").values():
        check_claim(manifest["spec"])


def check_claim(spec):
    assert spec["accessModes"]
    assert spec["resources"]["requests"]["storage"]


def check_pod(manifest, result):
    spec = manifest["spec"]["template"]["spec"]
    volumes = spec.get("volumes", [])
    names = [volume["name"] for volume in volumes]
    claims = manifest["spec"].get("volumeClaimTemplates", [])
    templates = [claim["metadata"]["name"] for claim in claims]
    for claim in claims:
        check_claim(claim["spec"])
    assert len(set(names + templates)) == len(names + templates)
    assert all(DNS_1123.fullmatch(name) for name in names)
    for volume in volumes:
        assert len(volume) == 2
        assert volume.get("configMap", {}).get("name", "") in {"", *result.kinds("ConfigMap")}
        claimed = volume.get("persistentVolumeClaim", {}).get("claimName", "ext-1")
        assert claimed in {"ext-1", *result.kinds("PersistentVolumeClaim")}
    for container in spec["containers"]:
        mounts = container.get("volumeMounts", [])
        assert len({mount["mountPath"] for mount in mounts}) == len(mounts)
        assert {mount["name"] for mount in mounts} <= set(names + templates)
        assert all(mount["mountPath"].startswith("/") and ":" not in mount["mountPath"] for mount in mounts)
        ports = [port["name"] for port in container.get("ports", [])]
        assert len(set(ports)) == len(ports)


def check_service(name, spec, result):
    ports = spec.get("ports", [])
    assert ports or spec.get("clusterIP") == "None"
    assert len({port["name"] for port in ports}) == len(ports)
    assert len({(port["port"], port["protocol"]) for port in ports}) == len(ports)
    selected = [
        manifest
        for kind in ("Deployment", "StatefulSet", "DaemonSet", "Job")
        for manifest in result.kinds(kind).values()
        if spec["selector"].items() <= manifest["spec"]["template"]["metadata"]["labels"].items()
    ]
    assert selected, f"{name} selects nothing"
