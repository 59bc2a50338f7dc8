"""Which values are secrets: every rule with what it must find and what it must leave alone, and the measurement."""

from __future__ import annotations

import random
import re

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from longshore.compose.references import CLOSE, OPEN, reference
from longshore.convert.secrets.command_lines import plain_secrets
from longshore.convert.secrets.detection import by_name, detect, masks, notations, shapes, text_hit, variable
from longshore.convert.secrets.logins import without_login
from tests.secrets import forms, measure

SECRETS = [
    ("CERT", "-----BEGIN RSA PRIVATE KEY-----\nMII", "V1"),
    ("X", "-----BEGIN PGP PRIVATE KEY BLOCK-----", "V1"),
    ("X", "AKIA" + "ABCDEFGHIJKLMNOP", "V2"),
    ("X", "ghp_" + "a" * 36, "V2"),
    ("X", "glpat-" + "a" * 20, "V2"),
    ("X", "xoxb-1234567890-abc", "V2"),
    ("X", "sk_live_" + "a" * 24, "V2"),
    ("X", "sk-proj-" + "a" * 24, "V2"),
    ("X", "hvs." + "a" * 24, "V2"),
    ("X", "eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM.abc", "V2"),
    ("CHAT", "https://hooks.slack.com/services/T0/B0/x", "V2"),
    ("FLOW", "https://prod-1.logic.azure.com:443/workflows/0a1b2c3d", "V2"),
    ("URL", "postgres://app:pw@db/shop", "V3"),
    ("URL", "redis://:pw@cache:6379/0", "V3"),
    ("URL", "db+postgresql://a:b@c/d", "V3"),
    ("URL", f"http://{reference('U')}:pw@h", "V3"),
    ("DSN_TEXT", "host=db user=a password=pw", "V4"),
    ("JDBC", "jdbc:postgresql://db/shop?user=a&password=pw", "V4"),
    ("CONN", "Server=db;Password=pw;", "V4"),
    ("CONN", "Server=db;Password='p w';", "V4"),
    ("SASL_JAAS_CONFIG", 'x.PlainLoginModule required username="a" password="pw";', "V4"),
    ("SASL_JAAS_CONFIG", 'x.OAuthBearerLoginModule required clientId="a" clientSecret="pw";', "V4"),
    ("JAVA_OPTS", "-Xmx1g -Djavax.net.ssl.keyStorePassword=pw", "V4"),
    ("JAVA_OPTS", "-Dspring.datasource.password=pw", "V4"),
    ("HEADER", "Authorization: Bearer abc.def", "V5"),
    ("DB_PASSWORD", "nextcloud", "K1"),
    ("dbPassword", "x y", "K1"),
    ("MB_DB_PASS", "pw", "K1"),
    ("SENTRY_DSN", "https://abc@sentry.example.com/1", "K1"),
    ("OAUTH2_PROXY_COOKIE_SECRET", "abc", "K1"),
    ("API_TOKENS", "a,b", "K1"),
    ("SMTP_PASSWORD_2", "pw", "K1"),
    ("OPENSSL_KEY_V1", "abc", "K3"),
    ("REDIS_AUTH", "pw", "K2"),
    ("RABBITMQ_ERLANG_COOKIE", "ABC", "K2"),
    ("AZURE_STORAGE_CONNECTION_STRING", "DefaultEndpointsProtocol=https", "K2"),
    ("ALERT_WEBHOOK_URL", "https://chat.example.com/x", "K2"),
    ("NEO4J_AUTH", "neo4j/pw", "K1"),
    ("ENCRYPTION_KEY", "abc", "K3"),
    ("RAILS_MASTER_KEY", "abc", "K3"),
    ("AZURE_OPENAI_KEY", "abc", "K3"),
    ("USERS", "bob:hunter2", "K5"),
    ("BASIC_AUTH_USERS", "bob:hunter2;al:Passw0rd", "K5"),
    ("AUTH", "bob/hunter2", "K5"),
    ("PGPASSWORD", "pw", "K4"),
    ("GITHUBTOKEN", "abc", "K4"),
    ("DB_SLAPTAZODIS", "pw", "K1"),
    ("令牌", "pw", "K1"),
    ("DB_PSWD", "pw", "K1"),
    ("API_SLEUTEL", "Zk3vQ9xT1mLw8Rb5", "K5"),
    ("КЛЮЧ_API", "Zk3vQ9xT1mLw8Rb5", "K5"),
    ("RECOVERY_CODE", "Zk3vQ9xT1mLw8Rb5", "K5"),
    ("HOOK", "https://n8n.example.com/webhook/8936dcee-bfad-2c60-c6a2-067df57536a0", "V2"),
]
"""(key, value, rule): made-up values that must be found."""

