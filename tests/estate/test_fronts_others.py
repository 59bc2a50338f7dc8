"""What Traefik 1, Caddy and nginx-proxy are told of services, and what of it no exposure does."""

import pytest

from longshore.model import Severity
from tests.estate.conftest import ROOT
from tests.estate.fronts import INGRESS, front, only, said


def test_old_labels_of_traefik_are_read_as_well(convert):
    labels = {"traefik.frontend.rule": "Host:a.example.com;PathPrefixStrip:/x", "traefik.port": "80"}
    finding = only(front(convert, labels))
    assert said(finding) == {**INGRESS, "path": "/x", "port": 80}
    assert "takes `/x` off the path" in finding.help
    for label in ("frontend.auth.basic", "frontend.auth.basic.users", "frontend.auth.digest.users"):
        finding = only(front(convert, {**labels, f"traefik.{label}": "bob:hunter2"}))
        assert finding.code == "lost-protection"
        assert "hunter2" not in finding.message + finding.help
    forward = only(front(convert, {**labels, "traefik.frontend.auth.forward.address": "http://oauth:4181"}))
    assert "asks `oauth` whether" in forward.message
    headers = only(front(convert, {"traefik.frontend.rule": "Host:a.example.com;Headers:X-Key,hunter2"}))
    assert "lets in only `Headers X-Key`" in headers.message


CADDY = {"caddy": "a.example.com", "caddy.reverse_proxy": "{{upstreams 80}}"}


@pytest.mark.parametrize(
    ("labels", "clause"),
    [
        ({"caddy.basicauth": "/*", "caddy.basicauth.bob": "$2a$14$hunter2"}, "asks for a password (basicauth)"),
        ({"caddy.1_basic_auth.bob": "$2a$14$hunter2"}, "asks for a password (basic_auth)"),
        ({"caddy.forward_auth": "/* authelia:9091", "caddy.forward_auth.uri": "/v"}, "asks `authelia` whether"),
        ({"caddy.@out.not": "remote_ip 10.0.0.0/8", "caddy.abort": "@out"}, "refuses some requests"),
        ({"caddy.@in.remote_ip": "10.0.0.0/8", "caddy.reverse_proxy": "@in {{upstreams 80}}"}, "`@in remote_ip`"),
        ({"caddy.@in": "header X-Key hunter2", "caddy.handle": "@in"}, "lets in only what `@in header` matches"),
        ({"caddy.tls.client_auth.mode": "require_and_verify"}, "asks clients for a certificate"),
        ({"caddy.import": "secure hunter2"}, "`secure` is imported, is defined nowhere"),
        ({"caddy.import": "auth"}, "asks for a password"),
        ({"caddy.crowdsec": ""}, "`crowdsec` is not known here, and may protect it"),
        ({"caddy.route.0_authorize": "with policy"}, "asks who somebody is"),
    ],
)
def test_a_guard_of_caddy_is_an_error(convert, labels, clause):
    others = {"auth": {"image": "a:1", "labels": {"caddy_9": "(auth)", "caddy_9.basic_auth.bob": "$2a$14$hunter2"}}}
    finding = only(front(convert, {**CADDY, **labels}, others=others))
    assert (finding.code, finding.severity) == ("lost-protection", Severity.ERROR)
    assert clause in finding.message
    assert "hunter2" not in finding.message + finding.help
    assert said(finding) == {**INGRESS, "port": 80}


@pytest.mark.parametrize(
    ("labels", "clause"),
    [
        ({"caddy.encode": "zstd gzip"}, "compresses answers (encode)"),
        ({"caddy.header.X-Robots-Tag": "noindex"}, "sets headers of answers (header)"),
        ({"caddy.redir": "/old /new"}, "sends some requests to another address (redir)"),
        ({"caddy.uri": "strip_prefix /x"}, "rewrites the path (uri)"),
        ({"caddy.rate_limit": "{remote.ip} 10r/m"}, "limits the rate of requests (rate_limit)"),
        ({"caddy.reverse_proxy.header_up": "X-Key hunter2"}, "the option `reverse_proxy.header_up`"),
        ({"caddy": "a.example.com, b.example.com"}, "`b.example.com`: an exposure is one host"),
        ({}, "TLS, until `certificate` is set"),
    ],
)
def test_what_caddy_changes_is_named(convert, labels, clause):
    finding = only(front(convert, {**CADDY, **labels}))
    assert (finding.code, finding.severity) == ("label-reader", Severity.WARNING)
    assert clause in finding.help
    assert "hunter2" not in finding.help


def test_what_guards_another_site_is_named(convert):
    labels = {
        **CADDY,
        "caddy_1": "b.example.com",
        "caddy_1.@office.remote_ip": "10.0.0.0/8",
        "caddy_1.reverse_proxy": "@office {{upstreams 4000}}",
    }
    finding = only(front(convert, labels))
    assert "`b.example.com` to port 4000 (lets in only what `@office remote_ip` matches): an exposure" in finding.help


