"""The images in the node's registry, under the names that compose files use: Debian's programs, or one program for all.

Users, volumes, ports, entrypoints and stop signals are those of the official images, which are named beside each; what
runs is Debian's version of the program. `docs/testing.md` says what else differs. `program_image` makes an image of a
program that nobody has, such as a company's own: it listens, is healthy, ends and drains, and does nothing else.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tools.cluster.toolchain import provide
from tools.cluster.versions import cache_home
from tools.go_program import built
from tools.node import packages
from tools.node.images import Content, File, Folder, Image, Link, make_layer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tools.node.images import Layer

_HERE: Final = Path(__file__).parent
_BASE: Final = ("bash", "busybox", "curl", "gosu", "libc-bin", "netcat-openbsd", "procps")
_PATH: Final = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_APPLETS: Final = """
    [ awk base64 basename cat chgrp chmod chown cp cut date dd df dirname du echo egrep env expr false fgrep find
    grep gunzip gzip head hostname id ip killall ln ls md5sum mkdir mktemp mount mv netstat nslookup od
    pidof ping printf pwd readlink realpath rm rmdir sed seq sh sha256sum sleep sort stat stty
    sync tail tar tee telnet test timeout touch tr true tty umount uname uniq unzip usleep vi wc wget which
    whoami xargs yes
""".split()
_USERS: Final = {"root": 0, "daemon": 1, "bin": 2, "mail": 8, "www-data": 33, "nobody": 65534}


# Debian 12 and Ubuntu 24.04 have one of these each, Debian 13 the third.
_POSTGRES_PROGRAMS: Final = tuple(f"/usr/lib/postgresql/{version}/bin" for version in (15, 16, 17))


class Standin(NamedTuple):
    """One image: `packages` of Debian under `names`, which may end in `:*` or `:*alpine*`.

    users: of its own, with their numbers. files: in its top layer. config: as `docker inspect` shows it.
    """

    names: tuple[str, ...]
    packages: tuple[str, ...]
    users: Mapping[str, int]
    files: Mapping[str, Content]
    config: Mapping[str, Any]


def _script(name: str) -> File:
    return File(_HERE / "entrypoints" / name, 0o755)


def _ports(*ports: int) -> dict[str, dict[str, str]]:
    return {f"{port}/tcp": {} for port in ports}


def _postgres(names: Sequence[str], uid: int) -> Standin:
    """https://github.com/docker-library/postgres/blob/master/Dockerfile-debian.template, and -alpine for user 70."""
    return Standin(
        tuple(names),
        ("postgresql",),
        {"postgres": uid},
        {
            "usr/local/bin/docker-entrypoint.sh": _script("postgres.sh"),
            "docker-entrypoint-initdb.d": Folder(),
            "var/lib/postgresql": Folder(0o755, uid, uid),
            "var/lib/postgresql/data": Folder(0o1777, uid, uid),
            "var/run/postgresql": Folder(0o3777, uid, uid),
        },
        {
            "Entrypoint": ["docker-entrypoint.sh"],
            "Cmd": ["postgres"],
            "Env": [":".join([_PATH, *_POSTGRES_PROGRAMS]), "PGDATA=/var/lib/postgresql/data", "LANG=C.UTF-8"],
            "Volumes": {"/var/lib/postgresql/data": {}},
            "ExposedPorts": _ports(5432),
            "StopSignal": "SIGINT",
        },
    )


# https://github.com/redis/docker-library-redis/blob/master/debian/Dockerfile
_REDIS: Final = Standin(
    ("redis:*", "valkey/valkey:*"),
    ("redis-server",),
    {"redis": 999},
    {"usr/local/bin/docker-entrypoint.sh": _script("redis.sh"), "data": Folder(0o755, 999, 999)},
    {
        "Entrypoint": ["docker-entrypoint.sh"],
        "Cmd": ["redis-server"],
        "Env": [_PATH],
        "WorkingDir": "/data",
        "Volumes": {"/data": {}},
        "ExposedPorts": _ports(6379),
    },
)
# https://github.com/nginx/docker-nginx/blob/master/stable/debian/Dockerfile
_NGINX: Final = Standin(
    ("nginx:*",),
    ("nginx-light", "gettext-base"),
    {"nginx": 101},
    {
        "docker-entrypoint.sh": _script("nginx.sh"),
        "docker-entrypoint.d": Folder(),
        "etc/nginx/conf.d": Folder(),
        "etc/nginx/conf.d/default.conf": b"server {\n    listen 80;\n    root /usr/share/nginx/html;\n}\n",
        "etc/nginx/nginx.conf": (
            b"user nginx;\nworker_processes auto;\nerror_log /var/log/nginx/error.log notice;\npid /run/nginx.pid;\n"
            b"events {\n    worker_connections 1024;\n}\nhttp {\n    include /etc/nginx/mime.types;\n"
            b"    default_type application/octet-stream;\n    access_log /var/log/nginx/access.log;\n"
            b"    sendfile on;\n    keepalive_timeout 65;\n    include /etc/nginx/conf.d/*.conf;\n}\n"
        ),
        "usr/share/nginx/html": Folder(),
        "usr/share/nginx/html/index.html": b"<title>Welcome to nginx!</title>\n",
        "var/cache/nginx": Folder(0o755, 101, 101),
        "var/lib/nginx": Link("/var/cache/nginx"),  # where Debian's has its temporary files
        "var/log/nginx": Folder(),
        "var/log/nginx/access.log": Link("/dev/stdout"),
        "var/log/nginx/error.log": Link("/dev/stderr"),
    },
    {
        "Entrypoint": ["/docker-entrypoint.sh"],
        "Cmd": ["nginx", "-g", "daemon off;"],
        "Env": [_PATH],
        "ExposedPorts": _ports(80),
        "StopSignal": "SIGQUIT",
    },
)
# https://github.com/MariaDB/mariadb-docker/blob/master/Dockerfile.template; it takes MySQL's variables too
_MARIADB: Final = Standin(
    ("mariadb:*", "mysql:*"),
    ("mariadb-server",),
    {"mysql": 999},
    {
        "usr/local/bin/docker-entrypoint.sh": _script("mariadb.sh"),
        "usr/local/bin/healthcheck.sh": _script("mariadb-health.sh"),
        "usr/bin/mysql": Link("mariadb"),
        "usr/bin/mysqladmin": Link("mariadb-admin"),
        "usr/bin/mysqldump": Link("mariadb-dump"),
        "usr/sbin/mysqld": Link("mariadbd"),
        "docker-entrypoint-initdb.d": Folder(),
        "etc/mysql/conf.d": Folder(),
        # Debian's listens on 127.0.0.1; the image's on every address, and it knows no host names.
        "etc/mysql/mariadb.conf.d/zz-image.cnf": b"[mariadbd]\nbind-address=*\nskip-name-resolve\n",
        "var/lib/mysql": Folder(0o755, 999, 999),
        "run/mysqld": Folder(0o1777, 999, 999),
    },
    {
        "Entrypoint": ["docker-entrypoint.sh"],
        "Cmd": ["mariadbd"],
        "Env": [_PATH, "LANG=C.UTF-8"],
        "Volumes": {"/var/lib/mysql": {}},
        "ExposedPorts": _ports(3306),
    },
)
_PLAIN: Final = Standin(
    ("debian:*", "ubuntu:*", "alpine:*", "curlimages/curl:*"), (), {}, {}, {"Cmd": ["bash"], "Env": [_PATH]}
)
_BUSYBOX: Final = Standin(("busybox:*",), (), {}, {}, {"Cmd": ["sh"], "Env": [_PATH]})
STANDINS: Final = (
    _postgres(["postgres:*alpine*"], 70),
    _postgres(["postgres:*"], 999),
    _REDIS,
    _NGINX,
    _MARIADB,
    _PLAIN,
    _BUSYBOX,
)


def standin_images() -> list[Image]:
    """Every image of the table above; its layers are made once and kept.

    Raises:
        NotInstallableError: apt cannot give the packages.
    """
    base = _base()
    found = []
    for each in STANDINS:
        own = [packages.layer(each.packages, _BASE)] if each.packages else []
        top = _layer({**_accounts(each.users), **each.files})
        found += [Image(name, (base[0], *own, base[1], top), each.config) for name in each.names]
    return found


class Role(NamedTuple):
    """What `program_image` plays. listen: `http`, `https` or `grpc` by port.

    programs: names or paths under which it lies in the image. checks: beginnings of command lines that are health
    checks (`node -e`). ends: words of command lines that do something once, each with the address that it dials first,
    or "". user: as in a Dockerfile's `USER`.
    """

    listen: Mapping[int, str] = {}
    programs: Sequence[str] = ()
    checks: Sequence[str] = ()
    ends: Mapping[str, str] = {}
    user: str = ""


def program_image(name: str, role: Role, **environment: str) -> Image:
    """An image whose every program is the stand-in, with a shell, curl and busybox beside it.

    It answers on every path with its host and the variable VERSION; `/standin/unready`, `/standin/crash` and
    `/standin/allocate?mib=64` make it do so. `/standin load URL …` makes load until its stdin ends
    (`tools/node/standin/load.go`).
    """
    at = [x.lstrip("/") if x.startswith("/") else f"usr/local/bin/{x}" for x in role.programs]
    links: dict[str, Content] = {x: Link("/standin") for x in at}
    listen = {str(port): kind for port, kind in role.listen.items()}
    played = {"listen": listen, "checks": list(role.checks), "ends": dict(role.ends)}
    top = {**_accounts({"app": 1000}), **links, "etc/standin.json": json.dumps(played).encode()}
    config = {
        "Entrypoint": ["/standin"],
        "Env": [_PATH, *(f"{x}={y}" for x, y in environment.items())],
        "User": role.user,
        "WorkingDir": "/",
    }
    return _on_base(name, {"standin": standin_program()}, top, config)


def vault_image(name: str) -> Image:
    """The real Vault, with the login for Kubernetes under the name by which the official image has it built in.

    https://github.com/hashicorp/vault/blob/v1.21.2/Dockerfile

    Raises:
        ToolsMissingError: it is not built and cannot be.
    """
    found = provide(["vault", "vault-plugin-auth-kubernetes"])
    programs = {
        "opt/vault/vault": found["vault"],
        "opt/vault/plugins/kubernetes": found["vault-plugin-auth-kubernetes"],
    }
    top = {**_accounts({"vault": 100}), "usr/local/bin/vault": _script("vault.sh")}
    return _on_base(name, programs, top, {"Cmd": ["vault", "server", "-dev"], "Env": [_PATH]})


def _on_base(
    name: str, programs: Mapping[str, Content], top: Mapping[str, Content], config: Mapping[str, Any]
) -> Image:
    """An image of programs that are large, and of small files above them, both on Debian's."""
    base = _base()
    return Image(name, (base[0], _layer(programs), base[1], _layer(top)), config)


def standin_program() -> Path:
    """The program, built."""
    return built(_HERE / "standin", "standin")


def _base() -> tuple[Layer, Layer]:
    """Below everything: Debian's C library, a shell, curl; then what its scripts of installation would have made."""
    applets: dict[str, Content] = {f"usr/bin/{x}": Link("busybox") for x in _APPLETS}
    merged: dict[str, Content] = {x: Link(f"usr/{x}") for x in ("bin", "sbin", "lib", "lib64")}
    folders: dict[str, Content] = {x: Folder() for x in ("etc", "home", "opt", "proc", "run", "srv", "sys", "var/log")}
    special: dict[str, Content] = {
        "tmp": Folder(0o1777),
        "var/tmp": Folder(0o1777),
        "var/run": Link("/run"),
        "root": Folder(0o700),
        "usr/bin/nc": Link("nc.openbsd"),
        "etc/os-release": b'ID=debian\nPRETTY_NAME="Debian GNU/Linux, in part"\n',
    }
    return packages.layer(_BASE), _layer({**merged, **folders, **special, **applets})


def _accounts(own: Mapping[str, int]) -> dict[str, Content]:
    users = {**_USERS, **own}
    passwd = "".join(f"{name}:x:{uid}:{uid}::/root:/bin/sh\n" for name, uid in users.items())
    group = "".join(f"{name}:x:{uid}:\n" for name, uid in users.items())
    return {"etc/passwd": passwd.encode(), "etc/group": group.encode()}


def _layer(files: Mapping[str, Content]) -> Layer:
    return make_layer(files, cache_home() / "images")
