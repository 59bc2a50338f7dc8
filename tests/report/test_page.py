"""The page: what it says of an estate, that no text of one becomes markup, and that three ways of writing it agree."""

from __future__ import annotations

import base64
import json
import re
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any

import pytest

from longshore.compose import Request, load
from longshore.convert.engine import convert_project
from longshore.convert.options import Capacity, Exposure, Options, ServiceSettings
from longshore.convert.secrets.detection import variable
from longshore.disk import Disk
from longshore.report.page.as_json import page_json
from longshore.report.page.build import Subject, page_of
from longshore.report.page.html import html
from longshore.report.page.markdown import markdown
from longshore.report.page.model import Change, Changes, Cost, CostLine, Excerpt, FieldChange
from longshore.report.page.picture import MOST_SERVICES, picture
from longshore.report.page.shown import shown

COMPOSE = """\
name: shop
services:
  web:
    image: nginx:1.27.2
    ports: ["127.0.0.1:8080:80"]
    networks: [front, back]
    depends_on: {api: {condition: service_healthy}}
    x-longshore: {allow: [devices], plain: {TOKEN_MODE: it is a mode}}
    devices: [/dev/snd]
    environment: {API: "http://api:3000", TOKEN_MODE: strict}
    mem_limit: 64m
  api:
    image: registry.example.com/api:1.0
    expose: ["3000"]
    networks: [back]
    healthcheck: {test: [CMD, curl, -f, "http://localhost:3000/up"], interval: 10s}
    environment: {DB_PASSWORD: "${DB_PASSWORD}"}
    secrets: [key]
    volumes: [data:/var/data]
    mem_limit: 64m
  extra: {image: "busybox:1.37", profiles: [tools]}
networks: {front: {}, back: {}}
volumes: {data: {}}
secrets: {key: {file: key.pem}}
"""
OPTIONS = Options(
    services={"web": ServiceSettings(exposure=Exposure("ingress", host="shop.example.com", certificate="tls"))},
    capacity=Capacity(3, 1 << 30, 2000),
)
PAYLOADS = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "' onmouseover='alert(1)", "</style></title>",
    "{{ 7 * 7 }}{% raw %}", "]]>--><!--", "javascript:alert(1)", "&lt;b&gt;&#60;b&#62;",
    "\x00\x1b[2J\r\n\x9b\u202e\u2028", "`*_[x](http://evil.example)|#1 @me", "]) --> end\n```\n",
)  # fmt: skip
OURS = frozenset({"error", "warning", "info", "Job", "Deployment", "memory", "cpu"})
"""Words that the page compares with, which are never an estate's."""


def made(
    tmp_path, text: str = COMPOSE, options: Options = OPTIONS, changes: Changes | None = None, cost: Cost | None = None
):
    (tmp_path / "compose.yaml").write_text(text)
    (tmp_path / "key.pem").write_text("a-value-CANARY")
    request = Request(
        working_directory=str(tmp_path), environment={"DB_PASSWORD": "hunter2-CANARY"}, is_secret=variable
    )
    loaded = load(request, Disk(None))
    assert loaded.project, loaded.findings
    conversion = convert_project(loaded.project, options)
    findings = (*loaded.findings, *conversion.findings)
    subject = Subject("", loaded.project, conversion, options, findings, loaded.sources, loaded.project.locate)
    return page_of(subject, changes, cost)


def test_it_names_the_owner_of_a_port_a_volume_and_a_secret(tmp_path):
    page = made(tmp_path)
    web, api = page.services
    assert (web.ports[0].number, web.ports[0].published) == (80, ("127.0.0.1:8080",))
    assert web.ports[0].outside == ("https://shop.example.com/",)
    assert api.ports == ((3000, "TCP", (), (), ("web",)),)
    assert [(volume.name, volume.size, volume.mounts) for volume in page.volumes] == [
        ("data", "10Gi", (("api", "/var/data", False),))
    ]
    assert [(secret.remote, secret.key, secret.source, secret.uses) for secret in page.secrets] == [
        ("dev/team/_shared/key", "value", "file key.pem", (("api", "/run/secrets/key"),)),
        ("dev/team/api", "DB_PASSWORD", "variable DB_PASSWORD", (("api", "environment.DB_PASSWORD"),)),
    ]


def test_it_says_what_a_service_becomes(tmp_path):
    web, api = (page := made(tmp_path)).services
    assert (web.workload, web.replicas, web.networks) == ("Deployment", "1", ("front", "back"))
    assert (web.container.memory_limit, web.container.cpu_limit) == ("64Mi", "")
    assert (web.waits, web.calls) == ((("api", "is healthy"),), ("api",))
    readiness = next(probe for probe in api.probes if probe.kind == "readiness")
    assert readiness.asks == "HTTP GET /up on 3000"
    assert page.edges == (("web", "api", (3000,), "is healthy"),)
    assert page.absent == (("extra", "its profile is not enabled: tools"),)
    devices = next(note for note in web.notes if note.code == "devices")
    assert devices.excerpt.lines[-1].strip(" |").startswith("^")
    assert {(each.service, each.what, each.where) for each in page.waivers} == {
        ("web", "devices", "x-longshore"),
        ("web", "TOKEN_MODE is no secret", "x-longshore"),
    }


