"""From a canonical compose project to Kubernetes manifests: one descent of the model, one fold of effects.

Every leaf of the model reaches exactly one claim, or none. What no claim covers, and what a claim did not read, is
unsupported by construction: nothing is dropped in silence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import longshore.convert.attributes
import longshore.convert.policies
from longshore.convert.estate import Estate
from longshore.convert.fold import Fold
from longshore.convert.registry import Claim, Entry, claims_of, policies_of
from longshore.convert.secrets.withheld import withhold
from longshore.convert.view import View, leaves
from longshore.model import Conversion, Finding, LocalOnly, Origin, Path, Severity, Unsupported, path_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from longshore.compose import Project
    from longshore.convert.options import Options

CLAIMS = claims_of(longshore.convert.attributes)
POLICIES = policies_of(longshore.convert.policies)


class _Branch:
    """One step of the tree of claimed patterns."""

    __slots__ = ("children", "claim")

    def __init__(self) -> None:
        self.claim: Claim | None = None
        self.children: dict[str, _Branch] = {}

    def step(self, key: str | int) -> _Branch | None:
        """Follow one key: exact before `x-*` before `*`."""
        text = str(key)
        return (
            self.children.get(text)
            or (self.children.get("x-*") if text.startswith("x-") else None)
            or self.children.get("*")
        )


def _tree(claims: tuple[Claim, ...]) -> _Branch:
    root = _Branch()
    for claim in claims:
        branch = root
        for part in claim.pattern:
            branch = branch.children.setdefault(part, _Branch())
        if branch.claim:
            raise TypeError(f"{'.'.join(claim.pattern)} is claimed by {branch.claim.module} and {claim.module}")
        branch.claim = claim
    return root


TREE = _tree(CLAIMS)

_SERVICE = len(("services", "web"))


class _LateError(Exception):
    """There is no time left; `path` is what was to come next."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.path = path


def convert_project(project: Project, options: Options, late: Callable[[], bool] = lambda: False) -> Conversion:
    """Translate a loaded project. Pure: the same input gives the same output, byte for byte.

    late: asked between two services whether the time is over; then nothing is made but a finding with the place.

    Raises:
        TypeError: two rules wrote different values to one field, a bug that the message names both writers of.
    """
    try:
        return _converted(Estate(project, options), late)
    except _LateError as error:
        ended = Finding(
            "time-limit",
            Severity.ERROR,
            "converting took longer than it may, and ended here",
            "divide the project into several; `LONGSHORE_SECONDS=900` gives it more time, 0 lifts the bound",
            error.path,
        )
        return Conversion((), (ended,), {}, {}, {})


def _converted(estate: Estate, late: Callable[[], bool]) -> Conversion:
    fold, model = Fold(), estate.project.model
    for section, content in model.items():
        for key, child in content.items() if section == "services" else ():
            if late():
                raise _LateError((section, key))
            _descend({section: {key: child}}, TREE, (), estate, fold)
        if section != "services" or not content:
            _descend({section: content}, TREE, (), estate, fold)
    for name, policy in POLICIES:
        origin = Origin(policy=name)
        if policy.policy == "service":
            for service in estate:
                if late():
                    raise _LateError(service.path)
                fold.apply(policy(service), origin, service.path, service.allowed)
        else:
            fold.apply(policy(estate), origin, (), frozenset())
    return withhold(fold.conversion(estate.labels))


def _descend(value: Any, branch: _Branch | None, path: Path, estate: Estate, fold: Fold) -> None:
    if branch is not None and branch.claim:
        _translate(value, branch, path, estate, fold)
    elif isinstance(value, (dict, list)) and value:
        unmade = len(path) == _SERVICE and path[0] == "services" and path[1] in estate.absent
        for key, child in value.items() if isinstance(value, dict) else enumerate(value):
            below = branch.step(key) if branch else None
            if unmade and key != "provider":  # no container is made for the service; this says why
                fold.translate((LocalOnly(""),), (*path, key), leaves(child, (*path, key)), frozenset())
            else:
                _descend(child, below, (*path, key), estate, fold)
    elif branch is not None and branch.children:
        # An empty `services: {web: {}}`, `networks: {}` or `deploy: {}` says nothing; only attributes can be lost.
        fold.translate((), path, (path,), frozenset())
    else:
        _unclaimed(path, estate, fold)


def _translate(value: Any, branch: _Branch, path: Path, estate: Estate, fold: Fold) -> None:
    claim = branch.claim
    assert claim  # noqa: S101  the caller found it
    service = (estate.services.get(str(path[1])) or estate.absent[str(path[1])]) if path[0] == "services" else None
    place = service or Entry(path, estate)
    allowed = service.allowed if service else frozenset()
    if not value or not isinstance(value, (dict, list)):
        fold.translate(claim.rule(value, place), path, (path,), allowed)
        return
    seen = View(value)
    fold.translate(claim.rule(seen, place), path, leaves(value, path), allowed)
    for left in seen.unread():
        deeper = _deepest(branch, left)
        if deeper is None:
            _unclaimed((*path, *left), estate, fold)
    if branch.children:
        _below(value, branch, path, estate, fold)


def _below(value: Any, branch: _Branch, path: Path, estate: Estate, fold: Fold) -> None:
    """Translate what deeper claims cover inside a claimed value."""
    if not isinstance(value, (dict, list)):
        return
    for key, child in value.items() if isinstance(value, dict) else enumerate(value):
        below = branch.step(key)
        if below is not None and below.claim:
            _translate(child, below, (*path, key), estate, fold)
        elif below is not None:
            _below(child, below, (*path, key), estate, fold)


def _deepest(branch: _Branch, path: Path) -> Claim | None:
    """The claim below `branch` that covers `path`, if there is one."""
    for key in path:
        following = branch.step(key)
        if following is None:
            return None
        if following.claim:
            return following.claim
        branch = following
    return None


def _unclaimed(path: Path, estate: Estate, fold: Fold) -> None:
    service = estate.services.get(str(path[1])) if path[0] == "services" else None
    attribute = path_text(path[2:] if service else path)
    lost = Unsupported(f"`{attribute}` is not translated", code="unsupported")
    fold.translate((lost,), path, (path,), service.allowed if service else frozenset())
