"""Pulumi's command line: the one on PATH, or the official release of our version, in the project's own folder."""

from __future__ import annotations

import hashlib
import platform
import shutil
import tarfile
from importlib.metadata import version
from pathlib import Path
from typing import Final

import httpx

RELEASES: Final = "https://github.com/pulumi/pulumi/releases/download"
SYSTEMS: Final = {"Linux": "linux", "Darwin": "darwin"}
MACHINES: Final = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}


class CannotInstallError(Exception):
    """Why there is no engine, in one sentence, and what to do instead."""


def find(home: Path) -> Path | None:
    """The folder of `pulumi`: that on PATH, or the one installed in `home` before; None where there is neither."""
    on_path = shutil.which("pulumi")
    if on_path:
        return Path(on_path).parent
    own = home / f"pulumi-{wanted()}"
    return own if (own / "pulumi").is_file() else None


def wanted() -> str:
    """Our version of the engine: that of the SDK in requirements.txt."""
    return version("pulumi")


def archive() -> str:
    """File name of the release for this machine.

    Raises:
        CannotInstallError: there is none.
    """
    system, machine = platform.system(), platform.machine().lower()
    if system not in SYSTEMS or machine not in MACHINES:
        raise CannotInstallError(f"Pulumi has no release for {system} on {machine} that we know of; install it by hand")
    return f"pulumi-v{wanted()}-{SYSTEMS[system]}-{MACHINES[machine]}.tar.gz"


def install(home: Path, releases: str = RELEASES) -> Path:
    """Download the release, check it against the published checksums, and unpack it below `home`.

    Raises:
        CannotInstallError: it can't be downloaded, or is not what was published.
    """
    name, target = archive(), home / f"pulumi-{wanted()}"
    home.mkdir(parents=True, exist_ok=True)
    downloaded = home / name
    try:
        with httpx.Client(follow_redirects=True, timeout=60) as client:
            sums = client.get(f"{releases}/v{wanted()}/pulumi-{wanted()}-checksums.txt").raise_for_status().text
            _download(client, f"{releases}/v{wanted()}/{name}", downloaded)
        _compare(downloaded, name, sums)
        unpacked = home / f"{target.name}.part"
        shutil.rmtree(unpacked, ignore_errors=True)
        with tarfile.open(downloaded) as tar:
            tar.extractall(unpacked, filter="data")
        # The archive holds one folder, `pulumi`; moved as a whole, so that half of it is never found.
        (unpacked / "pulumi").rename(target)
        unpacked.rmdir()
    except httpx.HTTPError as error:
        raise CannotInstallError(
            f"Pulumi {wanted()} can't be downloaded from {releases} ({type(error).__name__}); "
            "put a `pulumi` on PATH and try again"
        ) from None
    finally:
        downloaded.unlink(missing_ok=True)
    return target


def _download(client: httpx.Client, url: str, target: Path) -> None:
    with client.stream("GET", url) as response, target.open("wb") as file:
        response.raise_for_status()
        for chunk in response.iter_bytes(1 << 20):
            file.write(chunk)


def _compare(file: Path, name: str, sums: str) -> None:
    published = {line.split()[1].lstrip("*./"): line.split()[0] for line in sums.splitlines() if len(line.split()) > 1}
    with file.open("rb") as opened:
        found = hashlib.file_digest(opened, "sha256").hexdigest()
    if published.get(name) != found:
        raise CannotInstallError(
            f"{name} does not have the SHA-256 that was published for it, so it was thrown away; try again, "
            "and if it stays so, do not trust the network you are in"
        )
