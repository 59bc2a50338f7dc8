"""`pull_policy` → `imagePullPolicy`: when a node asks the registry again.

`always`, `missing` and `if_not_present` are the same in Kubernetes. `never` is the same for an image that nobody could
pull anyway, which is an error of its own; any other must be pulled once, for no node has it. `build` is the builder's.
`daily`, `weekly`, `every_<duration>` and `refresh` have no equivalent; `Always` asks more often than they do, and costs
a request per start. Unset, the policy `mutable_tag` decides by the tag.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#pull_policy
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.estate.pulling import unpullable
from longshore.convert.registry import attribute
from longshore.model import Approximated, LocalOnly, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.model import Effect


POLICIES = {"always": "Always", "never": "Never", "missing": "IfNotPresent", "if_not_present": "IfNotPresent"}


@attribute("services.*.pull_policy")
def pull_policy(value: str, service: Service) -> Iterator[Effect]:
    """Translate one of compose's words."""
    if value == "build":
        yield LocalOnly("" if unpullable(service) else "the image is built and pushed before a deployment")
        return
    if value == "never" and not unpullable(service):
        yield service.put_container("imagePullPolicy", value="IfNotPresent")
        yield Approximated(
            "`never` becomes `IfNotPresent`: a node that may not pull an image never has it",
            "push the image before a deployment; `pull_policy: missing` says so",
        )
        return
    yield service.put_container("imagePullPolicy", value=POLICIES.get(value, "Always"))
    if value not in POLICIES:
        yield Approximated(
            f"`{value}` becomes `Always`: each start of a pod asks the registry whether the tag names a newer image",
            "deploy a fixed tag or a digest instead; then nothing has to be asked",
            severity=Severity.INFO,
        )