def test_capacity_leaves_a_node_out_and_says_what_does_not_fit(tmp_path):
    capacity = made(tmp_path).capacity
    assert (capacity.nodes, capacity.memory_all, capacity.memory_offered) == (3, 3 << 30, 2 << 30)
    assert sum(load.memory for load in capacity.loads) + capacity.surge_memory == capacity.memory_asked
    assert capacity.misfits == ()
    assert made(tmp_path, options=OPTIONS._replace(capacity=Capacity(2, 1 << 20, 2000))).capacity.misfits
    assert not made(tmp_path, options=Options()).capacity.known


def test_no_value_of_a_secret_is_on_it(tmp_path):
    text = COMPOSE.replace("${DB_PASSWORD}", "hunter2-CANARY")
    page = made(tmp_path, text, changes=Changes("main", (), (), 0))
    for written in (html(page), markdown(page), page_json(page)):
        assert "CANARY" not in written
        assert "DB_PASSWORD" in written


class Markup(HTMLParser):
    """The tags of a page with the names of their attributes, and its texts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[Any] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, tuple(name for name, _ in attrs)))
        self.links += [value for name, value in attrs if name in {"href", "src"}]

    def handle_endtag(self, tag):
        self.tags.append(f"/{tag}")

    def handle_comment(self, data):
        self.tags.append(f"comment {data}")


def everywhere(value: Any, payload: str) -> Any:
    """A page with the payload behind every text that could be an estate's."""
    if isinstance(value, str):
        return value if value in OURS else f"{value}{payload}"
    if isinstance(value, Excerpt):
        return Excerpt(tuple(f"{line}{payload}" for line in value.lines))
    if isinstance(value, dict):
        return {key: everywhere(child, payload) for key, child in value.items()}
    if isinstance(value, tuple):
        children = [everywhere(child, payload) for child in value]
        return type(value)(*children) if hasattr(value, "_fields") else tuple(children)
    return value


def whole(tmp_path):
    change = Change("update", "deployment/web", ("new pods",), (FieldChange("spec.replicas", "1", "2", "a.yaml:1"),))
    lines = (CostLine("a load balancer", "1 month", "16.20", ("Ingress web",), "platform.dev"),)
    cost = Cost("16.20", "USD", "eu-west-1", lines, (("5.00", "`compute: nodes`", "fewer"),), ("traffic",))
    changes = Changes("main", (("shop.dev", "team", "a", "b"),), (change,), 3)
    return made(tmp_path, changes=changes, cost=cost)


def test_what_a_month_costs_is_on_it_where_there_is_an_estimate(tmp_path):
    for write in (html, markdown, page_json):
        assert "16.20" in write(whole(tmp_path))
    assert "What a month costs" not in html(made(tmp_path))


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_no_text_becomes_markup(tmp_path, payload):
    page = whole(tmp_path)
    harmless = Markup(html(shown(everywhere(page, re.sub("[^`]", "x", payload)))))
    found = Markup(html(shown(everywhere(page, payload))))
    assert found.tags == harmless.tags
    assert all(link.startswith(("#", "data:,")) for link in found.links)


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_no_text_becomes_markdown(tmp_path, payload):
    page = whole(tmp_path)
    text = markdown(shown(everywhere(page, payload)))
    assert len(text.splitlines()) == len(markdown(shown(everywhere(page, "x"))).splitlines())
    prose = [line for line in text.splitlines() if not line.startswith("    ")]
    assert sum(line.startswith("```") for line in prose) == 2
    assert not re.search(r"<[a-z/!]|\]\(|(?<!&)#\d+ |@me", "\n".join(prose))


@pytest.mark.parametrize("write", [html, markdown, page_json])
def test_no_control_character_is_written(tmp_path, write):
    text = write(shown(everywhere(whole(tmp_path), PAYLOADS[8])))
    assert re.findall("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e]", text) == []


def test_the_policy_allows_the_style_and_the_script_of_the_page_and_nothing_else(tmp_path):
    text = html(made(tmp_path))
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1].replace("&#39;", "'")
    assert policy.startswith("default-src 'none'; ")
    for tag in ("style", "script"):
        (content,) = re.findall(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert " style=" not in text, "the policy would not let it count"
    assert not re.search(r" on\w+=", text)


def test_json_has_all_of_it_and_a_version(tmp_path):
    document = json.loads(page_json(page := whole(tmp_path)))
    assert document["version"] == 1
    assert document.keys() - {"version"} == set(page._fields)
    assert document["services"][0]["ports"][0]["number"] == 80


def test_the_same_estate_gives_the_same_bytes(tmp_path):
    assert html(made(tmp_path)) == html(made(tmp_path))


def test_of_too_many_services_there_is_no_picture(tmp_path):
    many = "".join(f"  s{number}: {{image: 'nginx:1.27.2'}}\n" for number in range(MOST_SERVICES + 1))
    page = made(tmp_path, f"services:\n{many}", Options())
    assert picture(page) is None
    assert "There is no picture of 151 services" in html(page)
    assert "mermaid" not in markdown(page)


def test_of_no_service_there_is_a_page(tmp_path):
    page = made(tmp_path, "services: {a: {image: 'nginx:1.27.2', profiles: [x]}}\n", Options())
    assert page.services == ()
    assert "its profile is not enabled" in html(page)
    assert markdown(page)
