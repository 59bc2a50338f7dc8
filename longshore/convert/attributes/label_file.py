"""`label_file`: the loader has read the files, and their labels stand among `labels`. Nothing is lost.

Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#label_file
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.convert.registry import attribute
from longshore.model import LocalOnly

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.convert.view import View
    from longshore.model import Effect


@attribute("services.*.label_file")
def label_file(files: View | str, _service: Service) -> Iterator[Effect]:
    """Say that it is used up."""
    if not isinstance(files, str):
        files.plain()
    yield LocalOnly("")
