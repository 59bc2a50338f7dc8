"""One `build` section as a target of a Bake file: which key of the one is which of the other.

As `docker compose build` does it: an image bears its `tags` and its `image`, is built for the `platform` that the
service runs on unless the build names others, and a build that is `privileged` asks for that entitlement.
Source: https://github.com/compose-spec/compose-spec/blob/main/build.md and
https://docs.docker.com/build/bake/reference/#target
"""

from __future__ import annotations

import os.path
from typing import TYPE_CHECKING, Any, Final

from longshore.compose.files import within
from longshore.model import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from longshore.model import Path

_SAME: Final = {
    "dockerfile_inline": "dockerfile-inline",
    "args": "args",
    "labels": "labels",
    "target": "target",
    "cache_from": "cache-from",
    "cache_to": "cache-to",
    "no_cache": "no-cache",
    "no_cache_filter": "no-cache-filter",
    "pull": "pull",
    "network": "network",
    "shm_size": "shm-size",
}
"""Keys of both whose values are the same."""
_READ: Final = frozenset(
    (*_SAME, "context", "dockerfile", "additional_contexts", "platforms", "tags", "entitlements", "privileged")
) | {"extra_hosts", "ulimits", "ssh", "secrets", "provenance", "sbom", "x-bake"}
_MORE: Final = ("tags", "cache-from", "cache-to", "secret", "ssh", "platforms", "output", "no-cache-filter")
"""Lists that `x-bake` adds to."""
_TRUE: Final = frozenset(("1", "t", "true"))
_FALSE: Final = frozenset(("0", "f", "false"))
_OTHER_TARGETS: Final = ("service:", "target:")


