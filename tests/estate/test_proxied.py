"""What labels for Traefik say, as the setting that the stack file takes: read back by its own reader of settings."""

import pytest
import yaml

from convert.estate.proxied import proposal

ROUTER, PORT = "traefik.http.routers.web.rule", "traefik.http.services.web.loadbalancer.server.port"


@pytest.mark.parametrize(
    ("labels", "exposure"),
    [
        ({ROUTER: "Host(`a.example.com`)", PORT: "8080"}, {"kind": "ingress", "host": "a.example.com", "port": 8080}),
        ({ROUTER: 'Host("a.example.com")'}, {"kind": "ingress", "host": "a.example.com"}),
        ({ROUTER: "Host(`a.example.com`) || Host(`b.example.com`)"}, {"kind": "ingress", "host": "a.example.com"}),
        (
            {ROUTER: "Host(`a.example.com`) && PathPrefix(`/api`)", PORT: "80"},
            {"kind": "ingress", "host": "a.example.com", "path": "/api", "port": 80},
        ),
        (
            {"traefik.frontend.rule": "Host:a.example.com", "traefik.port": "3000"},
            {"kind": "ingress", "host": "a.example.com", "port": 3000},
        ),
        (
            {"traefik.tcp.routers.db.rule": "HostSNI(`*`)", "traefik.tcp.services.db.loadbalancer.server.port": "5432"},
            {"kind": "loadbalancer", "port": 5432},
        ),
        ({ROUTER: "Host(`a.example.com`)", "traefik.enable": "false"}, None),
        ({ROUTER: "HostRegexp(`.+`)", PORT: "80"}, None),
        ({ROUTER: "PathPrefix(`/`)"}, None),
        ({"traefik.enable": "true"}, None),
        ({"com.example": "Host(`a.example.com`)"}, None),
        ({}, None),
    ],
)
@pytest.mark.parametrize("place", ["labels", "deploy"])
def test_labels(estate, labels, exposure, place):
    model = {"labels": labels} if place == "labels" else {"deploy": {"labels": labels}}
    said = proposal(estate({"web": {"image": "web:1", **model}}).services["web"])
    assert (yaml.safe_load(said) if said else None) == (exposure and {"services": {"web": {"exposure": exposure}}})


def test_both_findings_propose_it(convert):
    labels = {"traefik.enable": "true", ROUTER: "Host(`a.example.com`)", PORT: "80"}
    ports = [{"target": 80, "published": "80", "protocol": "tcp", "mode": "ingress"}]
    result = convert({"web": {"image": "web:1", "labels": labels, "ports": ports}})
    wanted = "`services: {web: {exposure: {kind: ingress, host: a.example.com, port: 80}}}`"
    assert all(wanted in result.found(code)[0].help for code in ("published-port", "label-reader"))
