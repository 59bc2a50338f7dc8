"""The page as one HTML file that needs nothing else: style, script and pictures are in it, and nothing is loaded.

jinja2 escapes every text that is put into the markup. The policy in the page's head allows the one style and the one
script that it was written with, by their digests, so that no other could run even if some text were taken for markup.
Source: https://www.w3.org/TR/CSP3/#external-hash
"""

from __future__ import annotations

import os
from base64 import b64encode
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from longshore.report.page.chart import amount, bars
from longshore.report.page.picture import picture

if TYPE_CHECKING:
    from longshore.report.page.model import Page

_FOLDER: Final = os.path.dirname(__file__)


def html(page: Page) -> str:
    """Write the page; the same page gives the same bytes."""
    style, script = (_read(name) for name in ("page.css", "page.js"))
    ports = [(service, port) for service in page.services for port in service.ports]
    return _written(
        "page.html",
        page,
        alone=False,
        policy=f"default-src 'none'; img-src data:; style-src {_digest(style)}; script-src {_digest(script)}; "
        "base-uri 'none'; form-action 'none'",
        style=Markup(style),  # noqa: S704  ours
        script=Markup(script),  # noqa: S704  ours
        bars=bars(page.capacity),
        amount=amount,
        ids={service.name: service.id for service in page.services},
        ports=sorted(ports, key=lambda pair: (pair[1].number, pair[1].protocol, pair[0].name)),
        exposed=[exposure for service in page.services for exposure in service.exposures],
        sections=list(_sections(page).items()),
    )


def svg(page: Page) -> str:
    """Write the picture of the page alone, as a file of its own; empty where there is none."""
    style = Markup(_read("page.css"))  # noqa: S704  ours
    return _written("picture.svg", page, alone=True, style=style) if picture(page) else ""


def _written(template: str, page: Page, **more: Any) -> str:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    stores = {secret.remote for secret in page.secrets}
    return environment.get_template(template).render(page=page, drawn=picture(page), stores=stores, **more)


def _sections(page: Page) -> dict[str, Any]:
    found = {
        "picture": "Picture",
        "services": "Services",
        "ports": "Ports",
        "volumes": "Volumes",
        "secrets": "Secrets",
        "capacity": "Capacity",
        **({"cost": "Cost"} if page.cost else {}),
        "findings": "Findings",
        "waivers": "Waivers",
    }
    return {**found, **({"changes": "Changes"} if page.changes else {}), "details": "Each service"}


def _read(name: str) -> str:
    with open(os.path.join(_FOLDER, name), encoding="utf-8") as opened:
        return opened.read()


def _digest(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
