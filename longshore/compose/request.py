"""What to read, and what came of it."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from longshore.compose.project import Project
    from longshore.compose.references import IsSecret
    from longshore.model import Finding


NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


class Request(NamedTuple):
    """Which compose files to read, and how.

    files: in the order they are merged; `-` is the standard input; empty looks for `COMPOSE_FILE`, then for the
        default names from `working_directory` upwards.
    working_directory: absolute; where relative names start.
    project_directory: as `--project-directory`; empty is the directory of the first file.
    environment: the variables of the process.
    env_files: files with variables; None reads `COMPOSE_ENV_FILES`, else `.env` beside the project.
    profiles: enabled profiles (`*` is all); empty reads `COMPOSE_PROFILES`. services: only these and what they need.
    project_name: as `-p`. root_name: what the working directory and the folders around it are called, wherever a
        checkout lies; empty: as they are. variables: what the stack file sets; they beat `environment` and the files.
    is_secret: decides which variables are replaced by references; None reads exactly as Docker does.
    used_as_secrets: names the variables that a text of a compose file uses as secrets, whatever they are called.
    plain: variables that are none, whatever they are used for.
    interpolate: False leaves `${...}` as it is written; the model is then in long form, but not checked for sense.
    allow_outside: files may lie outside the project directory.
    """

    working_directory: str
    files: tuple[str, ...] = ()
    project_directory: str = ""
    environment: Mapping[str, str] = NOTHING
    env_files: tuple[str, ...] | None = None
    profiles: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    project_name: str = ""
    root_name: str = ""
    variables: Mapping[str, str] = NOTHING
    is_secret: IsSecret | None = None
    used_as_secrets: Callable[[str], Iterable[str]] | None = None
    plain: frozenset[str] = frozenset()
    interpolate: bool = True
    allow_outside: bool = False


class Loaded(NamedTuple):
    """The project (None exactly when a finding is an error), what there is to tell, and the text of each file."""

    project: Project | None
    findings: tuple[Finding, ...]
    sources: Mapping[str, str]
