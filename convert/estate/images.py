"""Image references, and what is known of images that everybody uses: no registry is asked.

Docker learns the user and the stop signal from the image; Kubernetes must be told the first before it admits a pod
that may not run as root. For images that are not listed here nothing is assumed.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple


class Image(NamedTuple):
    """The parts of `registry/repository:tag@digest`; tag and digest are empty where they are not given."""

    repository: str
    tag: str
    digest: str

    @property
    def short(self) -> str:
        """The repository as people say it: without Docker Hub's host and `library/`."""
        return self.repository.removeprefix("docker.io/").removeprefix("library/")

    @property
    def mutable(self) -> bool:
        """May the same reference name another image tomorrow by design? No tag and `latest` do."""
        return not self.digest and self.tag in {"", "latest"}


@lru_cache(maxsize=1024)
def parse(reference: str) -> Image:
    """Split an image reference.

    Source: https://github.com/distribution/reference/blob/main/reference.go (a colon after the last slash is a tag)
    """
    name, _, digest = reference.partition("@")
    slash = name.rfind("/")
    colon = name.rfind(":")
    if colon > slash:
        return Image(name[:colon], name[colon + 1 :], digest)
    return Image(name, "", digest)


_HOST: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_PART: Final = r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*"
_REFERENCE: Final = re.compile(
    rf"(?:(?:{_HOST}(?:\.{_HOST})*|\[[0-9a-fA-F:]+\])(?::[0-9]+)?/)?{_PART}(?:/{_PART})*(?::[\w][\w.-]{{0,127}})?"
    r"(?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?",
    re.ASCII,
).fullmatch


@lru_cache(maxsize=1024)
def valid(reference: str) -> bool:
    """Is this an image reference? A node would not even ask a registry for anything else.

    Source: https://github.com/distribution/reference/blob/main/reference.go (the grammar at its top)
    """
    return bool(_REFERENCE(reference))


NON_ROOT: Final = {
    "apache/kafka": 1000,
    "confluentinc/cp-kafka": 1000,
    "confluentinc/cp-schema-registry": 1000,
    "confluentinc/cp-zookeeper": 1000,
    "docker.elastic.co/elasticsearch/elasticsearch": 1000,
    "docker.elastic.co/kibana/kibana": 1000,
    "docker.elastic.co/logstash/logstash": 1000,
    "elasticsearch": 1000,
    "grafana/grafana": 472,
    "grafana/grafana-oss": 472,
    "grafana/loki": 10001,
    "jenkins/jenkins": 1000,
    "kibana": 1000,
    "logstash": 1000,
    "mcr.microsoft.com/mssql/server": 10001,
    "memcached": 11211,
    "nginxinc/nginx-unprivileged": 101,
    "opensearchproject/opensearch": 1000,
    "opensearchproject/opensearch-dashboards": 1000,
    "otel/opentelemetry-collector": 10001,
    "otel/opentelemetry-collector-contrib": 10001,
    "prom/alertmanager": 65534,
    "prom/node-exporter": 65534,
    "prom/prometheus": 65534,
    "quay.io/keycloak/keycloak": 1000,
    "quay.io/prometheus/alertmanager": 65534,
    "quay.io/prometheus/node-exporter": 65534,
    "quay.io/prometheus/prometheus": 65534,
    "sonarqube": 1000,
}
"""Images whose own `USER` is known not to be root: short name → numeric user, the same in every maintained tag."""

_NAMES: Final = {"root": 0, "nobody": 65534}
"""User names that mean the same in the images of Debian, Alpine and busybox."""

_OWN_NAMES: Final = {
    "mysql": ("mysql", 999),
    "nginx": ("nginx", 101),
    "node": ("node", 1000),
    "postgres": ("postgres", 999),
    "redis": ("redis", 999),
    "valkey/valkey": ("valkey", 999),
    "ghcr.io/valkey-io/valkey": ("valkey", 999),
}
"""Images that bring a user of their own: short name → the user's name and number."""

STOP_SIGNALS: Final = {
    "nginx": "SIGQUIT",
    "nginxinc/nginx-unprivileged": "SIGQUIT",
    "postgres": "SIGINT",
    "httpd": "SIGWINCH",
    "haproxy": "SIGUSR1",
}
"""Images whose own `STOPSIGNAL` is known. A container runtime sends that one in Kubernetes too."""

FILLS_ITSELF: Final = frozenset(
    "adguardhome alertmanager caddy cassandra clickhouse clickhouse-server cockroach consul couchdb couchbase drupal "
    "elasticsearch emqx etcd forgejo ghost gitea gitlab-ce gitlab-ee grafana grafana-oss home-assistant influxdb "
    "jellyfin jenkins kafka loki mariadb matomo meilisearch mimir minio mongo mongodb mosquitto mysql n8n nats neo4j "
    "nextcloud opensearch percona pgadmin4 pgvector pihole portainer-ce portainer-ee postgis postgres postgresql "
    "prometheus qdrant rabbitmq redis redis-stack redis-stack-server registry scylla solr tempo timescaledb traefik "
    "uptime-kuma valkey vault vaultwarden victoria-metrics weaviate wordpress zookeeper".split()
)
"""Last part of an image's repository, where its program makes everything that it needs in an empty directory."""


def image_user(reference: str) -> int | None:
    """The non-root user that an image runs as by itself, where it is known."""
    return NON_ROOT.get(parse(reference).short)


def named_user(name: str, reference: str) -> int | None:
    """The number behind a user name, where it is known; an official image's own user only inside that image."""
    image = parse(reference)
    if name in _NAMES:
        return _NAMES[name]
    own, number = _OWN_NAMES.get(image.short, ("", 0))
    if name != own:
        return None
    return 70 if name == "postgres" and "alpine" in image.tag else number
