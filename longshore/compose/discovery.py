"""Where a reading starts: the files, the project directory, the variables and the profiles.

Source: https://docs.docker.com/compose/how-tos/environment-variables/envvars/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from longshore.compose.environment import Environment
from longshore.compose.files import join, parent
from longshore.compose.problems import did_you_mean, quote
from longshore.compose.reading import Refused
from longshore.compose.variables import add_files

if TYPE_CHECKING:
    from longshore.compose.reading import Reading

NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
OVERRIDES = (
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
)
NO_FILE = "no-compose-file"
"""The code of the finding that there is nothing to read."""

_ENDINGS = (".yaml", ".yml")
_FEW = 5
_TRUE = frozenset(("1", "t", "true"))


class Start(NamedTuple):
    """Absolute paths of the files (`-` for stdin) and of the project directory, and what the variables say."""

    files: tuple[str, ...]
    directory: str
    environment: Environment
    profiles: tuple[str, ...]


def begin(reading: Reading) -> Start | None:
    """Find out what to read; None, and a finding, if there is nothing."""
    request = reading.request
    environment = Environment(request.variables, request.is_secret)
    environment.add(request.environment)
    files = tuple(file if file == "-" else reading.absolute(file) for file in request.files)
    asked = reading.absolute(request.project_directory) if request.project_directory else ""
    before = reading.root = _directory(files, asked, reading)
    _add_env_files(reading, environment)
    named = bool(files) or any("COMPOSE_FILE" in given for given in (request.variables, request.environment))
    files = files or _from_variable(reading, environment)
    if not files:
        files = _search(reading, asked or request.working_directory)
        reading.root = _directory(files, asked, reading)
    if not files:
        reading.problems.error(
            NO_FILE,
            f"there is no compose file in `{request.working_directory}` or above",
            help=f"name one with `-f FILE`, or add one of {', '.join(NAMES)}",
        )
        return None
    if not all(_is_file(file, reading) and (named or _is_inside(file, reading)) for file in files):
        return None
    reading.root = _directory(files, asked, reading)
    if reading.root != before and request.env_files is None:
        _add_env_files(reading, environment)
    profiles = request.profiles or tuple(
        profile.strip() for profile in (environment.lookup("COMPOSE_PROFILES") or "").split(",")
    )
    return Start(files, reading.root, environment, profiles)


def _is_inside(path: str, reading: Reading) -> bool:
    """Check a file that the user did not name: it was found, or the project's own `.env` names it."""
    try:
        if path != "-":
            reading.admit(path)
    except Refused as error:
        reading.problems.error(error.code, error.message, help=error.help)
        return False
    return True


def _directory(files: tuple[str, ...], asked: str, reading: Reading) -> str:
    if asked:
        return asked
    first = next((file for file in files if file != "-"), "")
    return parent(first) if first else reading.request.working_directory


def _add_env_files(reading: Reading, environment: Environment) -> None:
    """Add the variables of the env files that the user named, or of the project's `.env`."""
    named = reading.request.env_files
    if named is None and environment.lookup("COMPOSE_ENV_FILES"):
        named = tuple((environment.lookup("COMPOSE_ENV_FILES") or "").split(","))
    if named:
        add_files(reading, [(reading.absolute(path), None) for path in named], environment, explicit=True)
    elif named is None and (environment.lookup("COMPOSE_DISABLE_ENV_FILE") or "").lower() not in _TRUE:
        default = join(reading.root, ".env")
        if reading.files.kind(default) == "file":
            add_files(reading, [(default, None)], environment)


def _from_variable(reading: Reading, environment: Environment) -> tuple[str, ...]:
    listed = environment.lookup("COMPOSE_FILE")
    if not listed:
        return ()
    separator = environment.lookup("COMPOSE_PATH_SEPARATOR") or ":"
    return tuple(file if file == "-" else reading.absolute(file) for file in listed.split(separator))


def _search(reading: Reading, directory: str) -> tuple[str, ...]:
    """Look for the default names here and in each directory above."""
    while True:
        found = [join(directory, name) for name in NAMES if _there(join(directory, name), reading)]
        if found:
            overrides = [join(directory, name) for name in OVERRIDES if _there(join(directory, name), reading)]
            for several in (found, overrides):
                if len(several) > 1:
                    names = ", ".join(reading.shown(path) for path in several)
                    reading.problems.warning(
                        "several-files",
                        f"of {names} only {reading.shown(several[0])} is read",
                        help="keep one, or name those to read with `-f`",
                    )
            return (found[0], *overrides[:1])
        if directory == "/":
            return ()
        directory = parent(directory)


def _there(path: str, reading: Reading) -> bool:
    return reading.files.kind(path) != "missing"


def _instead(path: str, reading: Reading) -> str:
    """What to name instead of a file that is not there."""
    directory = parent(path)
    if reading.files.kind(directory) != "directory":
        return f"there is no directory {quote(reading.shown(directory))} either"
    wanted, names = path.rpartition("/")[2], reading.files.list(directory)
    # Hidden files are settings of tools.
    others = [name for name in names if name.endswith(_ENDINGS) and not name.startswith(".")]
    there = f"there are {', '.join(map(quote, others[:_FEW]))}" if others else "no file there ends in `.yaml` or `.yml`"
    # The endings are alike anyway, and people rarely mistype the first letter.
    return did_you_mean(wanted, [name for name in names if name[:1] == wanted[:1]]) or there


def _is_file(path: str, reading: Reading) -> bool:
    """Check a file that the user named, so that a wrong name gives one clear error."""
    kind = "file" if path == "-" else reading.files.kind(path)
    if kind == "file":
        return True
    shown = quote(reading.shown(path))
    if kind == "missing":
        help_ = _instead(path, reading)
        reading.problems.error(NO_FILE, f"there is no file {shown}", help=help_)
    else:
        what = "a directory" if kind == "directory" else "not a regular file"
        help_ = "name a file in it, such as `-f compose.yaml`" if kind == "directory" else "name a regular file"
        reading.problems.error("not-a-file", f"{shown} is {what}", help=help_)
    return False