PLAIN = [
    ("PASSWORD_MIN_LENGTH", "12"), ("JWT_ACCESS_TOKEN_TTL", "15m"), ("DB_PASSWORD_FILE", "/run/secrets/db"),
    ("GF_SECURITY_ADMIN_PASSWORD__FILE", "/run/secrets/x"), ("STRIPE_PUBLISHABLE_KEY", "pk_test_1"),
    ("PUBLIC_KEY", "ssh-ed25519 AAAA"), ("JWT_PUBLIC_KEY", "x"), ("MYSQL_ALLOW_EMPTY_PASSWORD", "true"),
    ("MYSQL_RANDOM_ROOT_PASSWORD", "yes"), ("SECRETS_BACKEND", "vault"), ("TOKEN_URL", "https://id/token"),
    ("PARTITION_KEY", "tenant"), ("CACHE_KEY", "v1"), ("OPENAI_MAX_TOKENS", "4096"), ("AUTH_MODE", "token"),
    ("GOOGLE_APPLICATION_CREDENTIALS", "/secrets/gcp.json"), ("TLS_KEY", "certs/redis.key"),
    ("DATABASE_URL", "postgres://db/shop"), ("BROKER", "redis://:@redis:6379/0"), ("REDIS_URL", "redis://cache"),
    ("BUILD_ID", "3b9f6f0e-1111-4222-8333-444455556666"),
    ("REQUIRE_PASSWORD", "true"), ("SMTP_PASSWORD", ""), ("KEY", "value"), ("MONKEY", "george"), ("COMPASS", "north"),
    ("BYPASS_CACHE", "1"), ("PASSENGER_APP_ENV", "production"), ("KEYCLOAK_REALM", "shop"),
    ("TOKENIZERS_PARALLELISM", "false"),
    ("IMAGE", "registry.example.com/web@sha256:" + "a" * 64), ("URL", "http://${USER}:${PASSWORD}@host"),
    ("URL", "http://$USER:$PASSWORD@host"), ("KAFKA", "PLAINTEXT://kafka1:19092,EXTERNAL://127.0.0.1:9092"),
    ("OPTS", "-Djava.security.egd=file:/dev/urandom"), ("SPRING_DATASOURCE_USERNAME", "shop"),
    ("AWS_ACCESS_KEY_ID", "key"),
    ("PWD", "/home/me/shop"), ("OLDPWD", "/"), ("X_SECRET_PARAM_BOOTSTRAP_SERVERS", "a:1"),
    ("X_CREDENTIALS_SOURCE", "X"), ("ARGS", 'password="" token=`cat /t`'),
    ("SASL_JAAS_CONFIG", f'x required username="a" password="{reference("PW")}";'),
    ("ВКЛЮЧЕНО", "да"), ("スキーマ", "public"), ("COUNTRY_CODE", "DE"), ("SLEUTELWOORD", "zoek"), ("CLE", "id"),
    ("PASSWORD_LOGIN", "disabled"), ("TOKEN_EXPIRES_IN", "15m"), ("SHEET_ID", "Zk3vQ9xT1mLw8Rb5Yc2Hd7Nf4Gs6"),
    ("OPAMP_GO_REF", "fc016b0599ee6cb5ba479452055a3370e7238aaa"), ("LOGO", "/assets/logo.3f9aQzR81.svg"),
    ("TOKEN_SERVICE", "http://tokens:8080"), ("JWT_ISSUER", "https://shop.example.com"), ("SESSION_COOKIE_NAME", "sid"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "value", "rule"), SECRETS)
def test_a_secret_is_found(key, value, rule):
    hit = detect(key, value)
    assert hit is not None
    assert (hit.rule, hit.kind) == (rule, "secret")
    assert value not in hit.reason


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("MAT_KHAU", "iKI78Lv3agJMiN3"),
        ("LISTE", "bob,PT4B6IDWbYrwWq,admin"),
        ("HOOK", "https://hooks.example.com/services/kktqnBl3IqrUXvDU0xO2LFHk"),
        ("FEED", "https://api.example.com/v1/input/c9bcd3fe14182759510e6a118ae4ef59"),
        ("THING", "c9bcd3fe14182759510e6a118ae4ef59"),
    ],
)
def test_what_looks_generated_is_told_whatever_its_name(key, value):
    hit = detect(key, value)
    assert hit is not None
    assert (hit.rule, hit.kind) == ("W1", "suspect")


