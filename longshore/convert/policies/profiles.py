"""Services of profiles that are not enabled: they are left out, as compose leaves them out, and counted.

Source: https://github.com/compose-spec/compose-spec/blob/main/15-profiles.md
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.registry import estate_policy
from longshore.convert.secrets.detection.masks import conceal
from longshore.model import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Estate


@estate_policy
def profiles(estate: Estate) -> Iterator[Problem]:
    """Say once how many there are, and in which profiles."""
    left = estate.project.left_out
    if not left:
        return
    names = sorted({conceal(profile) for listed in left.values() for profile in listed})
    yield Problem(
        "profiles",
        Severity.INFO,
        f"{len(left)} service{'' if len(left) == 1 else 's'} left out: "
        f"profile{'s' if names[1:] else ''} {', '.join(names)}",
        f"`--profile {names[0]}` reads them too (`--profile '*'` all), and so does `compose: {{profiles: […]}}` in the "
        "stack file",
        ("services", next(iter(left)), "profiles"),
    )
