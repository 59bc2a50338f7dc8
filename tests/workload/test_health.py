"""Health checks as the kubelet's own requests: what is recognised, and what must stay a command."""

import pytest

from longshore.compose.references import reference
from longshore.convert.estate.health import Target, asks_through, called, request

WEB = Target({"web"}, (8080, 443))
BY_ADDRESS = WEB._replace(by_address=True)
REDIRECTS = WEB._replace(redirects=True)


def host(name):
    return {"name": "Host", "value": name}


def http(port, path="/", *headers):
    return {"httpGet": {"path": path, "port": port, "httpHeaders": list(headers)}}


@pytest.mark.parametrize(
    ("script", "handler"),
    [
        ("curl -f http://localhost:8080/health || exit 1", http(8080, "/health", host("localhost:8080"))),
        ("curl -fsS --max-time 2 localhost:8080", http(8080, "/", host("localhost:8080"))),
        (
            "curl --fail --silent --output /dev/null http://127.0.0.1:8080/a?b=c#d",
            http(8080, "/a?b=c", host("127.0.0.1:8080")),
        ),
        ("curl -f 'http://web:8080/h?a=1&b=2' || exit 1", http(8080, "/h?a=1&b=2", host("web:8080"))),
        (
            "curl -f -H 'Accept: a/b' -H 'Host: shop.example' http://[::1]:8080/",
            http(8080, "/", {"name": "Accept", "value": "a/b"}, {"name": "Host", "value": "shop.example"}),
        ),
        (
            "wget --no-verbose --tries=1 --spider http://localhost:8080/ping || exit 1",
            http(8080, "/ping", host("localhost:8080")),
        ),
        ("wget -qO- http://0.0.0.0:8080/ > /dev/null", http(8080, "/", host("0.0.0.0:8080"))),
        ("wget -q -O /dev/null http://localhost:8080/x", http(8080, "/x", host("localhost:8080"))),
        ("exec curl -f http://localhost:8080/", http(8080, "/", host("localhost:8080"))),
        ("bash -c 'curl -f http://localhost:8080/ || exit 1'", http(8080, "/", host("localhost:8080"))),
        ("nc -z localhost 8080", {"tcpSocket": {"port": 8080}}),
        ("nc -zv -w 3 127.0.0.1 8080 || exit 1", {"tcpSocket": {"port": 8080}}),
        ("bash -c '</dev/tcp/127.0.0.1/8080'", {"tcpSocket": {"port": 8080}}),
        ("bash -c 'echo > /dev/tcp/localhost/8080'", {"tcpSocket": {"port": 8080}}),
        ("(echo > /dev/tcp/localhost/8080) >/dev/null 2>&1", {"tcpSocket": {"port": 8080}}),
        ("bash -c ':> /dev/tcp/127.0.0.1/8080' || exit 1", {"tcpSocket": {"port": 8080}}),
        ("grpc_health_probe -addr=:8080", {"grpc": {"port": 8080}}),
        (
            "/bin/grpc_health_probe --addr localhost:8080 -service shop.v1",
            {"grpc": {"port": 8080, "service": "shop.v1"}},
        ),
    ],
)
def test_what_the_kubelet_can_do_itself(script, handler):
    found = request(["CMD-SHELL", script], WEB)
    assert found
    assert found.handler == handler


@pytest.mark.parametrize(
    "script",
    [
        "curl http://localhost:8080/",  # any answer is good enough for curl without -f
        "curl -f http://db:8080/",  # another service
        "curl -f http://localhost:9999/",  # a port that may be open on the loopback only
        "curl -fk https://localhost:443/",  # the kubelet names no server, and believes every certificate
        "wget --no-check-certificate -qO- https://localhost:8080/",
        "curl -f -X POST http://localhost:8080/",
        "curl -f -d '{}' http://localhost:8080/",
        "curl -f -u a:b http://localhost:8080/",
        "curl -f http://a:b@localhost:8080/",
        "curl -f --unix-socket /s http://localhost:8080/",
        "curl -f http://localhost:$PORT/",
        "curl -f http://localhost:8080/ | grep ok",
        "curl -f http://localhost:8080/ && true",
        "curl -f http://localhost:8080/ || kill 1",
        "curl -f http://localhost:8080/a http://localhost:8080/b",
        "curl -f `cat /url`",
        "wget -q --post-data=a http://localhost:8080/",
        "nc localhost 8080",
        "nc -zu localhost 8080",
        "grpc_health_probe -addr=:8080 -tls",
        "grpc_health_probe",
        "pg_isready -U postgres",
        "curl -f 'http://localhost:8080/",
        "! nc -z localhost 8080",
        "",
    ],
)
def test_what_stays_a_command(script):
    assert request(["CMD-SHELL", script], WEB) is None


