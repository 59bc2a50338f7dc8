"""What `longshore secrets` needs of a secret store, whichever it is.

A remote secret is a JSON object of strings under a path such as `dev/shop/orders-api`, and every write makes a new
version of it. Writes are compare-and-swap: they fail when somebody else wrote since what they are based on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from longshore.errors import UNREACHED, Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from longshore.stores.value import Value

AT_ONCE: Final = 8
"""Reads at the same time: a stack of fifty secrets is compared in a second or two."""

MISSHAPEN = (AttributeError, LookupError, TypeError, ValueError, ArithmeticError, RuntimeError)
"""What comes of reading an answer that has not the form that its service documents; wrapped around nothing else.

botocore calls a time that no calendar has a RuntimeError, and endless brackets are one.
"""

MOST_PAGES = 1000
"""Of a list; a store that never comes to the end of one is not waited for."""


class BackendError(Refused):
    """The backend refused, or was not reached. Its own message is told only where it cannot quote a value."""

    def __init__(self, message: str, help: str = "") -> None:  # noqa: A002  the word users see
        super().__init__(message, help, UNREACHED)


class Misshapen(BackendError):  # noqa: N818
    """What answered is not what it should be: a proxy, a login page, another service. The answer is never quoted."""

    def __init__(self, what: str, service: str) -> None:
        super().__init__(
            f"can't {what}: the answer is none that {service} gives",
            "see what answers at its address: a proxy, perhaps",
        )


class Changed(BackendError):  # noqa: N818  it reads as what it means where it is raised
    """Somebody else wrote a new version between our reading and our writing; ours was not written."""


class Denied(BackendError):  # noqa: N818
    """We have no right to do this."""


class Deleted(BackendError):  # noqa: N818
    """The secret is scheduled for deletion: it has no value until it is restored, and its name is taken."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path} is scheduled for deletion", "`longshore secrets push --restore` takes that back")
        self.path = path


class Version(NamedTuple):
    """One version of a remote secret. `created` is None where the backend does not tell."""

    id: str
    created: datetime | None = None
    current: bool = False


class Described(NamedTuple):
    """What is known of a remote secret without reading a value.

    version: id of the current one, empty where none is. previous: the one that a rollback goes to. keys: names of the
    keys in the current version; None where it was not `longshore secrets push` that wrote it. deleted: it will be gone
    at that time, and has no value until it is restored.
    """

    version: str
    previous: str = ""
    keys: frozenset[str] | None = None
    deleted: datetime | None = None


class Content(NamedTuple):
    """The values of one version. `odd`: keys whose value is no text, which the operator would change in passing."""

    version: str
    values: Mapping[str, Value]
    odd: frozenset[str] = frozenset()


EMPTY = Content("", {})


class Backend(Protocol):
    """One secret store of one stack. Every method may raise BackendError."""

    def place(self) -> str:
        """Say where values go, after asking the backend who we are: `AWS account 123456789012, eu-west-1`."""
        ...

    def describe(self, path: str) -> Described | None:
        """Describe a remote secret; None where there is none."""
        ...

    def read(self, path: str, version: str = "") -> Content:
        """Read a version (empty: the current one); EMPTY where there is none."""
        ...

    def write(self, path: str, values: Mapping[str, Value], base: str) -> str:
        """Make a new version and give its id; `base` is the version it is based on, empty for none.

        Raises:
            Changed: the current version is another than `base`; nothing was written.
        """
        ...

    def roll_back(self, path: str, to: str, base: str) -> str:
        """Make the content of version `to` current again, and give the id of the version that is current then.

        Raises:
            Changed: the current version is another than `base`; nothing was changed.
        """
        ...

    def restore(self, path: str) -> None:
        """Take back the deletion of a secret."""
        ...

    def versions(self, path: str) -> tuple[Version, ...]:
        """List the versions that can still be read, the newest first."""
        ...

    def paths(self, prefix: str) -> Iterable[str] | None:
        """List the remote secrets below `prefix`; None where we may not list."""
        ...
