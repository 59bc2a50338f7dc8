"""Makes container images from files, and keeps them as a registry does; no build program, no download.

A layer is an uncompressed tar, an image a list of layers and the `config` that `docker inspect` shows, in the terms of
the OCI image specification (https://github.com/opencontainers/image-spec/blob/v1.1.1/config.md). An archive of images
is an OCI layout that is also what `docker load` takes, as `docker save` writes it since version 25.

    layer = make_layer({"app": Path("program"), "etc/motd": b"hello", "tmp": Folder(mode=0o1777)}, folder)
    image = Image("shop/api:1.0", (layer,), {"Entrypoint": ["/app"], "ExposedPorts": {"8080/tcp": {}}})
    write_archive([image], Path("api.tar"))
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import struct
import tarfile
import tempfile
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_MANIFEST: Final = "application/vnd.oci.image.manifest.v1+json"
_INDEX: Final = "application/vnd.oci.image.index.v1+json"
_CONFIG: Final = "application/vnd.oci.image.config.v1+json"
_LAYER: Final = "application/vnd.oci.image.layer.v1.tar"
_ARCHITECTURES: Final = {"x86_64": "amd64", "aarch64": "arm64"}


class Layer(NamedTuple):
    """A tar on disk; its `digest` is `sha256:…` of the file as it is."""

    path: Path
    digest: str
    size: int


class Image(NamedTuple):
    """An image under one name, as a compose file writes it. `config` has the specification's keys (`Entrypoint` …)."""

    name: str
    layers: tuple[Layer, ...]
    config: Mapping[str, Any]


class File(NamedTuple):
    """A file in a layer: from disk or from bytes. capabilities: numbers of those that whoever runs it gets."""

    content: Path | bytes
    mode: int = 0o644
    uid: int = 0
    gid: int = 0
    capabilities: tuple[int, ...] = ()


class Folder(NamedTuple):
    """A folder in a layer."""

    mode: int = 0o755
    uid: int = 0
    gid: int = 0


class Link(NamedTuple):
    """A symbolic link in a layer."""

    target: str


Content = Path | bytes | File | Folder | Link


