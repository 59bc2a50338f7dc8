"""Whoever is dialled, in whatever form, has a Service with an address that stays and the port that is dialled."""

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from longshore.convert.estate import Estate
from longshore.convert.estate.dials import calls, dialled
from longshore.convert.estate.ports import by_address, every
from longshore.convert.options import Options

APP = {"image": "registry.example.com/app:1", "restart": "always"}

NUMBERED = {
    "a URL": lambda host, port: {"environment": {"API": f"http://{host}:{port}/x"}},
    "a URL with a login": lambda host, port: {"environment": {"DB": f"postgres://u:p@{host}:{port}/db"}},
    "a list of hosts": lambda host, port: {"environment": {"BROKERS": f"elsewhere:1000,{host}:{port}"}},
    "hosts of a URL": lambda host, port: {"environment": {"DB": f"mongodb://elsewhere:1000,{host}:{port}/x?y=z"}},
    "listeners": lambda host, port: {"environment": {"LISTENERS": f"INSIDE://{host}:{port},OUTSIDE://:9092"}},
    "voters": lambda host, port: {"environment": {"VOTERS": f"1@elsewhere:1000,2@{host}:{port}"}},
    "two variables": lambda host, port: {"environment": {"DB_HOST": host, "DB_PORT": str(port)}},
    "a connection string": lambda host, port: {"environment": {"DB": f"Server=x;Host={host};Port={port};Database=x"}},
    "a Go data source": lambda host, port: {"environment": {"DB": f"user:word@tcp({host}:{port})/x"}},
    "a flag": lambda host, port: {"command": ["run", "--db-host", host, "--db-port", str(port)]},
    "psql": lambda host, port: {"command": ["sh", "-c", f"until psql -h {host} -p {port} -U x; do sleep 1; done"]},
    "netcat": lambda host, port: {"entrypoint": ["sh", "-c", f"while ! nc -z {host} {port}; do :; done; exec run"]},
    "bash": lambda host, port: {"command": ["bash", "-c", f"echo > /dev/tcp/{host}/{port}"]},
    "a health check": lambda host, port: {"healthcheck": {"test": ["CMD", "curl", "-f", f"http://{host}:{port}/"]}},
    "a label": lambda host, port: {"labels": {"homepage.widget.url": f"http://{host}:{port}"}},
}

FILES = {
    "nginx": "upstream group {{ server {host}:{port}; }}\nserver {{ location / {{ proxy_pass http://group; }} }}\n",
    "nginx, FastCGI": "location ~ \\.php$ {{ fastcgi_pass {host}:{port}; }}\n",
    "nginx, a variable": "set $up {host};\nproxy_pass http://$up:{port};\n",
    "HAProxy": "backend web\n  server one {host}:{port} check inter 2s\n",
    "Caddy": "example.com {{\n  reverse_proxy /api/* {host}:{port}\n  php_fastcgi {host}:{port}\n}}\n",
    "Traefik": "http:\n  services:\n    api:\n      loadBalancer:\n        servers:\n        - url: http://{host}:{port}\n",
    "Prometheus": "scrape_configs:\n- static_configs: [{{targets: ['localhost:9090', '{host}:{port}']}}]\n",
    "JSON": '{{"db": {{"host": "{host}", "port": {port}}}}}\n',
    "YAML": "db:\n  host: {host}\n  port: {port}\n",
    "properties": "spring.redis.host={host}\nspring.redis.port={port}\n",
    "INI": "[db]\nhost = {host}\nport = {port}\n",
    "PHP": "'host' => env('DB_HOST', 'x'),\n'dsn' => 'mysql:host={host};port={port}',\n",
    "Redis": "replicaof {host} {port}\n",
}


def service_of(convert, by, port=None, **more):
    return convert({"web": {**APP, **by}, "api": APP}, **more)["Service/api"]["spec"]


@pytest.mark.parametrize("form", list(NUMBERED))
def test_in_settings(convert, form):
    spec = service_of(convert, NUMBERED[form]("api", 7001))
    assert "clusterIP" not in spec
    assert [entry["port"] for entry in spec["ports"]] == [7001]


@pytest.mark.parametrize("form", list(FILES))
@pytest.mark.parametrize("mounted", ["bind", "config"])
def test_in_files(convert, form, mounted):
    text = FILES[form].format(host="api", port=7001)
    bind = {"type": "bind", "source": "/project/etc/x.conf", "target": "/etc/x.conf", "read_only": True}
    if mounted == "bind":
        spec = service_of(convert, {"volumes": [bind]}, files={"etc/x.conf": text.encode()})
    else:
        config = {"configs": [{"source": "x", "target": "/etc/x.conf"}]}
        spec = service_of(convert, config, configs={"x": {"content": text}})
    assert "clusterIP" not in spec
    assert [entry["port"] for entry in spec["ports"]] == [7001]


@pytest.mark.parametrize(
    ("text", "ports"),
    [
        ("http://api", [80]),
        ("https://api/x", [443]),
        ("redis://:word@api/0", [6379]),
        ("jdbc:postgresql://api/x", [5432]),
        ("mongodb+srv://api/x", [27017]),
        ("amqp://api", [5672]),
    ],
)
def test_a_scheme_has_a_port(convert, text, ports):
    spec = service_of(convert, {"environment": {"X": text}})
    assert [entry["port"] for entry in spec["ports"]] == ports


class Bare:
    name, directory, environment, files = "shop", "/project", {}, None

    def __init__(self, services):
        self.model = {"services": services}


CALL = st.tuples(
    st.sampled_from("abcd"), st.sampled_from("abcd"), st.integers(1000, 1009), st.sampled_from(list(NUMBERED))
)


@limits(deadline=None)
@given(st.lists(CALL, max_size=6))
def test_every_call_is_answered(made):
    """Whoever calls whom, and however often: a port that another dials is listed, and the address stays."""
    services = {name: {**APP, "environment": {}, "command": [], "labels": {}} for name in "abcd"}
    asked = set()
    for index, (by, target, port, form) in enumerate(made):
        for attribute, value in NUMBERED[form](target, port).items():
            if isinstance(value, list):
                services[by]["command"] += ["&&", *value]
            elif attribute == "healthcheck":
                services[by]["command"] += ["&&", *value["test"]]
            else:
                services[by][attribute] |= {f"N{index}_{key}": text for key, text in value.items()}
        asked.add((by, target, port))
    estate = Estate(Bare(services), Options())
    for by, target, port in asked:
        owner = estate.services[target]
        assert any(call.number == port and by in call.by for call in calls(estate)[target])
        if by != target:
            assert port in dialled(owner)
            assert port in {each.number for each in every(owner)}
            assert by_address(owner)
