"""Secrets in configuration files: in which forms they are seen, what is none, and that no value is told."""

from __future__ import annotations

import time

import pytest

from longshore.compose.references import reference
from longshore.convert.secrets.detection.files import secrets_in

SECRET = "Hq7sPd9cJxN5tG"
HASH = "$2y$10$abcdefghijklmnopqrstuuR1N3nB2m5a6b7c8d9e0f1g2h3i4j5k6"

HELD = {
    "yaml": ("alertmanager.yml", f"smtp_from: a@example.com\nsmtp_auth_password: {SECRET}\n"),
    "yaml in a list": ("a.yml", f"users:\n  - password: {SECRET}\n"),
    "yaml in quotes": ("a.yaml", f"a: 1\nclient_secret: '{SECRET}'  # of the client\n"),
    "yaml of one line": ("a.yaml", f"a: 1\nuser: {{name: app, password: {SECRET}}}\n"),
    "json": ("realm.json", f'{{"clientId": "web",\n "secret": "{SECRET}"}}\n'),
    "json of one line": ("realm.json", f'\n{{"clientId":"web","secret":"{SECRET}","enabled":true}}'),
    "redis": ("redis.conf", f"bind *\nrequirepass {SECRET}\n"),
    "a replica of redis": ("redis.conf", f'bind *\nmasterauth "{SECRET}"\n'),
    "ini": ("app.ini", f"[db]\npassword = {SECRET}\n"),
    "ini without blanks": (".my.cnf", f"[client]\npassword={SECRET}\n"),
    "ini with a comment": ("app.ini", f"[db]\npassword = {SECRET} ; of the app\n"),
    "toml": ("config.toml", f'[app]\nsecret_key = "{SECRET}"\n'),
    "env": ("app.env", f"A=1\nDB_PASSWORD={SECRET}\n"),
    "env with signs": ("app.env", f"A=1\nSECRET_KEY='r(m)9$(_q3{SECRET}#!6'\n"),
    "env with bare signs": ("app.env", f"A=1\nSECRET_KEY=r(m)9$(_q3{SECRET}#!6\n"),
    "shell": ("init.sh", f"#!/bin/sh\nexport APP_TOKEN={SECRET}\n"),
    "windows": ("app.ini", f"[db]\r\npassword = {SECRET}\r\n"),
    "properties": ("app.properties", f"a=1\nspring.datasource.password={SECRET}\n"),
    "xml": ("users.xml", f"<users>\n<password>{SECRET}</password></users>\n"),
    "xml with attributes": ("users.xml", f'<users>\n<user name="app" password="{SECRET}"/></users>\n'),
    "php": ("wp-config.php", f"<?php\ndefine( 'DB_PASSWORD', '{SECRET}' );\n"),
    "php array": ("config.php", f"<?php\n'dbpassword' => '{SECRET}',\n"),
    "python": ("settings.py", f"import os\nSECRET_KEY = '{SECRET}'\n"),
    "javascript": ("config.js", f"module.exports = {{\n  apiKey: '{SECRET}',\n"),
    "sql": ("init.sql", f"BEGIN;\nCREATE USER app PASSWORD '{SECRET}';\n"),
    "sql of postgres": ("init.sql", f"BEGIN;\nCREATE ROLE app WITH LOGIN ENCRYPTED PASSWORD '{SECRET}';\n"),
    "sql of mysql": ("init.sql", f"BEGIN;\nCREATE USER 'app'@'%' IDENTIFIED BY '{SECRET}';\n"),
    "htpasswd": ("users", f"\nadmin:{HASH}\n"),
    "htpasswd with apr1": (".htpasswd", "\nadmin:$apr1$lZL6V/ci$eIMz/iKDkbtys/uU7LEK00\n"),
    "htpasswd with sha": (".htpasswd", "\nadmin:{SHA}VBPuJHI7uixaa6LQGWx4s+5GKNE=\n"),
    "users of traefik": ("dynamic.yml", f'users:\n  - "admin:{HASH}"\n'),
    "users of prometheus": ("web.yml", f"basic_auth_users:\n  admin: {HASH}\n"),
    "a private key": ("tls.key", "\n-----BEGIN PRIVATE KEY-----\nabc\n"),
    "a URL": ("app.conf", f"\nurl postgres://app:{SECRET}@db/app\n"),
    "a URL in a comment": ("app.conf", f"\n# url postgres://app:{SECRET}@db/app\n"),
    "a comment": ("app.conf", f"\n# password = {SECRET}\n"),
    "a comment of ini": ("app.ini", f"\n; password = {SECRET}\n"),
    "a comment of a program": ("app.go", f"\n// password = {SECRET}\n"),
    "prose": ("README.md", f"\npassword: {SECRET}\n"),
    "a page": ("index.html", f'\n<input type="text" name="x" password="{SECRET}">\n'),
    "a comparison": ("auth.lua", f'\nif token == "{SECRET}" then\n'),
    "a bearer": ("prometheus.yml", f"authorization:\n  credentials: {SECRET}\n"),
}


