"""What Traefik is told of services by labels: the exposure it is, and what no exposure does."""

import pytest

from longshore.convert.options import Exposure, Login, Options, ServiceSettings
from longshore.model import Severity
from tests.estate.conftest import ROOT
from tests.estate.fronts import INGRESS, MIDDLEWARES, PORT, ROUTER, USES, A, front, only, said


@pytest.mark.parametrize(
    ("labels", "exposure"),
    [
        ({ROUTER: A, PORT: "8080"}, {**INGRESS, "port": 8080}),
        ({ROUTER: 'Host("a.example.com")'}, INGRESS),
        ({ROUTER: f"{A} || Host(`b.example.com`)"}, INGRESS),
        ({ROUTER: "Host(`a.example.com`, `b.example.com`)"}, INGRESS),
        ({ROUTER: f"{A} && PathPrefix(`/api`)", PORT: "80"}, {**INGRESS, "path": "/api", "port": 80}),
        ({"traefik.frontend.rule": "Host:a.example.com", "traefik.port": "3000"}, {**INGRESS, "port": 3000}),
        ({"traefik.api.frontend.rule": "Host:a.example.com", "traefik.api.port": "3000"}, {**INGRESS, "port": 3000}),
        (
            {"traefik.tcp.routers.db.rule": "HostSNI(`*`)", "traefik.tcp.services.db.loadbalancer.server.port": "5432"},
            {"kind": "loadbalancer", "port": 5432},
        ),
        (
            {"traefik.udp.routers.d.entrypoints": "dns", "traefik.udp.services.d.loadbalancer.server.port": "53"},
            {"kind": "loadbalancer", "port": 53},
        ),
        ({ROUTER: "HostRegexp(`.+`)", PORT: "80"}, None),
        ({ROUTER: "PathPrefix(`/`)"}, None),
        ({"traefik.enable": "true"}, None),
        ({"Traefik.HTTP.Routers.web.Rule": A}, INGRESS),
        ({"caddy": "a.example.com", "caddy.reverse_proxy": "{{upstreams 3000}}"}, {**INGRESS, "port": 3000}),
        (
            {"caddy": "http://a.example.com", "caddy.0_reverse_proxy": "{{ upstreams http 80 }}"},
            {**INGRESS, "port": 80},
        ),
        (
            {"caddy_1": "a.example.com", "caddy_1.handle.reverse_proxy": "{{upstreams}}", "caddy_1.handle": "/api/*"},
            {**INGRESS, "path": "/api"},
        ),
        ({"caddy.address": "a.example.com", "caddy.targetport": "8000"}, {**INGRESS, "port": 8000}),
    ],
)
@pytest.mark.parametrize("place", ["labels", "deploy"])
def test_a_way_is_an_exposure(convert, labels, exposure, place):
    model = {} if place == "labels" else {"deploy": {"labels": labels}}
    finding = only(front(convert, labels if place == "labels" else None, **model))
    assert said(finding) == exposure
    assert finding.severity is Severity.WARNING


@pytest.mark.parametrize(
    "labels",
    [
        {ROUTER: A, "traefik.enable": "false"},
        {ROUTER: A, "traefik.http.routers.web.service": "api@internal"},
        {f"{MIDDLEWARES}.auth.forwardauth.address": "http://web:9091/api/verify"},
        {"caddy": "(auth)", "caddy.basic_auth.bob": "$2y$05$aaaaaaaaaaaaaaaaaaaaaa"},
        {"com.example": A},
        {},
    ],
)
def test_what_is_no_way_to_the_service_is_not_told(convert, labels):
    assert front(convert, labels) == []


TRAEFIK_GUARDS = {
    "basicauth.users": ("bob:$2y$05$aaaaaaaaaaaaaaaaaaaaaa", "asks for a password"),
    "digestauth.users": ("bob:realm:aaaaaaaaaaaaaaaaaaaaaaaaa", "asks for a password"),
    "forwardauth.address": ("http://bob:hunter2@authelia:9091/", "asks `authelia` whether a request may pass"),
    "ipallowlist.ipstrategy.depth": ("1", "lets in only"),
    "plugin.crowdsec.enabled": ("true", "is the plugin `crowdsec`, which may protect it"),
    "brandnew.option": ("1", "is `brandnew`, which is not known here"),
}


@pytest.mark.parametrize("option", TRAEFIK_GUARDS)
def test_a_middleware_that_keeps_people_out_is_an_error(convert, option):
    value, clause = TRAEFIK_GUARDS[option]
    finding = only(front(convert, {ROUTER: A, USES: "guard", f"{MIDDLEWARES}.guard.{option}": value}))
    assert (finding.code, finding.severity) == ("lost-protection", Severity.ERROR)
    assert f"what protects `web` is lost: `guard` {clause}" in finding.message
    assert said(finding) == INGRESS
    assert "opens it without that" in finding.help
    assert value not in finding.message + finding.help or value in {"1", "true"}