def test_handle_path_takes_the_path_off(convert):
    labels = {
        "caddy": "a.example.com",
        "caddy.handle_path": "/x/*",
        "caddy.handle_path.0_reverse_proxy": "{{upstreams}}",
    }
    finding = only(front(convert, labels))
    assert said(finding) == {**INGRESS, "path": "/x"}
    assert "takes `/x` off the path" in finding.help


@pytest.mark.parametrize(
    ("environment", "exposure", "clause"),
    [
        ({"VIRTUAL_HOST": "a.example.com"}, INGRESS, ""),
        ({"VIRTUAL_HOST": "a.example.com", "VIRTUAL_PORT": "3000"}, {**INGRESS, "port": 3000}, ""),
        ({"VIRTUAL_HOST": "a.example.com", "VIRTUAL_PATH": "/x/"}, {**INGRESS, "path": "/x"}, ""),
        (
            {"VIRTUAL_HOST": "a.example.com", "VIRTUAL_PATH": "/x/", "VIRTUAL_DEST": "/"},
            {**INGRESS, "path": "/x"},
            "puts `/` in the place of `/x/`",
        ),
        ({"VIRTUAL_HOST": "a.example.com,b.example.com"}, INGRESS, "`b.example.com`: an exposure is one host"),
        ({"VIRTUAL_HOST": "a.example.com", "LETSENCRYPT_HOST": "a.example.com"}, INGRESS, "TLS, until `certificate`"),
        ({"VIRTUAL_HOST": "a.example.com", "VIRTUAL_PROTO": "fastcgi"}, INGRESS, "calls the container by `fastcgi`"),
        ({"VIRTUAL_HOST": "a.example.com", "HTTPS_METHOD": "noredirect"}, INGRESS, "treats plain HTTP in a way of"),
        ({"VIRTUAL_HOST": "a.example.com", "NETWORK_ACCESS": "internal"}, {**INGRESS, "internal": True}, ""),
        ({"VIRTUAL_HOST": "*.example.com"}, None, "answers to all hosts like `*.example.com`"),
    ],
)
def test_variables_of_nginx_proxy(convert, environment, exposure, clause):
    finding = only(front(convert, environment=environment))
    assert (finding.code, finding.severity) == ("proxy-variable", Severity.WARNING)
    assert finding.path == ("services", "web", "environment", "VIRTUAL_HOST")
    assert said(finding) == exposure
    assert clause in finding.help


@pytest.mark.parametrize(
    ("several", "exposure", "clause"),
    [
        ('a.example.com: {"/": {port: 8080}, "/api": {port: 9090}}', {**INGRESS, "port": 8080}, ""),
        ('{"a.example.com": {"/x/": {"dest": "/"}}}', {**INGRESS, "path": "/x"}, "puts `/` in the place of `/x/`"),
        ("a.example.com:\nb.example.com:", INGRESS, "`b.example.com`: an exposure is one host"),
    ],
)
def test_several_ports_of_nginx_proxy(convert, several, exposure, clause):
    finding = only(front(convert, environment={"VIRTUAL_HOST_MULTIPORTS": several}))
    assert finding.code == "proxy-variable"
    assert said(finding) == exposure
    assert clause in finding.help
    assert "``" not in finding.help


@pytest.mark.parametrize(
    "model",
    [
        {"environment": {"VIRTUAL_HOST": "/"}},
        {"environment": {"VIRTUAL_HOST": "orders"}},
        {"environment": {"VIRTUAL_HOST": ""}},
        {"environment": {"VIRTUAL_HOST": "pi.example.com"}, "image": "pihole/pihole:2024.07.0"},
    ],
)
def test_other_programs_have_a_virtual_host_too(convert, model):
    assert front(convert, **model) == []


@pytest.mark.parametrize(
    ("target", "files", "clause"),
    [
        ("/etc/nginx/htpasswd", ["a.example.com"], "asks for a password"),
        ("/etc/nginx/htpasswd/a.example.com", None, "asks for a password"),
        ("/etc/nginx/htpasswd", [], "which is not seen here"),
        ("/etc/nginx/htpasswd", ["other.example.com"], ""),
        ("/etc/nginx/vhost.d", ["a.example.com_location"], "has rules of its own"),
        ("/etc/nginx/vhost.d", ["default"], ""),
    ],
)
def test_files_of_nginx_proxy_protect_a_host(convert, target, files, clause):
    source = f"{ROOT}/own"
    mounted = {f"{source}/{name}": b"bob:$apr1$x" for name in files} if files is not None else {source: b"bob:$apr1$x"}
    mount = {"type": "bind", "source": source, "target": target, "read_only": True}
    others = {"proxy": {"image": "nginxproxy/nginx-proxy:1.6", "volumes": [mount]}}
    finding = only(front(convert, environment={"VIRTUAL_HOST": "a.example.com"}, others=others, files=mounted))
    assert finding.code == ("lost-protection" if clause else "proxy-variable")
    assert clause in finding.message
