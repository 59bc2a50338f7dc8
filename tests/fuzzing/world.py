"""The world of an input: a folder, a secret store that answers what it says, and nothing outside that is changed."""

from __future__ import annotations

import io
import os
import shutil
import sys
import time
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from tests.fuzzing.case import FOLDER, LINK, OTHERS, STORE

if TYPE_CHECKING:
    from tests.fuzzing.case import Case

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CHANGES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.symlink", "os.link", "os.truncate", "os.chmod"}
_BELOW = {"os.mkdir", "os.remove", "os.rmdir"}
"""Those whose last argument is the descriptor of the folder that a path starts in, or -1."""

ACCOUNT = (
    b'<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
    b"<Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
)


class Elsewhere(PermissionError):  # noqa: N818  it says what the input did
    """An input wanted to change something outside of its folder, or to start a program."""


class World:
    """One folder, filled anew for each input; while it is `closed`, nothing in this process can write outside of it."""

    closed = False

    def __init__(self, folder: str) -> None:
        self.folder = os.path.realpath(folder)
        self._files: set[str] = set()
        self._answers: list[bytes] = []
        self._asked = 0
        _play_stores(self)
        _keep("longshore.cli.manual", "manual")
        _keep("longshore.decoding.json_schema", "schema_of")
        sys.addaudithook(self._watch)

    def fill(self, case: Case) -> None:
        """Make the folder that the case describes, and nothing else in it."""
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        for name, content in case.parts:
            if name not in OTHERS:
                self._make(name, content)
        self.expect(case)

    def expect(self, case: Case) -> None:
        """Let the secret store answer what the case says, from its first answer on."""
        self._answers, self._asked = case.other(STORE).split(b"\n"), 0

    def _make(self, name: str, content: bytes) -> None:
        link, wanted = name.startswith(LINK), name.removeprefix(LINK)
        path = os.path.normpath(os.path.join(self.folder, wanted))
        if not path.startswith(self.folder + os.sep) or "\0" in wanted:
            return
        try:
            place = path if name.endswith(FOLDER) else os.path.dirname(path)
            if not f"{os.path.realpath(place)}/".startswith(f"{self.folder}/") or os.path.islink(path):
                return  # a link that is there already leads elsewhere
            os.makedirs(place, exist_ok=True)
            if link:
                os.symlink(content[:200].replace(b"\0", b""), path)
            elif not name.endswith(FOLDER):
                with open(path, "wb") as file:
                    file.write(content)
        except (OSError, ValueError):
            return

    def written(self, case: Case) -> bytes:
        """Everything in files that the case did not bring, names too."""
        known = {os.path.normpath(name) for name, _ in case.parts}
        found = []
        for place, _, names in os.walk(self.folder):
            for name in names:
                path = os.path.join(place, name)
                if (
                    os.path.relpath(path, self.folder) not in known
                    and os.path.isfile(path)
                    and not os.path.islink(path)
                ):
                    with open(path, "rb") as file:
                        found.append(os.fsencode(name) + b"\n" + file.read())
        return b"\n".join(found)

    def answer(self) -> tuple[int, bytes]:
        """What the store says next: a status and a body; the last answer again when there are no more."""
        line = self._answers[min(self._asked, len(self._answers) - 1)] if self._answers else b""
        self._asked += 1
        status, _, body = line.partition(b" ")
        return (int(status) if status.isdigit() and len(status) == 3 else 200), body

    def _watch(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.closed:
            return
        if event == "open":
            path, mode, flags = arguments
            if isinstance(flags, int) and flags & _WRITES and not (isinstance(mode, str) and set(mode) <= set("rbt")):
                self._hold(path)
        elif event in _CHANGES:
            self._hold(arguments[0], arguments[-1] if event in _BELOW else -1)
        elif event in {"subprocess.Popen", "os.system", "os.exec", "os.fork", "os.posix_spawn", "socket.connect"}:
            raise Elsewhere(1, "no program and no network here")

    def _hold(self, path: Any, folder: int = -1) -> None:
        if isinstance(path, (str, bytes)) and path not in (os.devnull, b"/dev/null"):
            name = os.fsdecode(path) if folder < 0 else os.path.join(os.readlink(f"/proc/self/fd/{folder}"), path)
            real = os.path.join(os.path.realpath(os.path.dirname(name) or "."), os.path.basename(name))
            if real != self.folder and not real.startswith(self.folder + os.sep):
                raise Elsewhere(1, "not outside of the folder")


def _keep(module: str, name: str) -> None:
    """Let a slow function be called once for the same arguments, wherever it is imported."""
    real = getattr(import_module(module), name)
    kept = cache(real)
    for each in [each for key, each in sys.modules.items() if key.startswith("longshore.")]:
        if getattr(each, name, None) is real:
            setattr(each, name, kept)


class Body(io.BytesIO):
    """What urllib3 gives to botocore."""

    def stream(self, **_: Any) -> Any:
        yield self.read()


def _play_stores(world: World) -> None:
    """Let every request of boto3 and of hvac be answered by the case; clients are made once, which is slow."""
    import boto3  # noqa: PLC0415  half a second
    import requests  # noqa: PLC0415
    from botocore.awsrequest import AWSResponse  # noqa: PLC0415
    from botocore.httpsession import URLLib3Session  # noqa: PLC0415

    os.environ.update(AWS_ACCESS_KEY_ID="x", AWS_SECRET_ACCESS_KEY="x", AWS_DEFAULT_REGION="eu-west-1")
    time.sleep = lambda _seconds: None
    one = boto3.Session(region_name="eu-west-1")
    made = cache(one.client)
    sessions = type("Session", (), {"client": lambda _self, service, **_: made(service)})
    boto3.Session = lambda *_, **__: sessions()  # type: ignore[assignment, misc]

    def send(_session: Any, request: Any) -> AWSResponse:
        status, body = (200, ACCOUNT) if "sts." in request.url else world.answer()
        return AWSResponse(request.url, status, {"content-type": "application/x-amz-json-1.1"}, Body(body))

    def send_to_vault(_session: Any, request: Any, **_: Any) -> requests.Response:
        response = requests.Response()
        response.status_code, response._content = world.answer()
        response.url, response.request = request.url, request
        return response

    URLLib3Session.send = send
    requests.Session.send = send_to_vault  # type: ignore[method-assign]