class BakeTarget:
    """What becomes of one `build`.

    build: in its long form, with texts as Bake reads them. service: the model of the service. secrets: those of the
    project. path: of the build. services: those whose images this build begins from, once the document is made.
    """

    def __init__(
        self, build: Mapping[str, Any], service: Mapping[str, Any], secrets: Mapping[str, Any], path: Path
    ) -> None:
        self.build = build
        self.service = service
        self.secrets = secrets
        self.path = path
        self.services: list[str] = []
        self.findings = [
            Finding(
                "not-in-bake",
                Severity.WARNING,
                f"Bake has no word for `{key}`: the image is built without",
                "leave it out, or build this image in another way",
                (*path, key),
            )
            for key in build
            if key not in _READ and not key.startswith("x-")
        ]

    def document(self, directory: str, project: str, tags: Sequence[str], names: Mapping[str, str]) -> dict[str, Any]:
        """Write the target.

        directory: the folder that local paths are relative to. project: that of the project, whose files are named
        from there. tags: names that the image is pushed under. names: service → target.
        """
        build, context = self.build, str(self.build["context"])
        keys, limits = build.get("ssh") or {}, build.get("ulimits") or {}
        written = {name: build.get(key) for key, name in _SAME.items()}
        written |= {
            "context": _relative(context, directory),
            "dockerfile": _dockerfile(str(build.get("dockerfile") or ""), context),
            "contexts": self._contexts(build.get("additional_contexts") or {}, directory, names),
            "tags": list(tags),
            "platforms": build.get("platforms") or [each for each in [self.service.get("platform")] if each],
            "entitlements": self._entitlements(),
            "extra-hosts": _hosts(build.get("extra_hosts") or ()),
            "ulimits": [_ulimit(name, limit) for name, limit in sorted(limits.items())],
            "ssh": [_ssh(name, _own(key, directory, project)) for name, key in sorted(keys.items())],
            "secret": list(self._secrets(directory, project)),
            "attest": [_attest(kind, str(build[kind])) for kind in ("provenance", "sbom") if build.get(kind)],
        }
        self._extend(written, build.get("x-bake") or {}, directory, project, names)
        return {key: value for key, value in sorted(written.items()) if value not in ("", [], {}, None, False)}

    def _contexts(self, contexts: Mapping[str, str], directory: str, names: Mapping[str, str]) -> dict[str, str]:
        """Name what a Dockerfile knows by names of its own: folders, images, and those of services by their targets."""
        written = {}
        for name, value in contexts.items():
            kind = next((each for each in _OTHER_TARGETS if value.startswith(each)), "")
            other = value.removeprefix(kind)
            if kind and other in names:
                self.services.append(other)
                written[name] = f"target:{names[other]}"
            elif kind:
                self.findings.append(
                    Finding(
                        "not-in-bake",
                        Severity.ERROR,
                        f"the context `{name}` is the image of `{other}`, which nothing builds",
                        f"give `{other}` a `build`, or name an image: `{name}: docker-image://…`",
                        (*self.path, "additional_contexts", name),
                    )
                )
            else:
                written[name] = _relative(value, directory)
        return written

    def _entitlements(self) -> list[str]:
        own = self.build.get("entitlements") or []
        return list(dict.fromkeys([*own, *(["security.insecure"] if self.build.get("privileged") else [])]))

    def _secrets(self, directory: str, project: str) -> Iterator[str]:
        """Say where the builder finds each secret: the file or the variable, never what is in it."""
        for index, used in enumerate(self.build.get("secrets") or ()):
            secret, source = self.secrets.get(used["source"]) or {}, used["source"]
            name = used.get("target") or source
            if secret.get("environment"):
                yield _csv(type="env", id=name, env=secret["environment"])
            elif secret.get("file"):
                yield _csv(type="file", id=name, src=_own(secret["file"], directory, project))
            else:
                self.findings.append(
                    Finding(
                        "not-in-bake",
                        Severity.ERROR,
                        f"the secret `{source}` is kept outside of compose, where a builder does not find it",
                        f"`secrets: {{{source}: {{file: …}}}}`, or `environment:`, says where it is for the build",
                        (*self.path, "secrets", index),
                    )
                )

    def _extend(
        self, written: dict[str, Any], more: Mapping[str, Any], directory: str, project: str, names: Mapping[str, str]
    ) -> None:
        """Add what `x-bake` says, in Bake's own words."""
        for key in _MORE:
            value = more.get(key) or ()
            words = value.split() if isinstance(value, str) else [str(each) for each in value]
            written[key] = list(dict.fromkeys([*(written.get(key) or ()), *words]))
        written |= {key: more[key] for key in ("pull", "no-cache") if key in more}
        contexts = {
            name: value if "://" in value or value.startswith(("/", *_OTHER_TARGETS)) else os.path.join(project, value)
            for name, value in (more.get("contexts") or {}).items()
        }
        written["contexts"] |= self._contexts(contexts, directory, names)


def _relative(path: str, directory: str) -> str:
    return os.path.relpath(path, directory) if path.startswith("/") else path


def _own(path: str | None, directory: str, project: str) -> str:
    """Name a file from the folder, where it belongs to the project; keys of a user lie elsewhere."""
    path = path or ""
    return _relative(path, directory) if within(path, project) else path


def _dockerfile(path: str, context: str) -> str:
    """Name it from its context, as Bake reads it."""
    return os.path.relpath(path, context) if path.startswith("/") and context.startswith("/") else path


def _hosts(entries: Sequence[str]) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for entry in entries:
        name, _, address = entry.partition("=")
        found.setdefault(name, []).append(address)
    return {name: ",".join(addresses) for name, addresses in found.items()}


def _ulimit(name: str, limit: Any) -> str:
    return f"{name}={limit['soft']}:{limit['hard']}" if isinstance(limit, dict) else f"{name}={limit}"


def _ssh(name: str, key: str) -> str:
    return f"{name}={key}" if key else name


def _attest(kind: str, value: str) -> str:
    """A switch, or the attributes of an attestation."""
    if value.lower() in _TRUE | _FALSE:
        return _csv(type=kind, **({"disabled": "true"} if value.lower() in _FALSE else {}))
    return f"type={kind},{value}"


def _csv(**fields: str) -> str:
    """Write fields as BuildKit reads them: separated by commas, in quotes where one is in a field."""
    texts = (f"{key}={value}" for key, value in fields.items())
    return ",".join('"' + text.replace('"', '""') + '"' if set(text) & set(',"') else text for text in texts)
