"""Each fact about images changes what comes out, for one image at least: with it the outcome is another one."""

import pytest
import yaml

from longshore.convert.estate import service_images
from longshore.convert.estate.image_facts import ImageFacts
from tests.attributes.golden import answer, report

DB = {"image": "mysql:8.4", "mem_limit": "1g"}
CASES = {
    "user": ({"web": {"image": "grafana/grafana:11.3.0"}}, "runAsUser: 472"),
    "users": ({"db": {"image": "postgres:17", "user": "postgres"}}, "runAsUser: 999"),
    "starts_as_root": (
        {
            "wp": {"image": "wordpress:6.6-fpm", "volumes": ["site:/var/www/html"]},
            "web": {"image": "nginx:1.27", "volumes": ["site:/var/www/html:ro"]},
        },
        "files of `site` are given an owner at the start",
    ),
    "file_capabilities": ({"sql": {"image": "mcr.microsoft.com/mssql/server:2022-latest"}}, ""),
    "set_user_id": ({"monitor": {"image": "louislam/uptime-kuma:1"}}, ""),
    "data": ({"db": DB}, "`db` keeps its data in `/var/lib/mysql`"),
    "left": (
        {"db": {"image": "postgres:18", "volumes": ["data:/var/lib/postgresql/data"]}},
        "`db` keeps its data in `/var/lib/postgresql`, and `data` is mounted at `/var/lib/postgresql/data`",
    ),
    "expendable": ({"cache": {"image": "redis:8"}}, "info[data-not-kept] services.cache"),
    "ports": ({"web": {"image": "nginx:1.27"}}, "port: 80"),
    "answers": ({"db": DB}, "tcpSocket:"),
    "fills_itself": ({"db": {**DB, "volumes": ["data:/var/lib/mysql"]}}, "which these programs are known to manage"),
    "keeps_data_by_host_name": (
        {"broker": {"image": "rabbitmq:4.0", "volumes": ["data:/var/lib/rabbitmq"]}},
        "hostname: broker",
    ),
    "forms_cluster": (
        {
            "rabbit1": {"image": "rabbitmq:4.1", "hostname": "rabbit1"},
            "rabbit2": {"image": "rabbitmq:4.1", "hostname": "rabbit2", "environment": {"JOIN": "rabbit@rabbit1"}},
        },
        "publishNotReadyAddresses: true",
    ),
    "singleton": ({"ci": {"image": "jenkins/jenkins:2.479", "ports": ["8080:8080"]}}, "type: Recreate"),
    "memory": ({"sql": {"image": "mcr.microsoft.com/mssql/server:2022-latest"}}, "`sql` gets 2Gi"),
    "memlock": (
        {"search": {"image": "elasticsearch:9.0.0", "ulimits": {"memlock": -1}}},
        "warning[ulimits] services.search",
    ),
    "max_map_count": ({"search": {"image": "elasticsearch:9.0.0"}}, "`vm.max_map_count` of 262,144"),
    "open_files": ({"house": {"image": "clickhouse/clickhouse-server:25.3"}}, "262,144 open files"),
    "configuration": (
        {
            "web": {
                "image": "grafana/grafana:11.3.0",
                "configs": [{"source": "own", "target": "/etc/grafana/grafana.ini"}],
            }
        },
        "",
    ),
    "healthcheck": ({"web": {"image": "vaultwarden/server:1.32.0"}}, "/healthcheck.sh"),
    "times": ({"web": {"image": "vaultwarden/server:1.32.0"}}, "timeoutSeconds: 10"),
    "shell": ({"web": {"image": "traefik/whoami:v1.10", "healthcheck": {"test": "wget -q localhost | grep ok"}}}, ""),
    "answers_by_address": (
        {
            "git": {
                "image": "gitlab/gitlab-ce:18.0.0-ce.0",
                "healthcheck": {"test": "curl -f http://localhost/-/health"},
            }
        },
        "",
    ),
    "stop_signal": ({"web": {"image": "nginx:1.27", "stop_signal": "SIGQUIT"}}, ""),
    "ends_at_sigterm": ({"cache": {"image": "redis:8", "stop_signal": "SIGINT"}}, "ends in order at that too"),
}
"""Field → (services, what is said or made only where the fact is known; empty: what is left out then)."""


def outcome(folder, services):
    volumes = {str(text).partition(":")[0]: {} for service in services.values() for text in service.get("volumes", ())}
    model = {"services": services, "volumes": volumes, "configs": {"own": {"content": "http_port = 4000\n"}}}
    folder.mkdir()
    folder.joinpath("compose.yaml").write_text(yaml.safe_dump(model))
    folder.joinpath("options.yaml").write_text("storage: {shared_class: efs, size: 1Gi}\n")
    told = answer(folder)
    assert told.conversion is not None
    return report(told.findings) + yaml.safe_dump_all(told.conversion.manifests)


@pytest.mark.parametrize("field", CASES)
def test_the_outcome_depends_on_the_fact(field, tmp_path, monkeypatch):
    services, only = CASES[field]
    known = service_images.known
    with_it = outcome(tmp_path / "with", services)
    default = ImageFacts._field_defaults[field]
    monkeypatch.setattr(service_images, "known", lambda reference: known(reference)._replace(**{field: default}))
    without_it = outcome(tmp_path / "without", services)
    assert with_it != without_it
    if only:
        assert only in with_it
        assert only not in without_it


def test_every_fact_is_here():
    assert set(CASES) == set(ImageFacts._fields) - {"certain", "built", "group"}