def make_layer(files: Mapping[str, Content], folder: Path) -> Layer:
    """Write a layer of single files into `folder`, named by its digest; the same files make the same layer.

    files: what there is by its path in the image, without the leading slash. A bare `Path` is a program (mode 755),
        bare bytes are a file that all can read (644); both belong to root.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file, tarfile.open(fileobj=file, mode="w") as tar:
        for target, content in files.items():
            _add(tar, target, content)
    return adopt_layer(Path(file.name), folder)


def _add(tar: tarfile.TarFile, target: str, content: Content) -> None:
    entry = tarfile.TarInfo(target)
    if isinstance(content, Path):
        content = File(content, 0o755)
    elif isinstance(content, bytes):
        content = File(content)
    if isinstance(content, Link):
        entry.type, entry.linkname, entry.mode = tarfile.SYMTYPE, content.target, 0o777
        tar.addfile(entry)
        return
    entry.mode, entry.uid, entry.gid = content.mode, content.uid, content.gid
    if isinstance(content, Folder):
        entry.type = tarfile.DIRTYPE
        tar.addfile(entry)
        return
    if content.capabilities:
        entry.pax_headers = {"SCHILY.xattr.security.capability": _file_capabilities(content.capabilities)}
    if isinstance(content.content, bytes):
        entry.size = len(content.content)
        tar.addfile(entry, io.BytesIO(content.content))
    else:
        entry.size = content.content.stat().st_size
        with content.content.open("rb") as source:
            tar.addfile(entry, source)


def _file_capabilities(numbers: Iterable[int]) -> str:
    """Write the extended attribute as `setcap …=ep` does; each byte of it is one below 128, so it is text too.

    Source: https://github.com/torvalds/linux/blob/master/include/uapi/linux/capability.h (vfs_cap_data)
    """
    permitted = sum(1 << number for number in numbers)
    return struct.pack("<IIIII", 0x02000001, permitted, 0, 0, 0).decode("ascii")


def adopt_layer(tar: Path, folder: Path) -> Layer:
    """Take a finished tar into `folder` under the name of its digest."""
    with tar.open("rb") as source:
        digest = hashlib.file_digest(source, "sha256").hexdigest()
    path = folder / f"{digest}.tar"
    tar.replace(path)
    return Layer(path, f"sha256:{digest}", path.stat().st_size)


def full_name(name: str) -> str:
    """An image's name with all that Docker leaves out: `redis` is `docker.io/library/redis:latest`.

    https://github.com/distribution/reference/blob/v0.6.0/normalize.go has the rule: the first part is a registry if it
    has a dot or a colon or is `localhost`.
    """
    first, _, rest = name.partition("/")
    if not rest or not ("." in first or ":" in first or first == "localhost"):
        first, rest = "docker.io", name
    if first == "docker.io" and "/" not in rest:
        rest = f"library/{rest}"
    name = f"{first}/{rest}"
    return name if ":" in name.rpartition("/")[2] or "@" in name else f"{name}:latest"


class _Documents(NamedTuple):
    """The JSON texts of one image."""

    config: bytes
    manifest: bytes


def _digest(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def _platform() -> dict[str, str]:
    return {"architecture": _ARCHITECTURES[os.uname().machine], "os": "linux"}


def _documents(image: Image) -> _Documents:
    rootfs = {"type": "layers", "diff_ids": [x.digest for x in image.layers]}
    config = json.dumps({**_platform(), "config": dict(image.config), "rootfs": rootfs}).encode()
    manifest = {
        "schemaVersion": 2,
        "mediaType": _MANIFEST,
        "config": {"mediaType": _CONFIG, "digest": _digest(config), "size": len(config)},
        "layers": [{"mediaType": _LAYER, "digest": x.digest, "size": x.size} for x in image.layers],
    }
    return _Documents(config, json.dumps(manifest).encode())


def _blob(digest: str) -> str:
    return "blobs/" + digest.replace(":", "/")


def write_archive(images: Iterable[Image], path: Path) -> Path:
    """Write images into one archive: `docker load -i`, `ctr images import` and `Node.import_image` take it.

    Answers `path`. What images share is written once.
    """
    index, docker, blobs = [], [], dict[str, bytes | Path]()
    for image in images:
        config, manifest = _documents(image)
        blobs |= {_digest(config): config, _digest(manifest): manifest}
        blobs |= {x.digest: x.path for x in image.layers}
        name = full_name(image.name)
        annotations = {
            "io.containerd.image.name": name,
            "org.opencontainers.image.ref.name": name.rpartition(":")[2],
        }
        entry = {"mediaType": _MANIFEST, "digest": _digest(manifest), "size": len(manifest), "platform": _platform()}
        index.append({**entry, "annotations": annotations})
        layers = [_blob(x.digest) for x in image.layers]
        docker.append({"Config": _blob(_digest(config)), "RepoTags": [image.name], "Layers": layers})
    with tarfile.open(path, "w") as tar:
        for digest, content in blobs.items():
            _add(tar, _blob(digest), File(content))
        whole = {"schemaVersion": 2, "mediaType": _INDEX, "manifests": index}
        for file, document in (
            ("oci-layout", {"imageLayoutVersion": "1.0.0"}),
            ("index.json", whole),
            ("manifest.json", docker),
        ):
            _add(tar, file, json.dumps(document).encode())
    return path


class Store(NamedTuple):
    """Images in a folder, by name: what `tools.node.registry` answers from. Each is there as soon as it was added."""

    folder: Path

    def add(self, image: Image) -> None:
        """Take an image in; one of the same name is replaced, as by a push."""
        config, manifest = _documents(image)
        for content in (config, manifest):
            self._write(self.blob(_digest(content)), content)
        for layer in image.layers:
            target = self.blob(layer.digest)
            if not target.exists():
                _link(layer.path, target)
        self.tag(full_name(image.name), _digest(manifest))

    def add_archive(self, path: Path) -> list[str]:
        """Take in every image of an archive as `write_archive` and `docker save` write it; answers their names."""
        with tarfile.open(path) as tar:
            for entry in tar:
                if entry.isfile() and entry.name.startswith("blobs/sha256/"):
                    source = tar.extractfile(entry)
                    target = self.blob("sha256:" + entry.name.rpartition("/")[2])
                    if source and not target.exists():
                        self._write(target, source.read())
            index = json.loads(_read(tar, "index.json"))
        named = [(x["annotations"]["io.containerd.image.name"], x["digest"]) for x in index["manifests"]]
        for name, digest in named:
            self.tag(full_name(name), digest)
        return [name for name, _ in named]

    def tags(self) -> dict[str, str]:
        """The full name of every image → the digest of its manifest."""
        return {unquote(x.name): x.read_text() for x in (self.folder / "tags").glob("*")}

    def tag(self, name: str, digest: str | None) -> None:
        """Let a full name mean the image of that digest; without one it means none."""
        if digest:
            self._write(self._tag(name), digest.encode())
        else:
            self._tag(name).unlink(missing_ok=True)

    def blob(self, digest: str) -> Path:
        """Where a blob lies, there or not."""
        return self.folder / "blobs" / digest.removeprefix("sha256:")

    def find(self, repository: str, reference: str) -> bytes | None:
        """The manifest of `docker.io/library/redis` and `7` or `sha256:…`.

        An image may be kept under a pattern, such as `redis:*alpine*`; the longest that fits is it, a tag itself first.
        """
        if reference.startswith("sha256:"):
            blob = self.blob(reference)
            return blob.read_bytes() if blob.exists() else None
        exact = self._tag(f"{repository}:{reference}")
        patterns = sorted(self._tag(f"{repository}:").parent.glob(f"{exact.name[: -len(reference)]}*"), key=_length)
        fits = [x for x in patterns if fnmatchcase(reference, unquote(x.name).rpartition(":")[2])]
        found = exact if exact.exists() else next(iter(fits), None)
        return self.blob(found.read_text()).read_bytes() if found else None

    def _tag(self, name: str) -> Path:
        return self.folder / "tags" / quote(name, safe="")

    def _write(self, target: Path, content: bytes) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as file:
            file.write(content)
        os.replace(file.name, target)


def _length(path: Path) -> int:
    return -len(path.name)


def _link(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except FileExistsError:
        return
    except OSError:  # another file system
        shutil.copyfile(source, target)


def _read(tar: tarfile.TarFile, name: str) -> bytes:
    source = tar.extractfile(name)
    assert source, f"{name} is a file in every such archive"  # noqa: S101
    return source.read()