@pytest.mark.parametrize(
    ("option", "value", "clause"),
    [
        ("stripprefix.prefixes", "/api", "takes `/api` off the path"),
        ("addprefix.prefix", "/v1", "puts `/v1` before the path"),
        ("replacepath.path", "/x", "asks for `/x` whatever the path"),
        ("replacepathregex.regex", "^/a(.*)", "rewrites the path"),
        ("redirectregex.regex", "^http://a(.*)", "sends some requests to another address"),
        ("redirectscheme.scheme", "https", "the redirect from HTTP to HTTPS"),
        ("headers.customrequestheaders.X-Key", "hunter2hunter2", "sets headers: `x-key`"),
        ("headers.stsseconds", "31536000", "sets headers: `stsseconds`"),
        ("ratelimit.average", "100", "limits the rate of requests"),
        ("inflightreq.amount", "10", "limits requests at one time"),
        ("buffering.maxrequestbodybytes", "2000000", "limits the size of requests"),
        ("circuitbreaker.expression", "LatencyAtQuantileMS(50.0) > 100", "stops sending while the service fails"),
        ("compress", "true", "compresses answers"),
        ("retry.attempts", "4", "tries again what failed"),
        ("errors.status", "500-599", "shows other pages for errors"),
        ("chain.middlewares", "inner", "takes `/inner` off the path"),
    ],
)
def test_a_middleware_that_changes_requests_is_named(convert, option, value, clause):
    inner = {f"{MIDDLEWARES}.inner.stripprefix.prefixes": "/inner"}
    finding = only(front(convert, {ROUTER: A, USES: "change", f"{MIDDLEWARES}.change.{option}": value, **inner}))
    assert (finding.code, finding.severity) == ("label-reader", Severity.WARNING)
    assert clause in finding.help
    assert "hunter2" not in finding.help
    assert said(finding) == INGRESS


@pytest.mark.parametrize(
    ("rule", "clause"),
    [
        (f"{A} && Path(`/hook`)", "lets in only `/hook` itself"),
        (f"{A} && !PathPrefix(`/admin`)", "keeps out `PathPrefix /admin`"),
        (f"{A} && Headers(`X-Key`, `hunter2`)", "lets in only `Headers X-Key`"),
        (f"{A} && Query(`key=hunter2`)", "lets in only `Query key`"),
        (f"{A} && Method(`GET`)", "lets in only `Method GET`"),
        (f"{A} && PathRegexp(`^/v[0-9]`)", "lets in only `PathRegexp ^/v[0-9]`"),
        (f"{A} && !ClientIP(`10.0.0.0/8`)", "keeps out `ClientIP 10.0.0.0/8`"),
        (f"!({A} && Path(`/x`))", "keeps out `Host a.example.com`"),
        (f"{A} &&", "its rule, which cannot be read here"),
    ],
)
def test_a_rule_that_lets_in_less_than_an_exposure_is_an_error(convert, rule, clause):
    finding = only(front(convert, {ROUTER: rule}))
    assert (finding.code, finding.severity) == ("lost-protection", Severity.ERROR)
    assert clause in finding.message
    assert "hunter2" not in finding.message + finding.help


def test_every_other_host_is_named(convert):
    finding = only(front(convert, {ROUTER: f"({A} || Host(`b.example.com`)) && PathPrefix(`/x`)"}))
    assert "`b.example.com/x`: an exposure is one host with one path" in finding.help


def test_a_guard_on_another_way_in_is_lost_where_the_exposure_opens_that_way_too(convert):
    admin = {
        "traefik.http.routers.admin.rule": f"{A} && PathPrefix(`/admin`)",
        "traefik.http.routers.admin.middlewares": "auth",
        f"{MIDDLEWARES}.auth.basicauth.users": "x",
    }
    assert only(front(convert, {ROUTER: A, **admin})).code == "lost-protection"
    # What is proposed opens `/public` alone, which nobody protects.
    assert only(front(convert, {ROUTER: f"{A} && PathPrefix(`/public`)", **admin})).code == "label-reader"
    # All is protected but `/public`, which is a way of its own.
    protected = {ROUTER: f"{A} && PathPrefix(`/public`)", **admin, "traefik.http.routers.admin.rule": A}
    assert only(front(convert, protected)).code == "label-reader"
    elsewhere = {ROUTER: A, **admin, "traefik.http.routers.admin.rule": "Host(`admin.example.com`)"}
    finding = only(front(convert, elsewhere))
    assert finding.code == "label-reader"
    assert "`admin.example.com` (`auth` asks for a password (basicauth)): an exposure is one host" in finding.help


