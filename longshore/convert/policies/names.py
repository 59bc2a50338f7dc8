"""Names that had to change: a service's objects carry its name, and Kubernetes allows only DNS labels.

`my_db` becomes `my-db`; where settings and commands call it by the old name they are rewritten. Two services that
meet in one name are an error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.registry import service_policy
from longshore.model import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service


@service_policy
def names(service: Service) -> Iterator[Problem]:
    """Report a service that is called otherwise than in compose."""
    other = service.estate.collisions.get(service.name)
    if other:
        yield Problem(
            "name-collision",
            Severity.ERROR,
            f"the services `{other}` and `{service.name}` would have the same name in Kubernetes",
            "rename one of them: lower-case letters, digits and `-`, at most 63 characters",
        )
    elif service.name != service.slug:
        yield Problem(
            "renamed-service",
            Severity.INFO,
            f"`{service.name}` is no name for a Service; it is called `{service.slug}`",
            "rename it in the compose file to have one name everywhere",
        )
