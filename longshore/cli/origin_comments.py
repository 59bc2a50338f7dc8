"""`render --annotate`: manifests with a comment at each field that says where it came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.cli.findings_output import locate
from longshore.model import key_of
from longshore.report.origins import notes_of, written
from longshore.report.yaml_text import document

if TYPE_CHECKING:
    from longshore.cli.project_input import Reading
    from longshore.model import Manifest


def annotated(reading: Reading) -> list[tuple[Manifest, str]]:
    """Write every manifest with its origins: (the manifest, its text)."""
    assert reading.conversion  # noqa: S101  the caller looked
    find = locate(reading)
    origins = reading.conversion.origins
    return [
        (manifest, document(manifest, notes_of(written(manifest, origins[key_of(manifest)]), manifest, find)))
        for manifest in reading.conversion.manifests
    ]
