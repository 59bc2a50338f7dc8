"""What each remote secret should hold: for every key that compose needs, the value that was found for it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from longshore.cli.secrets.defaults import default, required
from longshore.cli.secrets.sources import Found
from longshore.compose import load
from longshore.compose.references import OPEN, reference, substitute
from longshore.convert.estate.configs import config
from longshore.convert.estate.content import hosts_renamed
from longshore.convert.kubernetes.hostnames import rewrite
from longshore.convert.secrets.contents import encoded
from longshore.disk import Disk
from longshore.model import path_text
from longshore.stores.value import Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from longshore.cli.secrets.session import Opened
    from longshore.compose import Project
    from longshore.convert.secrets.needs import Need
    from longshore.convert.secrets.remotes import Remote


class Missing(NamedTuple):
    """A value that was looked for and not found: what is called how, what to do, which secrets need it."""

    name: str
    help: str
    paths: tuple[str, ...]


class Wanted(NamedTuple):
    """Remote secret → key → value; and what is missing."""

    values: Mapping[str, Mapping[str, Found]]
    missing: tuple[Missing, ...]


class _Lacking(Exception):  # noqa: N818
    """There is no value; `name` of what lacks, and what to do."""

    def __init__(self, name: str, help: str) -> None:  # noqa: A002  as in findings
        super().__init__(name)
        self.name, self.help = name, help


def wanted(opened: Opened, given: Mapping[str, Found], only: frozenset[str]) -> Wanted:
    """Find the values of all keys, or of those that `only` names."""
    look = _Look(opened, given)
    values: dict[str, dict[str, Found]] = {}
    lacking: dict[tuple[str, str], list[str]] = {}
    for remote in opened.remotes:
        found = values.setdefault(remote.name, {})
        for key, need in remote.needs.items():
            if only and not only & names_of(remote, need):
                continue
            try:
                found[key] = look.value(need)
            except _Lacking as lack:
                lacking.setdefault((lack.name, lack.help), []).append(remote.name)
    missing = tuple(Missing(*lack, tuple(paths)) for lack, paths in sorted(lacking.items()))
    return Wanted(values, missing)


def names_of(remote: Remote, need: Need) -> frozenset[str]:
    """What a user may call a key: the variable, the environment key, the entry of top-level `secrets:`, the file."""
    names = {need.key} if not remote.shared else {remote.owner}
    if need.origin == "variable":
        names.add(need.source)
    return frozenset(names)


class _Look:
    """Looks for values: in what was given, in the compose files and in what they name."""

    def __init__(self, opened: Opened, given: Mapping[str, Found]) -> None:
        self._opened = opened
        self._project = opened.estate.project
        self._given = given

    def value(self, need: Need) -> Found:
        """Find the value of one key.

        Raises:
            _Lacking: there is none.
        """
        if need.origin == "variable":
            return self._renamed(self._variable(need.source), need)
        if need.origin in {"file", "mounted"}:
            return self._file(need)
        if need.origin == "content":
            (data,) = config(self._opened.estate, need.source).stored.values()
            return Found(Value(data.decode()), self._place(need))
        return self._literal(need) if need.origin == "literal" else self._env_file(need)

    def _variable(self, name: str) -> Found:
        """Find the value of a variable as Docker would: `${NAME:-default}` stands in for an empty one too."""
        given = self._given.get(name)
        if given and given.value:
            return given
        if given and required(name, self._opened.sources):
            raise _Lacking(name, f"it is empty, and the compose file asks for a value, `${{{name}:?…}}`")
        found = default(name, self._opened.sources, self._plain, empty=given is not None)
        if len(found) == 1:
            return Found(found[0].value, f"the default in {found[0].file}", fallback=True)
        if given and not found:
            return given
        if found:
            raise _Lacking(name, f"it has {len(found)} different defaults in the compose files; give it a value")
        raise _Lacking(name, f"add `{name}=…` to the file, or `--random {name}` for a new one")

    def _renamed(self, found: Found, need: Need) -> Found:
        """Write the hosts of a value as they are called in the cluster, as in all other text of the environment."""
        hostnames = self._opened.estate.hostnames
        key = next((str(path[-1]) for path in need.paths if path[2:3] == ("environment",)), "")
        if not hostnames or not key:
            return found
        text, old = rewrite(found.value.reveal(), hostnames, key)
        return found._replace(value=Value(text)) if old else found

    def _plain(self, name: str) -> str | None:
        """Look up a variable that a default names."""
        if name in self._given:
            return self._given[name].value.reveal()
        value = self._project.environment.get(name)
        return None if value is None or OPEN in value else value

    def _file(self, need: Need) -> Found:
        path, estate = need.source, self._opened.estate
        shown = self._project.shown(self._project.files.real(path))
        try:
            data = self._project.files.read(path)
        except OSError as error:
            raise _Lacking(shown, f"the file can't be read: {error.strerror or type(error).__name__}") from None
        if need.origin == "mounted":
            renamed, _ = hosts_renamed(estate, {path: data})
            data = renamed[path]
        key, text = encoded(path, data)
        if key != need.key:
            raise _Lacking(shown, "the file has changed while it was read; run the command again")
        return Found(Value(text), shown)

    def _literal(self, need: Need) -> Found:
        path = need.paths[0]
        service, key = str(path[1]), str(path[3])
        text = str(self._opened.estate.services[service].model["environment"][key])
        return self._filled(text, need, key)

    def _env_file(self, need: Need) -> Found:
        """Read the value that an env file gives, by reading the project once more without references."""
        path = need.paths[0]
        services = (self._unmasked.model.get("services") or {}) if self._unmasked else {}
        text = (services.get(str(path[1]), {}).get("environment") or {}).get(need.source)
        if not isinstance(text, str):
            raise _Lacking(need.source, f"the env file that gives it to `{path[1]}` can't be read")
        return self._filled(text, need, need.source)

    def _filled(self, text: str, need: Need, key: str) -> Found:
        """Fill in the variables of a text, and the host names that have changed."""
        text, _ = rewrite(text, self._opened.estate.hostnames, key)
        value = substitute(text, lambda name: self._variable(name).value.reveal())
        return Found(Value(value), self._place(need))

    def _place(self, need: Need) -> str:
        span = self._project.locate(need.paths[0])
        return span.file if span else path_text(need.paths[0])

    @cached_property
    def _unmasked(self) -> Project | None:
        """The project with its values; variables of the interpolation still are references, filled in one by one."""
        needs = (need for remote in self._opened.remotes for need in remote.needs.values())
        names = {need.source for need in needs if need.origin == "variable"}
        hidden = {name: reference(name) for name in (*names, *self._given)}
        request = self._opened.request
        return load(request._replace(is_secret=None, variables={**request.variables, **hidden}), Disk()).project
