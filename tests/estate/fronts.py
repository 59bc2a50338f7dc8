"""A service with labels or variables for a proxy, and what is told of it."""

from __future__ import annotations

import re

import yaml

from longshore.convert.options import Options

ROUTER, PORT = "traefik.http.routers.web.rule", "traefik.http.services.web.loadbalancer.server.port"
USES, MIDDLEWARES = "traefik.http.routers.web.middlewares", "traefik.http.middlewares"
A = "Host(`a.example.com`)"
INGRESS = {"kind": "ingress", "host": "a.example.com"}


def said(finding):
    """The setting that a help proposes, read as the stack file is."""
    match = re.search(r"`services: (\{.*?\}\}\}+)`", finding.help)
    return yaml.safe_load(match[1])["web"]["exposure"] if match else None


def front(convert, labels=None, *, others=None, files=None, options=None, **model):
    """What is told of a service `web` with these labels."""
    services = {"web": {"image": "web:1", "labels": labels or {}, **model}, **(others or {})}
    result = convert(services, files=files or {}, options=options or Options())
    codes = ("label-reader", "lost-protection", "proxy-variable")
    return [each for code in codes for each in result.found(code) if each.path[1] == "web"]


def only(findings):
    (finding,) = findings
    return finding