@pytest.mark.parametrize(("key", "value"), PLAIN)
def test_a_setting_is_left_alone(key, value):
    assert detect(key, value) is None


@pytest.mark.parametrize(
    "value",
    [
        "changeme",
        "change-me",
        "CHANGE_ME_NOW",
        "<your password>",
        "xxx",
        "***",
        "todo",
        "your-token",
        "12345",
        "{{ x }}",
    ],
)
def test_a_placeholder_is_told_from_a_secret(value):
    hit = detect("DB_PASSWORD", value)
    assert hit is not None
    assert hit.kind == "placeholder"


@pytest.mark.parametrize(
    "value", ["/kJ4hGq9Zs1Vx7Bd+Pm2Lw6Tc8RyFuXe5aNt", "/9x", "a.b.c", "p@ss", "https://abc@x", "12345678"]
)
def test_what_only_looks_like_a_path_or_a_number_is_a_secret(value):
    hit = detect("DB_PASSWORD", value)
    assert hit is not None
    assert hit.kind == "secret"


@pytest.mark.parametrize("value", ["Zk3vQ9xT1mLw8Rb5Yc2Hd7Nf4Gs6", "q7+Xw/3Rf9Kd2Lm8Tz5Bv1Nc6Hj4Pg=="])
def test_randomness_only_warns(value):
    hit = detect("BUILD", value)
    assert hit is not None
    assert (hit.rule, hit.kind) == ("W1", "suspect")


@pytest.mark.parametrize(
    "name", ["DB_PASSWORD", "FRAUD_DATABASE_URL", "REDIS_URL", "MONGO_URI", "API_KEY", "SQL_DATASOURCE"]
)
def test_a_variable_is_secret_by_name_whatever_its_value(name):
    assert all(variable(name, value) for value in (None, "", "x", "postgres://u:p@h", "http://h"))


@pytest.mark.parametrize(
    "name", ["PWD", "OLDPWD", "PUBLIC_URL", "APP_VERSION", "CLICKHOUSE_URL", "DB_HOST", "KEY_FILE"]
)
def test_a_variable_may_be_secret_by_its_value(name):
    assert not variable(name, None)
    assert not variable(name, "http://host/path")
    assert variable(name, "http://user:pw@host")


COMMANDS = [
    (["redis-server", "--requirepass", "hunter2"], [2]),
    (["redis-server", "--requirepass=hunter2"], [1]),
    (["sh", "-c", "redis-server --requirepass hunter2"], [2]),
    (["mysqladmin", "ping", "-uroot", "-phunter2"], [3]),
    (["sh", "-c", "mysql -uroot -phunter2 -e 'select 1'"], [2]),
    (["redis-cli", "-a", "hunter2", "ping"], [2]),
    (["curl", "-u", "admin:hunter2", "http://x"], [2]),
    (["sh", "-c", "PGPASSWORD=hunter2 psql -c 'select 1'"], [2]),
    (["app", "--api-key", "hunter2"], [2]),
    (["app", "--db.password=hunter2"], [1]),
    (["app", "postgres://a:hunter2@db"], [1]),
    (["curl", "-H", "Authorization: Bearer hunter2"], [2]),
    (["app", "--password", "hunter2", "--token", "hunter2"], [2, 4]),
    (["redis-server", "--requirepass", reference("REDIS_PASSWORD")], []),
    (["redis-server", "--requirepass", "$REDIS_PASSWORD"], []),
    (["sh", "-c", 'redis-cli -a "$REDIS_PASSWORD" ping'], []),
    (["app", "--password-file", "/run/secrets/x"], []),
    (["app", "--tls-key", "/etc/ssl/key.pem", "--token-ttl", "5m", "--auth-mode=server"], []),
    (["app", "--set-key", "tenant", "-p", "8080", "-a", "all"], []),
    (["mysqladmin", "ping", "-p"], []),
    (["app", "--password", "--verbose"], []),
    (["docker", "run", "-p8080:80"], []),
    (["sh", "-c", "it's an open quote --requirepass hunter2"], [2]),
]


@pytest.mark.parametrize(("words", "places"), COMMANDS)
def test_secrets_in_commands(words, places):
    found = list(plain_secrets(words))
    assert [one.at for one in found] == places
    assert all("hunter2" not in one.reason for one in found)


@pytest.mark.parametrize(
    ("image", "wanted"),
    [
        ("user:pw@registry.example.com/web:1", "registry.example.com/web:1"),
        ("https://user:pw@registry.example.com/web:1", "https://registry.example.com/web:1"),
        ("web:1@sha256:" + "a" * 64, "web:1@sha256:" + "a" * 64),
        ("localhost:5000/web:1@sha256:" + "a" * 64, "localhost:5000/web:1@sha256:" + "a" * 64),
        ("web", "web"),
    ],
)
def test_logins_in_images(image, wanted):
    assert without_login(image) == wanted


