"""Files whose text names secret variables: the operator fills them in, and they are mounted as a ConfigMap would be.

Compose writes the values into the content of a config. Here the text with `{{ .NAME }}` in the place of each goes into
the `template` of an ExternalSecret, so that the file as a whole exists only in the Secret that the operator makes.
Source: https://external-secrets.io/latest/guides/templating/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from longshore.compose.references import references, substitute
from longshore.convert.estate.configs import config
from longshore.convert.estate.mounts import attach
from longshore.convert.kubernetes.names import label
from longshore.convert.secrets.binding import versioned
from longshore.convert.secrets.external_secret import external_secret
from longshore.convert.secrets.remotes import remote_key
from longshore.model import Emit
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.model import Effect

FILE: Final = "file"
"""The one key of such a Secret."""

_MODE: Final = 0o444
"""The mode that most have; the volumes of others say theirs in the name."""

_OPENING: Final = Regex(r"\{{2,}|\{\Z")


def secret_config(service: Service, name: str, target: str, mode: int) -> Iterator[Effect]:
    """Mount the config `name`, which names secret variables, at `target`.

    target: absolute path in the container. mode: of the file, as compose gives it to a config.
    """
    (content,) = config(service.estate, name).files.values()
    text = content.decode()
    written, keys = template(text), sorted(references(text))
    remote = remote_key(service.options, service)
    made = versioned(service.options, f"{service.slug}-config-{name}", remote, (written, *keys))
    yield Emit(external_secret(service.options, made, remote, keys, {FILE: written}))
    held = {"secretName": made, "items": [{"key": FILE, "path": FILE}], "defaultMode": mode}
    volume = made if mode == _MODE else label(f"{made}-{mode:04o}")
    yield from attach(service, volume, {"secret": held}, target, FILE, read_only=True)


def template(text: str) -> str:
    """Write `text` as a Go template: references as `{{ .NAME }}`, and every `{{` of its own so that it stays one.

    A single `{` before a reference would make three of the two, so the last `{` of a piece is written the same way.
    Source: https://pkg.go.dev/text/template
    """
    return substitute(text, lambda name: f"{{{{ .{name} }}}}", _literal)


def _literal(text: str) -> str:
    return _OPENING.sub(lambda found: f'{{{{ "{found[0]}" }}}}', text)