def test_a_middleware_may_be_defined_anywhere(convert):
    labels = {ROUTER: A, USES: "there@docker"}
    others = {"auth": {"image": "authelia:4", "labels": {f"{MIDDLEWARES}.there.forwardauth.address": "http://auth:9"}}}
    assert "asks `auth` whether" in only(front(convert, labels, others=others)).message
    assert "defined nowhere in the project, and may" in only(front(convert, labels)).message


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("d.yml", "http: {middlewares: {there: {ipAllowList: {sourceRange: [10.0.0.0/8]}}}}"),
        ("d.toml", '[http.middlewares.there.ipAllowList]\nsourceRange = ["10.0.0.0/8"]'),
    ],
)
@pytest.mark.parametrize("directory", [True, False])
def test_a_middleware_of_a_mounted_file_is_read(convert, name, text, directory):
    source = f"{ROOT}/dynamic" if directory else f"{ROOT}/dynamic/{name}"
    mount = {"type": "bind", "source": source, "target": "/etc/traefik/d", "read_only": True}
    others = {"proxy": {"image": "traefik:v3.1", "volumes": [mount]}}
    files = {f"{ROOT}/dynamic/{name}": text.encode()}
    finding = only(front(convert, {ROUTER: A, USES: "there@file"}, others=others, files=files))
    assert said(finding)["allowFrom"] == ["10.0.0.0/8"]
    broken = {f"{ROOT}/dynamic/{name}": b"{{ if true }} [: no file of settings"}
    finding = only(front(convert, {ROUTER: A, USES: "there@file"}, others=others, files=broken))
    assert "`there@file` is defined nowhere in the project, and may protect it" in finding.message


def test_an_entry_point_has_middlewares_for_all(convert):
    words = ["--entryPoints.websecure.http.middlewares=auth@docker", "--entrypoints.websecure.address=:443"]
    labels = {ROUTER: A, f"{MIDDLEWARES}.auth.basicauth.users": "x"}
    for proxy in (
        {"command": words},
        {"environment": {"TRAEFIK_ENTRYPOINTS_WEBSECURE_HTTP_MIDDLEWARES": "auth@docker"}},
    ):
        others = {"proxy": {"image": "traefik:v3.1", **proxy}}
        assert only(front(convert, labels, others=others)).code == "lost-protection"
        web = {**labels, "traefik.http.routers.web.entrypoints": "web"}
        assert only(front(convert, web, others=others)).code == "label-reader"


def test_traefik_may_expose_nobody_by_default(convert):
    others = {"proxy": {"image": "traefik:v3.1", "command": ["--providers.docker.exposedByDefault=false"]}}
    assert front(convert, {ROUTER: A}, others=others) == []
    assert front(convert, {ROUTER: A, "traefik.enable": "true"}, others=others)


def test_a_router_leads_to_the_service_that_it_names(convert):
    gate = {
        "traefik.http.routers.to.rule": A,
        "traefik.http.routers.to.service": "web",
        "traefik.http.routers.to.middlewares": "auth",
        f"{MIDDLEWARES}.auth.basicauth.users": "x",
    }
    result = convert({"web": {"image": "web:1", "labels": {PORT: "80"}}, "gate": {"image": "g:1", "labels": gate}})
    (finding,) = result.found("lost-protection")
    assert finding.path[:2] == ("services", "web")
    assert said(finding) == {**INGRESS, "port": 80}
    assert not result.found("label-reader")


def test_what_an_exposure_can_do_is_proposed_where_the_class_knows_it(convert):
    sticky = {ROUTER: A, PORT: "80", "traefik.http.services.web.loadbalancer.sticky.cookie": "true"}
    finding = only(front(convert, sticky))
    assert said(finding)["sticky"] == 24 * 3600
    assert "keeps a client" not in finding.help
    longer = {**sticky, "traefik.http.services.web.loadbalancer.sticky.cookie.maxage": "3600"}
    assert said(only(front(convert, longer)))["sticky"] == 3600
    finding = only(front(convert, sticky, options=Options(ingress_class="nginx")))
    assert "sticky" not in said(finding)
    assert "keeps a client with one container" in finding.help
    ranges = {ROUTER: A, USES: "vpn", f"{MIDDLEWARES}.vpn.ipwhitelist.sourcerange": "10.0.0.0/8, 192.0.2.7"}
    finding = only(front(convert, ranges))
    assert finding.severity is Severity.WARNING
    assert said(finding)["allowFrom"] == ["10.0.0.0/8", "192.0.2.7/32"]
    finding = only(front(convert, ranges, options=Options(ingress_class="nginx")))
    assert (finding.code, finding.severity) == ("lost-protection", Severity.ERROR)


