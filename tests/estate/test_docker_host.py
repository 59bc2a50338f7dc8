"""The Docker host is told wherever it is named, at its place, with what to write instead."""

import pytest

from longshore.model import Severity

APP = {"image": "app:1", "restart": "always"}
BIND = {"type": "bind", "source": "/project/app.conf", "target": "/etc/app.conf", "read_only": True}
PORT = {"target": 5432, "published": "15432", "protocol": "tcp", "mode": "ingress"}


@pytest.mark.parametrize(
    "text",
    [
        "host.docker.internal",
        "http://host.docker.internal:8080/x",
        "a,host.docker.internal:9092",
        "gateway.docker.internal",
        "docker.for.mac.localhost",
        "docker.for.win.host.internal:80",
        "host.containers.internal",
        "host.lima.internal",
        "172.17.0.1",
        "tcp://172.31.0.1:2375",
        "postgres://u@172.20.0.1/x",
    ],
)
def test_its_names_are_known(convert, text):
    (finding,) = convert({"app": {**APP, "environment": {"X": text}}}).found("host-gateway")
    assert finding.severity is Severity.WARNING
    assert finding.path == ("services", "app", "environment", "X")


@pytest.mark.parametrize(
    "text", ["x-host.docker.internal", "host.docker.internal.example.com", "172.17.0.10", "172.16.0.1", "172.17.0.1/16"]
)
def test_other_names_are_not_it(convert, text):
    assert not convert({"app": {**APP, "environment": {"X": text}}}).found("host-gateway")


def test_what_is_published_there_is_a_service_with_a_name(convert):
    app = {**APP, "command": ["./app", "--db", "host.docker.internal:15432"]}
    (finding,) = convert({"app": app, "main_db": {**APP, "ports": [PORT]}}).found("host-gateway")
    assert finding.path == ("services", "app", "command", 2)
    assert "write `main-db:5432`" in finding.help


@pytest.mark.parametrize(
    "app",
    [
        {"environment": {"DB_HOST": "host.docker.internal", "DB_PORT": "15432"}},
        {"environment": {"PGHOST": "172.17.0.1", "PGPORT": "15432"}},
        {"environment": {"databaseHost": "host.docker.internal", "databasePort": "15432"}},
        {"environment": {"DB_URL": "host.docker.internal", "DB_PORT": "15432"}},
        {"command": ["psql", "-h", "host.docker.internal", "-p", "15432"]},
        {"command": ["./wait", "--db-host=host.docker.internal", "--db-port=15432"]},
    ],
)
def test_its_port_may_stand_beside_it(convert, app):
    (finding,) = convert({"app": {**APP, **app}, "main_db": {**APP, "ports": [PORT]}}).found("host-gateway")
    assert "write `main-db`, and 5432 for the port" in finding.help


@pytest.mark.parametrize(
    "environment",
    [
        {"DB_HOST": "host.docker.internal", "CACHE_PORT": "15432"},
        {"DB_HOST": "host.docker.internal", "DB_PORT": "99999"},
        {"DB_HOST": "host.docker.internal", "DB_PORT": "${DB_PORT}"},
    ],
)
def test_another_s_port_is_not_its_own(convert, environment):
    app = {**APP, "environment": environment}
    (finding,) = convert({"app": app, "main_db": {**APP, "ports": [PORT]}}).found("host-gateway")
    assert "main-db" not in finding.help


def test_the_line_of_a_file_is_told(convert):
    files = {"app.conf": b"# 172.17.0.1\nserver x:80;\n  server 172.17.0.1:9000;\n"}
    (finding,) = convert({"app": {**APP, "volumes": [BIND]}}, files=files).found("host-gateway")
    assert finding.path == ("services", "app", "volumes", 0)
    assert str(finding.span) == "app.conf:3:10"


def test_a_real_address_is_left_alone(convert):
    app = {**APP, "environment": {"X": "host.docker.internal"}}
    assert not convert({"app": {**app, "extra_hosts": ["host.docker.internal=10.0.0.5"]}}).found("host-gateway")
    assert convert({"app": {**app, "extra_hosts": ["host.docker.internal=172.17.0.1"]}}).found("host-gateway")