@pytest.mark.parametrize(("name", "text"), HELD.values(), ids=HELD)
def test_is_seen_in_its_line_and_not_told(name, text):
    (found,) = secrets_in(name, text.encode())
    assert found.line == 2
    assert SECRET not in found.reason
    assert HASH not in found.reason


@pytest.mark.parametrize(
    "text",
    [
        "password: ${DB_PASSWORD}",
        "password: $DB_PASSWORD",
        "password = ${DB_PASSWORD:-default-one}",
        "password: {{ env.PASSWORD }}",
        "password: {{password}}",
        "password = <%= ENV['PASSWORD'] %>",
        "password = %(DB_PASSWORD)s",
        "password: %{env:PASSWORD}",
        "password: %DB_PASSWORD%",
        "password: @DB_PASSWORD@",
        "password: __DB_PASSWORD__",
        "password: $__file{/run/secrets/password}",
        "password: /run/secrets/db_password",
        "password: file:/run/secrets/db_password",
        "password: env:DB_PASSWORD",
        "password: <password>",
        "password: changeme",
        "password: your-password",
        "password: xxxxxxxx",
        "password: ********",
        "password: ENC[AES256_GCM,data:abcdef]",
        "password: !vault |",
        "password: *shared",
        "password: &shared",
        "password: |",
        "password:",
        'password: ""',
        "password: null",
        "password: true",
        "password: 12",
        '"registry-auth-token": "^4.2.1",',
        '"jsonwebtoken": "9.0.2-beta.1",',
        '"oauth-token": "~3.x"',
        "password: string",
        "password_file: /etc/prometheus/password",
        "password_encryption = scram-sha-256",
        "passwordPolicy: length(12) and digits(2)",
        "token_ttl: 3600s",
        "tokens_per_second: 1000000",
        "authentication: sha256withrsa",
        "primary_key: customer_identifier",
        "sort_key: created_at_and_id",
        "cache_key: some-thing-long-enough",
        "next_token: abcdefghijklmnop",
        "secretName: production-tls",
        "public_key: AAAAB3NzaC1yc2EAAAADAQABAAABAQ",
        "proxy_pass http://backend:8080;",
        "proxy_set_header X-Auth-Token $http_x_auth_token;",
        "auth_basic_user_file /etc/nginx/htpasswd;",
        "ssl_certificate_key /etc/nginx/tls.key;",
        "host all all 0.0.0.0/0 scram-sha-256",
        "# password = of-the-database",
        "; password = nextcloud",
        "// password = nextcloud",
        "description: the password: is asked for",
        "label: Password: at least eight letters",
        "requirepass ${REDIS_PASSWORD}",
        "CREATE USER app PASSWORD '${APP_PASSWORD}';",
        "<password></password>",
        "<password>${env.PASSWORD}</password>",
        "define('DB_PASSWORD', getenv('DB_PASSWORD'));",
        "time: 10:30:45",
        f"password: {reference('DB_PASSWORD')}",
        f"url: postgres://app:{reference('DB_PASSWORD')}@db/app",
    ],
)
def test_is_none(text):
    assert list(secrets_in("app.conf", f"{text}\n".encode())) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("app.js", "const password = process.env.PASSWORD;"),
        ("app.py", "password = settings.database_password"),
        ("app.lua", "token = ngx.var.cookie_token"),
        ("auth.lua", 'if token == "administrator" then'),
        ("app.go", "token := readToken()"),
        ("README.md", "password: nextcloud"),
        ("index.html", '<input type="text" name="x" password="of-the-user">'),
    ],
)
def test_code_and_prose_are_none(name, text):
    assert list(secrets_in(name, text.encode())) == []


@pytest.mark.parametrize("value", ["SUMMER_2024", "LET_ME_IN", "Passw0rd(1)", "MY_DOG_REX_7"])
def test_a_password_that_a_person_chose_is_one_although_a_program_has_such_names(value):
    text = f"DB_PASSWORD={value}\n".encode()
    assert [each.line for each in secrets_in("app.env", text)] == [1]


def test_every_line_is_told():
    lines = [f"a_password: {SECRET}", "", "b: 1", f"c_token: {SECRET}", f"url: http://a:{SECRET}@b/"]
    assert [found.line for found in secrets_in("a.yml", "\n".join(lines).encode())] == [1, 4, 5]


@pytest.mark.parametrize(
    "piece",
    ["password", "password: ", "password ", '"password":"', "a-", "<password ", "pass:\n", "$2y$",
     "define( 'password',", "identified by ", "password\t", "://a:", "'", "key=", "key = a ", " "],
)  # fmt: skip
def test_time_grows_with_the_size_alone(piece):
    text = "password" + piece * ((1 << 18) // len(piece))
    before = time.process_time()
    list(secrets_in("a.yml", text.encode()))
    assert time.process_time() - before < 2
