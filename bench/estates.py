"""Makes compose estates of any size with the shape of a real one: the same seed gives the same text.

Ten services are a product: a database and a cache with volumes, four APIs, two workers, a scheduler, a migration.
How often each setting occurs is counted from examples/marketplace, which has 43 services, 12 environment entries and
36 values a service: `healthcheck` on three of four, `depends_on` on two of three, `init` and `security_opt` on half,
limits on a third; short and long syntax side by side, fragments shared by anchors and merge keys.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

SEED = 20241101
PRODUCTS = ("catalog", "search", "cart", "orders", "payments", "users", "reviews", "media", "sellers", "shipping")
ROLES = ("api", "admin-api", "feed-api", "report-api", "worker", "import-worker", "scheduler", "migrate", "db", "cache")

SHARES = {"expose": 0.8, "init": 0.6, "command": 0.4, "deploy": 0.3, "labels": 0.2, "hardened": 0.2}
"""Of the services that may have it, so many have it."""

FRAGMENTS = {
    "logging": """\
driver: json-file
options: {max-size: "20m", max-file: "5"}
""",
    "healthcheck": """\
interval: 15s
timeout: 3s
retries: 5
start_period: 30s
""",
    "env": """\
APP_ENV: ${APP_ENV:-production}
LOG_LEVEL: ${LOG_LEVEL:-info}
PUBLIC_URL: ${PUBLIC_URL:-https://shop.example.com}
REDIS_URL: redis://:${REDIS_PASSWORD:?set REDIS_PASSWORD in .env}@redis.example.com:6379/0
AMQP_URL: amqp://${AMQP_USER:-shop}:${AMQP_PASSWORD:?set AMQP_PASSWORD in .env}@rabbitmq.example.com:5672/shop
INTERNAL_API_TOKEN: ${INTERNAL_API_TOKEN:?set INTERNAL_API_TOKEN in .env}
SENTRY_DSN: ${SENTRY_DSN:-}
OTEL_EXPORTER_OTLP_ENDPOINT: http://otel-collector.example.com:4317
""",
}
DOTENV = """\
APP_ENV=staging
TAG=2024.11.3
INTERNAL_API_TOKEN=bench-token-that-is-no-secret
DB_PASSWORD=bench-password-that-is-no-secret
REDIS_PASSWORD=bench-password-that-is-no-secret
AMQP_PASSWORD=bench-password-that-is-no-secret
S3_ACCESS_KEY_ID=bench-key-that-is-no-secret
S3_SECRET_ACCESS_KEY=bench-key-that-is-no-secret
"""


class Estate(NamedTuple):
    """A generated estate: its folder, its compose file, the number of services and of lines."""

    folder: Path
    file: Path
    services: int
    lines: int


def write(folder: Path, services: int, *, anchors: bool) -> Estate:
    """Write an estate into `folder`. anchors: share fragments by alias, as people do; else each is written out."""
    folder.mkdir(parents=True, exist_ok=True)
    text = compose(services, anchors=anchors)
    file = folder / "compose.yaml"
    file.write_text(text)
    (folder / ".env").write_text(DOTENV)
    return Estate(folder, file, services, text.count("\n"))


def compose(services: int, *, anchors: bool) -> str:
    """Write the compose file itself."""
    random = Random(SEED)  # noqa: S311  no secret, and it has to repeat
    parts = ["name: bench\n"]
    if anchors:
        parts += [f"x-{name}: &{name}\n{_indented(text, 2)}\n" for name, text in FRAGMENTS.items()]
    parts.append("services:\n")
    volumes: list[str] = []
    for number in range(services):
        group, role = divmod(number, len(ROLES))
        product = f"{PRODUCTS[group % len(PRODUCTS)]}-{group // len(PRODUCTS)}"
        lines = _service(product, ROLES[role], random, anchors=anchors)
        parts.append("\n".join(lines) + "\n")
        if ROLES[role] in {"db", "cache"}:
            volumes.append(f"{product}-{ROLES[role]}-data")
    parts.append("networks:\n  frontend: {}\n  backend: {}\n")
    parts.append("".join(["volumes:\n", *(f"  {volume}: {{}}\n" for volume in volumes)]) if volumes else "")
    return "".join(parts)


def _indented(text: str, columns: int) -> str:
    return "\n".join(" " * columns + line for line in text.splitlines())


def _merged(name: str, *, anchors: bool) -> str:
    """Entries of a mapping at column 6: a fragment, shared or written out."""
    return f"      <<: *{name}" if anchors else _indented(FRAGMENTS[name], 6)


def _service(product: str, role: str, random: Random, *, anchors: bool) -> list[str]:
    if role == "db":
        return _database(product, anchors=anchors)
    if role == "cache":
        return _cache(product, anchors=anchors)
    lines = [
        f"  {product}-{role}:",
        f"    image: registry.example.com/shop/{product}-{role}:${{TAG:-latest}}",
        '    restart: "no"' if role == "migrate" else "    restart: unless-stopped",
        *_logging(anchors=anchors),
        *_environment(product, role, random, anchors=anchors),
        *_dependencies(product, role),
    ]
    if role.endswith("api"):
        port = 8000 + random.randrange(80)
        lines += (
            [f'    expose: ["{port}"]']
            if random.random() < SHARES["expose"]
            else ["    ports:", f'      - "127.0.0.1:{port}:{port}"']
        )
        lines += _healthcheck(f"curl -fsS http://localhost:{port}/healthz || exit 1", anchors=anchors)
    elif role.endswith("worker"):
        lines += _healthcheck("pgrep -f worker", anchors=anchors)
    lines += _sometimes(role, product, random)
    lines.append("    networks: [frontend, backend]" if role.endswith("api") else "    networks: [backend]")
    return lines


def _logging(*, anchors: bool) -> list[str]:
    return ["    logging: *logging"] if anchors else ["    logging:", _indented(FRAGMENTS["logging"], 6)]


def _environment(product: str, role: str, random: Random, *, anchors: bool) -> list[str]:
    return [
        "    environment:",
        _merged("env", anchors=anchors),
        f"      SERVICE_NAME: {product}-{role}",
        f"      DATABASE_URL: postgres://app:${{DB_PASSWORD}}@{product}-db:5432/{product}",
        f"      CACHE_HOST: {product}-cache",
        "      S3_ENDPOINT: http://minio.example.com:9000",
        f"      S3_BUCKET: {product}",
        "      S3_ACCESS_KEY_ID: ${S3_ACCESS_KEY_ID}",
        "      S3_SECRET_ACCESS_KEY: ${S3_SECRET_ACCESS_KEY}",
        *(
            f'      FEATURE_{flag}: "{random.choice(("on", "off", "5", "0.25"))}"'
            for flag in range(random.randrange(5))
        ),
    ]


def _dependencies(product: str, role: str) -> list[str]:
    lines = ["    depends_on:", f"      {product}-db:", "        condition: service_healthy"]
    if role != "migrate":
        lines += [f"      {product}-migrate:", "        condition: service_completed_successfully"]
    return lines


def _healthcheck(test: str, *, anchors: bool) -> list[str]:
    return ["    healthcheck:", _merged("healthcheck", anchors=anchors), f"      test: {test}"]


def _sometimes(role: str, product: str, random: Random) -> list[str]:
    lines: list[str] = []
    if random.random() < SHARES["init"]:
        lines += ["    init: true", "    security_opt: [no-new-privileges:true]"]
    if random.random() < SHARES["command"]:
        threads = random.randrange(1, 9)
        lines.append(f'    command: ["serve", "--role", "{role}", "--threads", "{threads}"]')
    if random.random() < SHARES["deploy"]:
        memory = random.choice((128, 256, 512, 768))
        lines += [
            "    deploy:",
            f"      replicas: {random.choice((1, 1, 2, 3))}",
            "      resources:",
            f'        limits: {{cpus: "{random.choice(("0.25", "0.5", "1.0"))}", memory: {memory}M}}',
            f"        reservations: {{memory: {memory // 2}M}}",
        ]
    if random.random() < SHARES["labels"]:
        lines += ["    labels:", f"      com.example.team: {product}", "      com.example.tier: backend"]
    if random.random() < SHARES["hardened"]:
        lines += ["    stop_grace_period: 45s", '    user: "10001:10001"', "    read_only: true", "    tmpfs: [/tmp]"]
    return lines


def _database(product: str, *, anchors: bool) -> list[str]:
    return [
        f"  {product}-db:",
        "    image: postgres:16.4-alpine",
        "    restart: unless-stopped",
        *_logging(anchors=anchors),
        "    environment:",
        f"      - POSTGRES_DB={product}",
        "      - POSTGRES_USER=app",
        "      - POSTGRES_PASSWORD=${DB_PASSWORD}",
        f"    volumes: [{product}-db-data:/var/lib/postgresql/data]",
        *_healthcheck("pg_isready -U app", anchors=anchors),
        "    shm_size: 256m",
        "    stop_grace_period: 1m",
        "    mem_limit: 1g",
        "    networks: [backend]",
    ]


def _cache(product: str, *, anchors: bool) -> list[str]:
    return [
        f"  {product}-cache:",
        "    image: redis:7.4.1-alpine",
        "    restart: always",
        *_logging(anchors=anchors),
        "    command: redis-server --requirepass ${REDIS_PASSWORD} --appendonly yes",
        "    volumes:",
        "      - type: volume",
        f"        source: {product}-cache-data",
        "        target: /data",
        *_healthcheck("redis-cli ping", anchors=anchors),
        "    mem_limit: 256m",
        "    networks: [backend]",
    ]
