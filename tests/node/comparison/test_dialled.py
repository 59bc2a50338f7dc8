"""Which ports of a service are dialled, in every way in which compose files write it."""

import json

import pytest

from tests.node.comparison.dialled import configured, dialled


@pytest.mark.parametrize(
    ("caller", "port"),
    [
        ({"environment": {"DB": "db:5432"}}, 5432),
        ({"environment": {"URL": "postgres://u:p@db/x"}}, 5432),
        ({"environment": {"URL": "http://db"}}, 80),
        ({"environment": {"URL": "http://db:8080/x"}}, 8080),
        ({"environment": {"SMTP_SERVER": "db", "SMTP_PORT": "1025"}}, 1025),
        ({"command": ["--replicaof", "db", "6379"]}, 6379),
        ({"entrypoint": "wait db 99"}, 99),
        ({"command": ["--db-host", "db", "--db-port", "5433"]}, 5433),
        ({"environment": {"DB_HOST": "db", "OTHER_PORT": "1"}}, None),
        ({"environment": {"URL": "grpc://db"}}, None),
        ({"image": "db:5432"}, None),
    ],
)
def test_a_port_is_read_wherever_it_stands_beside_a_name(caller, port):
    model = {"services": {"caller": caller, "db": {"environment": {"SELF": "db:1"}}}}
    assert dialled(model, {"caller": ("caller",), "db": ("db",)}) == ({"db": {port}} if port else {})


@pytest.mark.parametrize(
    ("caller", "port"),
    [
        ({"configs": [{"source": "pass"}]}, 9000),
        ({"volumes": [{"type": "bind", "source": "{folder}/conf.d"}]}, 8086),
        ({"volumes": [{"type": "bind", "source": "/"}]}, None),
    ],
)
def test_files_of_the_project_are_read_and_no_others(tmp_path, caller, port):
    (tmp_path / "conf.d").mkdir()
    (tmp_path / "conf.d" / "app.properties").write_text("cache.host = db\ncache.port = 8086\n")
    caller = json.loads(json.dumps(caller).replace("{folder}", str(tmp_path)))
    model = {"services": {"caller": caller, "db": {}}, "configs": {"pass": {"content": "fastcgi_pass db:9000;"}}}
    found = configured(model, {"caller": ("caller",), "db": ("db",)}, tmp_path)
    assert found == ({"db": {port}} if port else {})