@given(st.text(), st.text())
def test_any_text_is_judged(key, value):
    detect(key, value)
    text_hit(value)
    by_name(key)
    variable(key, value)
    list(plain_secrets([key, value, f"{key} {value}"]))


@given(st.sampled_from(["DB_PASSWORD", "API_TOKEN", "X"]), st.text(min_size=1))
def test_what_is_found_never_repeats_the_value(key, value):
    hit = detect(key, value)
    if hit and len(value) > 20:
        assert value not in hit.reason


def test_the_detector_is_as_good_as_docs_say(capsys):
    """Labels are written by hand, from reading the files; without the corpus, the marketplace alone counts."""
    found = measure.everything()
    total = measure.score(found)
    wrong = [verdict for verdict in found if (verdict.label, verdict.found) in {("plain", True), ("secret", False)}]
    with capsys.disabled():
        counts = f"{len(measure.projects())} projects, {len(found)} environment entries"
        print(f"\n  {counts}: precision {total.precision:.3f}, recall {total.recall:.3f}")
    assert total.precision >= 0.98, wrong
    assert total.recall >= 0.95, wrong


def test_labels_name_what_is_there():
    """A key that a file no longer has would count as found by nobody."""
    for name, folder in measure.projects().items():
        labels = yaml.safe_load((measure.LABELS / f"{name}.yaml").read_text())
        entries = {(verdict.service, verdict.key) for verdict in measure.verdicts(name, folder)}
        named = {
            (service, key)
            for kind in ("secret", "either")
            for service, keys in (labels.get(kind) or {}).items()
            for key in keys
        }
        assert named - entries == set(), name


_PIECES = [re.sub(r"\W|_", "", part) for part in notations._PARTS]


_SIGNS = ("driver", "x", "9", " ", "_", "\u017f", "\u212a", "é", OPEN, CLOSE)


@given(st.lists(st.sampled_from([*_PIECES, *map(str.upper, _PIECES), *_SIGNS])))
def test_the_quick_look_for_telling_names_is_that_of_the_pattern(pieces):
    text = "".join(pieces)
    spans = [found.span() for found in notations._TELLING.finditer(text)]
    assert [found.span() for found in notations._tell(text)] == spans
    assert notations.may_tell(text) is bool(spans)


@pytest.mark.parametrize(
    "shape", [*filter(None, shapes._MAKERS.replace(" ", "").split("\n")), *shapes._WITHIN.values()]
)
def test_every_token_of_a_maker_has_a_mark(shape):
    @settings(max_examples=20, database=None)
    @given(st.from_regex(re.compile(shape.replace("(?<!sha512-)", ""), re.ASCII), fullmatch=True))
    def tokens_are_found(token):
        assert shapes._MARK.search(token)
        assert list(shapes.known_tokens(f"the token {token} of them"))

    tokens_are_found()


_WHOSE = (False, True) if forms.LEAKS.is_dir() else (False,)
_CHANCE = random.Random(7)  # noqa: S311  no secret, and it has to repeat
_FORMS = [
    form.text
    for written in (forms.environment, forms.commands, forms.files)
    for theirs in _WHOSE
    for form in written(theirs=theirs, chance=_CHANCE)
]
_SHOWN = [text for text in _FORMS if masks.conceal(text) != text]
_BEGUN = ["", "the key id", "password=", "-----BEGIN", "://", "x\\", '"', "{{", "sha256:", "user a", "mysql -p"]
_OTHERS_SHOWN = [*_BEGUN, *(form.text for theirs in _WHOSE for form in forms.harmless(theirs=theirs))]
_HARMLESS = [text for text in _OTHERS_SHOWN if masks.conceal(text) == text]


@pytest.mark.parametrize("start", range(0, len(_SHOWN), 100))
def test_what_would_be_concealed_alone_is_found_among_others(start):
    for text in _SHOWN[start : start + 100]:
        around = [*_CHANCE.sample(_BEGUN, 2), *_CHANCE.sample(_HARMLESS, 2)]
        _CHANCE.shuffle(around)
        assert not masks.nothing_to_conceal([*around[:2], text, *around[2:]]), around
        assert not masks.nothing_to_conceal([text])
    assert masks.nothing_to_conceal(["no memory limit: `web` gets 256Mi", "help", "services", "web"])