def test_a_secret_stays_with_the_shell():
    assert request(["CMD-SHELL", f"curl -f -H 'X: {reference('T')}' http://localhost:8080/"], WEB) is None


def test_a_list_is_no_shell():
    found = request(["CMD", "curl", "-f", "http://localhost:8080/a b"], WEB)
    assert found is None
    found = request(["CMD", "curl", "-f", "http://localhost:8080/a;b"], WEB)
    assert found
    assert found.handler["httpGet"]["path"] == "/a;b"


@pytest.mark.parametrize("script", ["curl -f http://localhost:8080/", "wget -qO- http://localhost:8080/"])
def test_a_server_that_answers_by_address_is_asked_from_inside(script):
    assert request(["CMD-SHELL", script], BY_ADDRESS) is None


def test_a_connection_is_the_same_from_everywhere():
    assert request(["CMD-SHELL", "nc -z localhost 8080"], BY_ADDRESS)


@pytest.mark.parametrize(
    ("script", "same"),
    [
        ("curl -f http://localhost:8080/", True),  # a redirect is an answer, for curl and for the kubelet
        ("curl -fL http://localhost:8080/", False),
        ("curl --fail --location http://localhost:8080/", False),
        ("wget -qO- http://localhost:8080/", False),
    ],
)
def test_who_follows_a_redirect_goes_where_the_kubelet_does_not(script, same):
    assert (request(["CMD-SHELL", script], REDIRECTS) is not None) is same


@pytest.mark.parametrize(
    ("script", "timeout"),
    [
        ("curl -f -m 2 http://localhost:8080", 2),
        ("wget -q -T 4 http://localhost:8080", 4),
        ("nc -zw1 localhost 8080", 1),
    ],
)
def test_a_time_limit_of_the_test_is_kept(script, timeout):
    assert request(["CMD-SHELL", script], WEB).timeout == timeout


@pytest.mark.parametrize(
    ("script", "names"),
    [
        ("curl -f http://db:5432/x", ["db"]),
        ("pg_isready -h db -U postgres", ["db"]),
        ("mysqladmin ping --host=db", ["db"]),
        ("redis-cli -u redis://user:pw@cache:6379 ping", ["cache"]),
        ("nc -z -w 2 queue 5672", ["queue"]),
        ("wait-for db:5432", ["db"]),
        ("bash -c '</dev/tcp/db/5432'", ["db"]),
        ("redis-cli ping", []),
        ("pg_isready -U postgres -d shop", []),
    ],
)
def test_who_a_test_calls(script, names):
    assert [name for name in called(["CMD-SHELL", script]) if not name[0].isdigit()] == names


@pytest.mark.parametrize(
    ("test", "what"),
    [
        (["CMD-SHELL", "celery -A app.worker inspect ping -d celery@x"], "the message broker"),
        (["CMD", "celery", "--app", "airflow.providers.celery", "inspect", "ping"], "the message broker"),
        (["CMD-SHELL", "celery --app=superset.tasks.celery_app:app status || exit 1"], "the message broker"),
        (["CMD-SHELL", 'airflow jobs check --hostname "$${HOSTNAME}"'], "the database"),
        (["CMD", "airflow", "db", "check"], "the database"),
        (["CMD", "python", "manage.py", "check", "--database", "default"], "the database"),
        (["CMD-SHELL", "pgrep -f 'celery worker'"], ""),
        (["CMD-SHELL", "test -f /tmp/celery-status"], ""),
        (["CMD", "python", "manage.py", "check"], ""),
    ],
)
def test_what_stands_between_a_test_and_its_program(test, what):
    assert asks_through(test) == what
