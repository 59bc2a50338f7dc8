"""Attributes that mean something to compose on one machine, or to the loader, and lose nothing in a cluster.

- `attach`: whether `docker compose up` shows the output; `kubectl logs` shows all.
- `develop`: what `docker compose watch` copies into running containers.
- `profiles`: which services are there at all. The stack's `compose: {profiles: […]}` chooses.
- `env_file`, `extends`, `version`, `name`: used up by the loader; the name is a label of every object.
- `x-…`: fragments for anchors, and settings of other tools.

Source: https://github.com/compose-spec/compose-spec/blob/main/spec.md
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from longshore.convert.registry import attribute
from longshore.convert.view import plain
from longshore.model import LocalOnly

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.model import Effect


@attribute(
    "name",
    "version",
    "x-*",
    "networks.*.x-*",
    "volumes.*.x-*",
    "configs.*.x-*",
    "secrets.*.x-*",
    "models.*.x-*",
    "services.*.x-*",
    "services.*.attach",
    "services.*.env_file",
    "services.*.extends",
    "services.*.profiles",
)
def used_up(value: Any, place: object) -> Iterator[Effect]:
    """Say nothing: the loader used it, or nobody means it."""
    del place
    plain(value)
    yield LocalOnly("")


@attribute("services.*.develop")
def develop(value: Any, service: object) -> Iterator[Effect]:
    """Leave file watching to the developer's machine."""
    del service
    plain(value)
    yield LocalOnly("files are watched on a developer's machine; a cluster runs what is in the image")
