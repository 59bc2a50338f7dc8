"""`working_dir` → `workingDir` of the container.

Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#working_dir
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.registry import attribute

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.model import Effect


@attribute("services.*.working_dir")
def working_dir(value: str, service: Service) -> Iterator[Effect]:
    """Translate the path as it is."""
    if value:
        yield service.put_container("workingDir", value=value)
