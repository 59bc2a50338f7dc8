"""`environment` (with `env_file`, which the loader has merged into it) → `env` of the container.

Plain settings are written as text, byte for byte; `$(` is escaped, since Kubernetes would expand it. A value that is a
secret variable becomes a `secretKeyRef`; text around secret variables becomes `$(NAME)` after the entries it names.
A secret that stands as plain text in the compose file is bound in the same way, and reported. A key without a value
that the environment does not give either is left out, as Docker does. A template that Swarm fills in (`{{.Node.ID}}`)
becomes a field of the pod, where it has such a one. What a device plugin sets (`NVIDIA_VISIBLE_DEVICES`) is left to it.
Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#environment
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from longshore.convert.estate.accelerators import granted
from longshore.convert.estate.swarm import FIELDS, SERVICE_NAME, pieces
from longshore.convert.kubernetes.hostnames import renamed, rewrite
from longshore.convert.registry import attribute
from longshore.convert.secrets.binding import entries, expand, value_from
from longshore.convert.secrets.needs import COMPOSED, setting, settings
from longshore.model import Approximated, Each, Item, LocalOnly, Problem, Severity, Unsupported
from longshore.regex import Regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from longshore.convert.estate import Service
    from longshore.convert.estate.swarm import Piece
    from longshore.convert.secrets.needs import Setting
    from longshore.convert.view import View
    from longshore.model import Effect

_NAME: Final = Regex(r"[ -<>-~]+")


@attribute("services.*.environment")
def environment(values: View, service: Service) -> Iterator[Effect]:
    """Translate every entry, those that others name first: Kubernetes expands `$(NAME)` only backwards."""
    written: dict[str, str] = {}
    renames = service.estate.hostnames
    for key, value in values.plain().items():
        lost = _lost(service, key, value)
        if lost:
            yield lost
        elif renames:
            written[key], hits = rewrite(value, renames, key)
            yield from renamed(hits, renames, (key,))
        else:
            written[key] = value
    judged = {key: setting(service, key, value) for key, value in written.items()} if renames else settings(service)
    composed = [key for key in written if judged[key] is COMPOSED]
    for key in composed:
        yield from entries(service, written[key])
    env = Each()
    for key in (*(key for key in written if judged[key] is not COMPOSED), *composed) if composed else written:
        found, value, place = judged[key], written[key], _entry(key)
        assert place  # noqa: S101  it was looked for above
        if found.key:
            env[place] = value_from(service, found.key)
        elif templates := pieces(value):
            yield from _templates(service, key, templates, env)
        else:
            env[place] = {"value": expand(service, value)}
        if found.hit:
            yield from _findings(service, key, found)
    if env:
        yield service.put_container("env", value=env)


def _lost(service: Service, key: str, value: str | None) -> Effect | None:
    """Why an entry is left out; None: it is translated."""
    if value is None:
        return LocalOnly("no value is given here, so Docker passes none on", at=(key,))
    if granted(service, key):
        return LocalOnly("the device plugin sets it, to the devices that the container is given", at=(key,))
    if _entry(key) is None:
        return Unsupported(
            "Kubernetes knows no variable of such a name: it takes printable ASCII characters, and no `=`",
            "give it another name, here and in the program",
            (key,),
            "variable-name",
            Severity.ERROR,
        )
    return None


@lru_cache(maxsize=4096)
def _entry(key: str) -> Item | None:
    """The place of an environment entry in its list; None where Kubernetes knows no variable of such a name."""
    return Item("name", key) if _NAME.fullmatch(key) else None


def _templates(service: Service, key: str, found: tuple[Piece, ...], env: Each) -> Iterator[Effect]:
    """Write a value that Swarm would fill in: by a field of the pod, by a variable for it where text stands around."""
    alone, written = not found[1:], ""
    for piece in found:
        known = FIELDS.get(piece.template)
        if piece.template == SERVICE_NAME:
            written += service.slug
        elif known is None:
            written += expand(service, piece.text)
        elif alone:
            env[Item("name", key)] = _field(known[1])
        else:
            name = f"LONGSHORE_{known[0]}"
            env[Item("name", name)] = _field(known[1])
            written += f"$({name})"
        if known:
            yield Approximated(
                f"Swarm fills in `{piece.text}`; here it is {known[2]}",
                at=(key,),
                code="swarm-template",
                severity=Severity.INFO,
            )
        elif piece.template and piece.template != SERVICE_NAME:
            yield Unsupported(
                f"Swarm fills in `{piece.text}`, and nothing here does: the program gets it as it stands",
                "let the program ask for what it needs, or write the value",
                (key,),
                "swarm-template",
            )
    if written:
        env[Item("name", key)] = {"value": written}


def _field(path: str) -> dict[str, dict[str, dict[str, str]]]:
    return {"valueFrom": {"fieldRef": {"fieldPath": path}}}


def _findings(service: Service, key: str, found: Setting) -> Iterator[Problem]:
    if found.kind == "literal" and found.hit and found.hit.rule != "declared":
        why, variable = f"{found.hit.rule}: {found.hit.reason}", _variable(key)
        if found.hit.kind == "placeholder":
            yield Problem(
                "placeholder-secret",
                Severity.ERROR if service.options.production else Severity.WARNING,
                f"`{key}` stands in the compose file as a placeholder ({why}); it is read from the secret store",
                f"move the value to a variable, `{key}: ${{{variable}}}`, and push it with `longshore secrets push`; "
                f"if it is no secret, say so with a reason: `x-longshore: {{plain: {{{key}: …}}}}` on the service",
                (key,),
            )
        else:
            yield Problem(
                "plaintext-secret",
                Severity.WARNING,
                f"`{key}` stands in the compose file as plain text ({why}); it is read from the secret store",
                f"move the value to a variable, `{key}: ${{{variable}}}`, and push it with `longshore secrets push`; "
                f"if it is no secret, say so with a reason: `x-longshore: {{plain: {{{key}: …}}}}` on the service",
                (key,),
            )
    elif found.hit and found.hit.kind == "suspect":
        yield Problem(
            "looks-random",
            Severity.WARNING,
            f"the value of `{key}` looks random ({found.hit.rule}); it is written as plain text",
            f"if it is a secret, list `{key}` with a reason under `secret` of this service; else under `plain`",
            (key,),
        )


def _variable(key: str) -> str:
    """A name for the compose variable that takes the value: `discovery.password` is `DISCOVERY_PASSWORD`."""
    return "".join(character if character.isalnum() else "_" for character in key).upper()
