"""Layers out of Debian packages: what a program needs to run, unpacked, and nothing that installs or explains it.

`apt-get` resolves and downloads them from the archives that this machine uses; no script of a package runs, so users
and folders that an image needs are the image's own to make.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tarfile
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tools.cluster.versions import cache_home
from tools.node import debian
from tools.node.images import Layer, adopt_layer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# What only installs, configures or explains, and what is as good as never loaded: nothing here starts as a service, the
# compiler of Postgres is switched off, and iproute2 comes with nginx for a script of its package.
_LEFT_OUT: Final = re.compile(
    r"perl.*|libperl.*|lib.*-perl|debconf|dpkg|tar|adduser|passwd|usrmerge|init-system-helpers|sysvinit-utils|lsb-base"
    r"|ucf|sensible-utils|gcc-.*-base|libllvm.*|libz3-.*|locales|libc-l10n|.*-client-common|postgresql-common.*|ssl-cert"
    r"|openssl|gawk|mawk|original-awk|libmpfr.*|libsigsegv.*|iproute2|libbpf.*|libelf.*|rsync|socat|lsof|psmisc|debianutils"
    r"|galera.*|libsemanage.*|libsepol.*|mount|login|e2fsprogs|util-linux.*|cloud-init|tzdata-legacy|libicu-le.*"
)
_UNREAD: Final = re.compile(
    r"usr/share/(doc|man|locale|info|lintian|bash-completion|bug|perl5|mysql/(?!english|charsets|fill|mysql|maria)[^/]+)/.*"
    r"|usr/lib/[^/]+/gconv/.*|usr/lib/postgresql/[^/]+/lib/(bitcode/.*|llvmjit.*)|usr/share/zoneinfo/(right|posix)/.*"
    r"|(etc/(init|logrotate|default|cron|apparmor|apt|systemd|sysctl|pam)\.?d?|usr/lib/systemd|var/lib/(dpkg|apt))/.*"
    r"|usr/bin/(aria|myisam|mariadb-(?!admin|check|dump$|install-db)|perror|innochecksum|pgbench).*"
)
_MERGED: Final = ("bin", "sbin", "lib", "lib64", "lib32", "libx32")


def layer(packages: Sequence[str], beneath: Sequence[str] = ()) -> Layer:
    """A layer of packages and all that they need, without what those `beneath` bring.

    It is made once and kept; whoever wants newer versions of the packages removes `cache_home() / "images"`.

    Raises:
        NotInstallableError: apt does not have one of them.
    """
    folder = cache_home() / "images"
    recipe = "\n".join([*packages, "", *beneath, "", _LEFT_OUT.pattern, _UNREAD.pattern])
    known = folder / "recipes" / hashlib.sha256(recipe.encode()).hexdigest()
    if not known.exists():
        known.parent.mkdir(parents=True, exist_ok=True)
        known.write_text(_make(packages, beneath, folder).path.stem)
    path = folder / f"{known.read_text()}.tar"
    return Layer(path, f"sha256:{path.stem}", path.stat().st_size)


def _make(packages: Sequence[str], beneath: Sequence[str], folder: Path) -> Layer:
    print(f"unpacking {' '.join(packages)} for images of the node (once)", file=sys.stderr, flush=True)
    below = set(_closure(tuple(beneath))) if beneath else set()
    wanted = [x for x in _closure(tuple(packages)) if x not in below]
    with tempfile.TemporaryDirectory(dir=folder) as downloads:
        _apt(["apt-get", "download", "-q", *wanted], Path(downloads))
        joined = Path(downloads) / "joined"
        with tarfile.open(joined, mode="w") as tar:
            _join(sorted(Path(downloads).glob("*.deb")), tar)
        return adopt_layer(joined, folder)


def _apt(command: Sequence[str], folder: Path | None = None) -> str:
    environment = {**os.environ, "PATH": debian.PATH, "LC_ALL": "C"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise debian.NotInstallableError(f"`{' '.join(command)}` failed: {done.stderr.strip()[-300:]}")
    return done.stdout


@cache
def _closure(packages: tuple[str, ...]) -> list[str]:
    """`name=version` of all that apt would install on a machine that has nothing, in its order."""
    with tempfile.NamedTemporaryFile() as nothing:
        options = [f"Dir::State::status={nothing.name}", "APT::Install-Recommends=false", "Debug::NoLocking=1"]
        flags = [word for x in options for word in ("-o", x)]
        said = _apt(["apt-get", "install", "--simulate", *flags, *packages])
    found = re.findall(r"^Inst (\S+) \((\S+)", said, re.MULTILINE)
    return [f"{name}={version}" for name, version in found if not _LEFT_OUT.fullmatch(name)]


def _join(archives: Sequence[Path], tar: tarfile.TarFile) -> None:
    """The files of packages in one tar, each path once, with `/bin` and its like as links into `/usr`."""
    seen: set[str] = set()
    for archive in archives:
        command = ["dpkg-deb", "--fsys-tarfile", str(archive)]
        with (
            subprocess.Popen(command, stdout=subprocess.PIPE) as process,
            tarfile.open(fileobj=process.stdout, mode="r|") as source,
        ):
            for entry in _kept(source, seen):
                tar.addfile(entry, source.extractfile(entry) if entry.isfile() else None)


def _kept(source: tarfile.TarFile, seen: set[str]) -> Iterator[tarfile.TarInfo]:
    for entry in source:
        entry.name = _merged(entry.name)
        if entry.islnk():
            entry.linkname = _merged(entry.linkname)
        skipped = not entry.name or entry.name in seen or entry.name in _MERGED
        if not skipped and not _UNREAD.fullmatch(entry.name):
            seen.add(entry.name)
            yield entry


def _merged(name: str) -> str:
    name = name.removeprefix("./").rstrip("/")
    return f"usr/{name}" if name.partition("/")[0] in _MERGED and "/" in name else name