def opened(**fields):
    exposure = Exposure(**{"kind": "ingress", "host": "a.example.com", **fields})
    return Options(services={"web": ServiceSettings(exposure=exposure)})


def test_what_the_stack_opens_is_held_against_what_the_proxy_did(convert):
    plain = {ROUTER: A, "traefik.http.routers.web.tls": "true"}
    assert "TLS" in only(front(convert, plain, options=opened())).help
    assert front(convert, plain, options=opened(certificate="arn:aws:acm:eu-west-1:1:certificate/1")) == []
    guarded = {ROUTER: A, USES: "auth", f"{MIDDLEWARES}.auth.basicauth.users": "x"}
    finding = only(front(convert, guarded, options=opened()))
    assert finding.severity is Severity.ERROR
    assert "the stack opens it all the same" in finding.help
    assert said(finding) is None
    cognito = {"alb.ingress.kubernetes.io/auth-type": "cognito"}
    assert front(convert, guarded, options=opened(annotations=cognito)) == []
    assert front(convert, guarded, options=opened(login=Login("cognito", "client"))) == []
    listed = {ROUTER: A, USES: "vpn", f"{MIDDLEWARES}.vpn.ipwhitelist.sourcerange": "10.0.0.0/8"}
    assert front(convert, listed, options=opened(allow_from=("10.0.0.0/8",))) == []
    moved = {ROUTER: A, USES: "old", f"{MIDDLEWARES}.old.redirectregex.regex": "/old"}
    assert "another address" in only(front(convert, moved, options=opened())).help
    assert front(convert, moved, options=opened(redirects={"/old": "/new"})) == []
    narrow = {**guarded, ROUTER: f"{A} && PathPrefix(`/admin`)", "traefik.http.routers.all.rule": A}
    assert front(convert, narrow, options=opened(path="/shop")) == []
    assert only(front(convert, narrow, options=opened())).code == "lost-protection"
    assert only(front(convert, narrow, options=opened(host="other.example.com"))).code == "lost-protection"


def test_client_certificates(convert):
    files = {f"{ROOT}/d.yml": b"tls: {options: {strict: {clientAuth: {caFiles: [ca.crt]}}, modern: {}}}"}
    mount = {"type": "bind", "source": f"{ROOT}/d.yml", "target": "/d.yml", "read_only": True}
    others = {"proxy": {"image": "traefik:v3.1", "volumes": [mount]}}
    for name, code in (
        ("strict@file", "lost-protection"),
        ("modern@file", "label-reader"),
        ("mtls", "lost-protection"),
    ):
        labels = {ROUTER: A, "traefik.http.routers.web.tls.options": name}
        assert only(front(convert, labels, others=others, files=files)).code == code


def test_a_published_port_leaves_the_proposal_to_the_labels(convert):
    ports = [{"target": 80, "published": "80", "protocol": "tcp", "mode": "ingress"}]
    result = convert({"web": {"image": "web:1", "labels": {ROUTER: A}, "ports": ports}})
    assert "a.example.com" not in result.found("published-port")[0].help


def test_addresses_that_may_open_a_stream_are_an_annotation_of_its_load_balancer(convert):
    labels = {
        "traefik.tcp.routers.db.rule": "HostSNI(`*`)",
        "traefik.tcp.routers.db.middlewares": "office",
        "traefik.tcp.middlewares.office.ipallowlist.sourcerange": "10.0.0.0/8",
        "traefik.tcp.services.db.loadbalancer.server.port": "5432",
    }
    finding = only(front(convert, labels))
    assert finding.code == "lost-protection"
    assert "`exposure.allowFrom`" in finding.help
    finding = only(front(convert, labels, options=Options(load_balancer_class="eks.amazonaws.com/nlb")))
    assert said(finding) == {"kind": "loadbalancer", "port": 5432, "allowFrom": ["10.0.0.0/8"]}
    assert finding.code == "label-reader"


def test_the_program_that_is_asked_is_not_protected_by_itself(convert):
    labels = {ROUTER: A, USES: "sso", f"{MIDDLEWARES}.sso.forwardauth.address": "http://web:4181"}
    assert only(front(convert, labels)).code == "label-reader"


def test_sending_all_of_http_elsewhere_is_no_way_to_a_service(convert):
    labels = {
        ROUTER: "HostRegexp(`{host:.+}`)",
        USES: "to-https",
        f"{MIDDLEWARES}.to-https.redirectscheme.scheme": "https",
    }
    assert front(convert, labels) == []
