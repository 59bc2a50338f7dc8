"""Compose projects out of the schema: mostly right, sometimes slightly wrong, in one file or several."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any, NamedTuple

from hypothesis import strategies as st

from longshore.compose.schema import schema_text

Draw = Any

SERVICES = ("web", "db", "worker")
NAMES = {
    "networks": ("front", "back", "default"),
    "volumes": ("data", "cache"),
    "configs": ("conf",),
    "secrets": ("key",),
    "models": ("llm",),
    "jobs": ("nightly",),
}
VARIABLES = {"SET": "value", "EMPTY": "", "NUMBER": "3", "FLAG": "true", "PATHLIKE": "./x"}

WORDS = (
    "a",
    "b c",
    "x=y",
    "A=1",
    "A=",
    "A",
    "",
    "1",
    "true",
    "no",
    "$$x",
    "${SET}",
    "${UNSET:-d}",
    "nginx:${SET}",
    "t-${SET}",
    "1${SET}",
    "-${SET}",
    "~/${SET}",
    "+$SET",
    "é",
    "k: v",
    "#h",
    "~",
    "null",
)
POOLS: dict[str, tuple[Any, ...]] = {
    "ports": (
        "80",
        "8080:80",
        "127.0.0.1:80:80/udp",
        "3000-3002",
        "9-11:9-11",
        "[::1]:5:5",
        "${NUMBER}:80",
        80,
        "80:80/tcp",
    ),
    "target": (80, "80", 443, "/x", "/y/", "${NUMBER}"),
    "published": ("80", 8080, "8000-8001", ""),
    "host_ip": ("127.0.0.1", "::1", "10.0.0.0", "nope"),
    "protocol": ("tcp", "udp", "TCP"),
    "expose": ("80", 80, "80-82/udp"),
    "volumes": (
        "data:/data",
        "./a:/a",
        "/anon",
        "data:/data:ro",
        "../b:/b:z,ro",
        "cache:/c:nocopy",
        "~/h:/h",
        "C:\\\\w:/w",
        "${PATHLIKE}:/x",
    ),
    "source": ("data", "./s", "key", "conf", "/abs"),
    "tmpfs": ("/run", "/tmp:size=64m", "/run"),
    "devices": ("/dev/a", "/dev/a:/dev/b", "/dev/a:/dev/b:r"),
    "environment": ("A=1", "B", "C=${SET}", "D=", "SET", "A=2", "E=a=b"),
    "args": ("A=1", "B", "C=${SET}"),
    "labels": ("a=b", "c", "d=", "a=e"),
    "annotations": ("a=b", "c"),
    "sysctls": ("net.core.somaxconn=1024", "a=b"),
    "extra_hosts": ("a=1.2.3.4", "b:5.6.7.8", "c=[::1]", "a=1.1.1.1,2.2.2.2"),
    "dns": ("8.8.8.8", "1.1.1.1", "${EMPTY}"),
    "depends_on": ("db",),
    "links": ("db", "db:x"),
    "volumes_from": ("db", "db:ro", "container:x"),
    "networks": ("front", "back", "default"),
    "models": ("llm",),
    "secrets": ("key",),
    "configs": ("conf",),
    "profiles": ("p", "q"),
    "env_file": ("one.env", "./two.env"),
    "path": ("one.env", "./two.env", "./src", "/abs"),
    "label_file": ("labels",),
    "format": ("raw",),
    "test": ("CMD", "CMD-SHELL", "NONE", "curl x"),
    "command": ("run", "a 'b c'", "x ${SET}", "a; b", ""),
    "network_mode": ("host", "none", "service:db", "bridge"),
    "ipc": ("host", "service:db", "shareable"),
    "pid": ("host", "service:db"),
    "uts": ("host",),
    "pull_policy": ("always", "if_not_present", "every_12h"),
    "context": (".", "./app", "https://example.com/x.git"),
    "build": (".", "./app", "../up"),
    "additional_contexts": ("a=./b", "c=docker-image://x"),
    "ssh": ("default", "k=./key"),
    "image": ("nginx", "redis:7", "x:${UNSET:-latest}"),
    "extends": ("base",),
    "service": ("base",),
    "file": ("./f.txt", "/abs/f"),
    "container_name": ("web-1", "cc"),
    "name": ("named", "n${NUMBER}"),
    "cron": ("0 3 * * *",),
    "runtime_flags": ("--a",),
    "subnet": ("10.0.0.0/8", "172.16.0.0/12"),
    "restart": ("always", "no", "on-failure:3"),
    **dict.fromkeys(
        ("interval", "timeout", "start_period", "start_interval", "stop_grace_period", "delay", "monitor", "window"),
        ("30s", "1m30s", "1.5h", "0s", "2d", "soon", "5"),
    ),
    **dict.fromkeys(
        ("mem_limit", "mem_reservation", "memswap_limit", "shm_size", "memory", "size", "rate"),
        ("64m", "1g", "1.5gb", 1024, "-1", "0", "lots", "${NUMBER}k"),
    ),
    **dict.fromkeys(("cpus",), (0.5, "0.5", 1, "2", 0, "many")),
    **dict.fromkeys(("mode",), ("0440", 288, "host", "ingress")),
    **dict.fromkeys(
        ("replicas", "scale", "parallelism", "max_attempts", "retries", "pids_limit", "pids"),
        (0, 1, 3, "2", "${NUMBER}", -1),
    ),
}
PLAIN = (
    "0755",
    "0x1F",
    "1_000",
    "1e3",
    ".5",
    "yes",
    "22:22",
    "2024-01-01",
    "~",
    "-0",
    "1.10",
    "0o17",
    "12345678901234567890",
    "Null",
)


class Plain(NamedTuple):
    """A scalar that is written as it stands, whatever YAML takes it for."""

    text: str


class Tagged(NamedTuple):
    """A value with a tag."""

    tag: str
    value: Any


@cache
def _schema() -> dict[str, Any]:
    return json.loads(schema_text())  # type: ignore[no-any-return]


def _resolve(schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = _schema()["$defs"][schema["$ref"].rpartition("/")[2]]
    return schema


@cache
def _properties(definition: str) -> dict[str, Any]:
    """Give the attributes of a definition with those of all it is made of."""
    schema = _schema()["$defs"][definition]
    found: dict[str, Any] = {}
    for part in schema.get("allOf", ()):
        found |= _resolve(part).get("properties", {})
    return found | schema.get("properties", {})


_SERVICE_PROPERTIES = tuple(name for name in sorted(_properties("service")) if name not in {"extends", "provider"})


WRONG, ODD = 37, 41
"""The throws of the dice that give something else; not 0, which Hypothesis likes too well."""
FLAGS = ("true", "false", "yes", "off", "${FLAG}")
NUMBERS = ("3", "0", "${NUMBER}")


def value(draw: Draw, schema: dict[str, Any], name: str, depth: int) -> Any:
    """Draw a value that the schema allows (most of the time) for the attribute `name`."""
    schema = _resolve(schema)
    dice = draw(st.integers(0, 99))
    if dice == WRONG and draw(st.booleans()):
        return draw(st.sampled_from((None, [], {}, 5, 1.5, True, "text", ["a", 1], {"a": "b"})))
    if "oneOf" in schema or ("anyOf" in schema and "type" not in schema):
        return value(draw, draw(st.sampled_from(schema.get("oneOf") or schema["anyOf"])), name, depth)
    if "enum" in schema:
        return draw(st.sampled_from((*schema["enum"],)))
    types = schema.get("type", "string")
    kind = types if isinstance(types, str) else draw(st.sampled_from(types))
    if kind == "object":
        return _mapping(draw, schema, name, depth)
    if kind == "array":
        count = draw(st.integers(0, 3))
        items = [value(draw, schema.get("items", {}), name, depth + 1) for _ in range(count)]
        return list({repr(item): item for item in items}.values()) if dice != ODD else items
    if kind == "string" and types != "string" and name not in POOLS:
        return draw(
            st.sampled_from(
                FLAGS if "boolean" in types else NUMBERS if "integer" in types or "number" in types else WORDS
            )
        )
    return _scalar(draw, schema, kind, name, dice)


def _scalar(draw: Draw, schema: dict[str, Any], kind: str, name: str, dice: int) -> Any:
    if dice == ODD:
        return Plain(draw(st.sampled_from(PLAIN)))
    fitting = [word for word in POOLS.get(name, ()) if _fits(word, kind)]
    if fitting and dice < 90:
        return draw(st.sampled_from(fitting))
    if kind == "null":
        return None
    if kind == "boolean":
        return draw(st.booleans())
    if kind in {"integer", "number"}:
        low = schema.get("minimum", -2)
        return draw(st.integers(low, 100)) if kind == "integer" or dice % 2 else draw(st.sampled_from((0.5, 1.0, 2.25)))
    return draw(st.sampled_from(WORDS))


def _fits(word: Any, kind: str) -> bool:
    kinds = {str: "string", int: "integer", float: "number"}
    return kinds[type(word)] == kind or (kind == "number" and isinstance(word, int))


def _mapping(draw: Draw, schema: dict[str, Any], name: str, depth: int) -> dict[str, Any]:
    known = {} if "allOf" not in schema else _properties("pre_start_hook")
    known = known | schema.get("properties", {})
    found: dict[str, Any] = {}
    for key in schema.get("required", ()):
        found[key] = value(draw, known[key], key, depth + 1)
    if known:
        for key in draw(st.lists(st.sampled_from(sorted(known)), max_size=3, unique=True)):
            found[key] = value(draw, known[key], key, depth + 1)
    patterns = [rule for pattern, rule in schema.get("patternProperties", {}).items() if pattern != "^x-"]
    if patterns:
        keys = POOLS.get(name, ()) if name in {"networks", "models", "depends_on"} else ("A", "b", "SET", "c.d")
        for key in draw(st.lists(st.sampled_from(keys), max_size=2, unique=True)):
            found[str(key)] = value(draw, patterns[0], name, depth + 1)
    if "^x-" in schema.get("patternProperties", {}) and draw(st.integers(0, 30)) == 7:
        found["x-own"] = draw(st.sampled_from((1, {"a": ["b"]}, None)))
    return found


@st.composite
def service(draw: Draw, *, partial: bool = False) -> dict[str, Any]:
    """Draw a service; a partial one needs no image."""
    body: dict[str, Any] = {} if partial else {"image": draw(st.sampled_from(POOLS["image"]))}
    for name in draw(st.lists(st.sampled_from(_SERVICE_PROPERTIES), min_size=1, max_size=5, unique=True)):
        drawn = value(draw, _properties("service")[name], name, 0)
        tag = draw(st.integers(0, 12)) if partial else 99
        body[name] = Tagged(("!reset", "!override")[tag], drawn) if tag < 2 else drawn
    return body


@st.composite
def _file(draw: Draw, *, partial: bool) -> dict[str, Any]:
    names = SERVICES if not partial else draw(st.lists(st.sampled_from(SERVICES), min_size=1, max_size=2, unique=True))
    services: dict[str, Any] = {}
    for name in names:
        plain = name == "db" and not partial
        services[name] = {"image": "postgres"} if plain else draw(service(partial=partial))
    model: dict[str, Any] = {"services": services}
    sections = {"networks": "network", "volumes": "volume", "configs": "config", "secrets": "secret", "models": "model"}
    for section, definition in sections.items():
        detailed = draw(st.integers(0, 5)) == 3
        if partial and not detailed:
            continue
        entries = {name: _minimal(section) for name in NAMES[section] if name != "default"}
        if detailed:
            first = NAMES[section][0]
            drawn = value(draw, _schema()["$defs"][definition], section, 1)
            entries[first] = {**(_minimal(section) or {}), **drawn} if isinstance(drawn, dict) else drawn
        model[section] = entries
    if not partial and draw(st.integers(0, 8)) == 0:
        model["jobs"] = {"nightly": {"image": "x", "triggers": {"manual": True}, **draw(_job())}}
    return model


@st.composite
def _job(draw: Draw) -> dict[str, Any]:
    names = sorted(set(_properties("job")) - {"triggers"})
    chosen = draw(st.lists(st.sampled_from(names), max_size=3, unique=True))
    return {name: value(draw, _properties("job")[name], name, 0) for name in chosen}


def _minimal(section: str) -> Any:
    return {"configs": {"content": "c"}, "secrets": {"file": "./key"}, "models": {"model": "m"}}.get(section)


class Generated(NamedTuple):
    """A project: its files, the compose files in order, and how to ask."""

    files: dict[str, str]
    order: tuple[str, ...]
    ask: dict[str, Any]


@st.composite
def projects(draw: Draw) -> Generated:
    """Draw a whole project."""
    main = draw(_file(partial=False))
    files = {"one.env": "A=file\nF=${SET}\n", "two.env": "G='x'\nA=two\n", "labels": "l=1\n"}
    order = ["compose.yaml"]
    shape = draw(st.integers(0, 9))
    if shape in {1, 2, 3}:
        files["over.yaml"] = emit(draw(_file(partial=True)))
        order.append("over.yaml")
    elif shape in {4, 5}:
        files["sub/base.yaml"] = emit({"services": {"base": draw(service()), "other": {"image": "x"}}})
        main["services"]["worker"] = {
            "extends": {"file": "sub/base.yaml", "service": "base"},
            **draw(service(partial=True)),
        }
    elif shape == 6:
        main["services"]["base"] = draw(service())
        main["services"]["worker"] = {"extends": "base", **draw(service(partial=True))}
    elif shape == 7:
        files["inc/compose.yaml"] = emit(
            {"services": {"inc": draw(service()), "db": {"image": "z"}}, "networks": {"front": None}}
        )
        files["inc/.env"] = "UNSET=included\n"
        main["include"] = ["inc/compose.yaml"]
    elif shape == 8:
        main = {"x-base": Plain("&base " + flow(draw(service(partial=True)))), **main}
        worker = main["services"]["worker"]
        main["services"]["worker"] = {"<<": Plain("*base"), **worker}
    files["compose.yaml"] = emit(main)
    ask: dict[str, Any] = {"environment": {"HOME": "/home/me", **VARIABLES}}
    if draw(st.integers(0, 4)) == 0:
        ask["profiles"] = draw(st.sampled_from((["p"], ["*"], ["q", "p"])))
    return Generated(files, tuple(order), ask)


_SAFE = re.compile(r"[A-Za-z/.][A-Za-z0-9_./-]*")
_PLAIN = re.compile(r"(?:[^\s\-?:,\[\]{}#&*!|>'\"%@`]|[-?:](?=\S))(?:[^\s:#]|:(?=\S)|(?<=\S)#| (?=[^\s#]))*")
_WORDS = frozenset(("true", "false", "null", "yes", "no", "on", "off", "y", "n", ".inf", ".nan"))


def emit(model: Any, indent: int = 0) -> str:
    """Write a model as YAML: blocks outside, where values have no quotes if they need none, flow inside."""
    lines = []
    for key, child in model.items():
        pad = " " * indent
        if isinstance(child, dict) and child and indent < 6:
            lines.append(f"{pad}{_text(key)}:\n{emit(child, indent + 2)}")
        else:
            plain = isinstance(child, str) and _PLAIN.fullmatch(child)
            lines.append(f"{pad}{_text(key)}: {child if plain else flow(child)}\n")
    return "".join(lines)


def flow(value_: Any) -> str:
    """Write a value in flow style."""
    if isinstance(value_, Plain):
        return value_.text
    if isinstance(value_, Tagged):
        return f"{value_.tag} {flow(value_.value)}"
    if isinstance(value_, dict):
        return "{" + ", ".join(f"{_text(key)}: {flow(child)}" for key, child in value_.items()) + "}"
    if isinstance(value_, list):
        return "[" + ", ".join(flow(child) for child in value_) + "]"
    if isinstance(value_, str):
        return _text(value_)
    return "null" if value_ is None else str(value_).lower() if isinstance(value_, bool) else repr(value_)


def _text(text: str) -> str:
    if text == "<<" or (_SAFE.fullmatch(text) and text.lower() not in _WORDS):
        return text
    return json.dumps(text, ensure_ascii=False) if "'" in text or "\\" in text else f"'{text}'"
