"""The last look at the manifests: what is a secret by its look alone is taken out of every field that nobody judged.

Environment, commands and files have rules of their own, with findings that say what to do. A token can stand anywhere
else, where no rule of ours looks for one: as an image, a label's key, a path. Nothing of that is a place for a secret,
so a mask is written instead, and the error names the field.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from longshore.compose.references import MASK
from longshore.convert.secrets.detection.addresses import logins
from longshore.convert.secrets.detection.masks import merged, replaced
from longshore.convert.secrets.detection.shapes import known_tokens, private_keys
from longshore.model import Finding, Severity, key_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from longshore.model import Conversion, Field, Manifest, ObjectKey, Origin, Path

_JUDGED: Final = frozenset(("env", "args", "command", "lifecycle", "exec"))
"""Fields whose content has been judged where it was written, and may be consented to."""

_OURS: Final = frozenset(("resources", "strategy", "ports"))
"""Fields that hold words of Kubernetes and ours, where no text of a user gets to."""

_PASSED: Final = _JUDGED | _OURS

_CONTENT: Final = frozenset(("data", "binaryData"))
"""The same for the files of a ConfigMap, at its top."""

_SHORTEST: Final = 16


def withhold(conversion: Conversion) -> Conversion:
    """Give the conversion without the secrets in fields that are no place for one; an error for each such field."""
    # At once, which is faster: between two texts is an empty line, beyond which no rule looks.
    if not _secrets("\n\n".join(_texts(conversion.manifests))):
        return conversion
    findings: list[Finding] = []
    manifests: list[Manifest] = []
    for manifest in conversion.manifests:
        places = list(_places(manifest, ()))
        if places:
            key = key_of(manifest)
            manifest = _masked(manifest)  # noqa: PLW2901  without them
            findings += [_finding(key, place, conversion.origins.get(key, ())) for place in places]
        manifests.append(manifest)
    return conversion._replace(manifests=tuple(manifests), findings=(*conversion.findings, *findings))


def _texts(manifests: Sequence[Manifest]) -> set[str]:
    """Every text that `_places` may look at, each once: objects say the same over and over, and few hold a secret."""
    found: set[str] = set()
    unread: list[Any] = [[value for key, value in manifest.items() if key not in _CONTENT] for manifest in manifests]
    while unread:
        value = unread.pop()
        if type(value) is dict:
            found.update(value)
            value = [child for key, child in value.items() if key not in _PASSED]
        for child in value:
            kind = type(child)
            if kind is str:
                found.add(child)
            elif kind is dict or kind is list:
                unread.append(child)
    return {text for text in found if len(text) >= _SHORTEST}


def _places(value: Any, path: Path) -> Iterator[Path]:
    if isinstance(value, dict):
        for key, child in value.items():
            if len(key) >= _SHORTEST and _secrets(key):
                yield (*path, key)
            if key not in _OURS and not _is_judged(key, path):
                yield from _places(child, (*path, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _places(child, (*path, index))
    elif isinstance(value, str) and len(value) >= _SHORTEST and _secrets(value):
        yield path


@lru_cache(maxsize=1 << 14)
def _secrets(text: str) -> tuple[tuple[int, int], ...]:
    return merged([*private_keys(text), *known_tokens(text), *logins(text)], len(text))


def _is_judged(key: str, path: Path) -> bool:
    return key in _JUDGED or (not path and key in _CONTENT)


def _masked(value: Any, path: Path = ()) -> Any:
    if isinstance(value, dict):
        return {
            replaced(key, _secrets(key)): child if _is_judged(key, path) else _masked(child, (*path, key))
            for key, child in value.items()
        }
    if isinstance(value, list):
        return [_masked(child, (*path, index)) for index, child in enumerate(value)]
    return replaced(value, _secrets(value)) if isinstance(value, str) else value


def _finding(key: ObjectKey, place: Path, origins: Sequence[tuple[Field, Origin]]) -> Finding:
    shown = ".".join(MASK if _secrets(str(part)) else str(part) for part in place)
    by_length = sorted(origins, key=lambda written: -len(written[0]))
    path: Path = next(
        (origin.path for field, origin in by_length if origin.path and tuple(map(str, field)) == place[: len(field)]),
        (),
    )
    return Finding(
        "secret-in-manifest",
        Severity.ERROR,
        f"`{shown}` of {key} would hold a secret (V1 to V3: its look); everybody who may read the object would see it",
        "put it into a variable, `${MY_TOKEN}` in the environment of the service, or into a file of `secrets`, and "
        "change it where it is in use",
        path,
    )
