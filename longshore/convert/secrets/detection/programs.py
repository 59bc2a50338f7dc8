"""Where the programs that people call with passwords take them: the flags before one, and the places of one.

Only what the name of a flag does not say: `--password` and `--token` are known for every program. Facts from the
manuals of these programs.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Grammar(NamedTuple):
    """How a program takes secrets.

    flags: a secret follows, as the next word, behind `=`, or joined to a flag of one letter. joined: only joined, since
    the next word is another argument. pairs: `name:secret` follows. places: words after the program's name (`*` for
    any one, the last being the secret). only: a word without which the flags mean something else. apart: its flags are
    long behind one dash, so that what follows a letter is the rest of a flag, `-keyout`, and no secret.
    """

    flags: frozenset[str] = frozenset()
    joined: frozenset[str] = frozenset()
    pairs: frozenset[str] = frozenset()
    places: tuple[tuple[str, ...], ...] = ()
    only: str = ""
    apart: bool = False


def _grammar(
    flags: str = "", joined: str = "", pairs: str = "", places: str = "", only: str = "", *, apart: bool = False
) -> Grammar:
    return Grammar(
        frozenset(flags.split()),
        frozenset(joined.split()),
        frozenset(pairs.split()),
        tuple(tuple(place.split()) for place in places.split(";") if place.strip()),
        only,
        apart,
    )


_KNOWN: Final = (
    (
        (
            "mysql mysqladmin mysqldump mysqlimport mysqlcheck mysqlshow mysqlbinlog mysqlslap mysqlsh mysqlpump "
            "mydumper myloader mariadb mariadb-admin mariadb-dump mariadb-import mariadb-check mariadb-backup "
            "mariabackup xtrabackup innobackupex mytop innotop mycli"
        ),
        _grammar(joined="-p", places="password *"),
    ),
    ("mongo mongosh mongodump mongorestore mongoexport mongoimport mongostat mongotop mongofiles", _grammar("-p")),
    (
        "redis-cli valkey-cli keydb-cli redis-benchmark dragonfly-cli iredis",
        _grammar("-a --pass", places="auth *;auth * *;config set requirepass *;config set masterauth *"),
    ),
    (
        "ldapsearch ldapadd ldapmodify ldapdelete ldapwhoami ldappasswd ldapcompare ldapmodrdn slappasswd",
        _grammar("-w -s -a"),
    ),
    (
        "rabbitmqctl rabbitmq-diagnostics rabbitmq-queues",
        _grammar(places="add_user * *;change_password * *;authenticate_user * *"),
    ),
    ("vault bao consul nomad boundary", _grammar("-token --token", places="login *;operator unseal *;unseal *")),
    ("sqlcmd bcp osql fisql tsql", _grammar("-P")),
    (
        "cqlsh cypher-shell nodetool ycqlsh influx rabbitmqadmin vsql hdbsql",
        _grammar("-p -pw -w -password -t"),
    ),
    ("snmpget snmpwalk snmpbulkwalk snmpset snmptrap snmpgetnext snmpstatus", _grammar("-c -A -X")),
    ("mosquitto_pub mosquitto_sub mosquitto_rr", _grammar("-P --pw")),
    ("mosquitto_passwd", _grammar(places="* * *")),
    ("keytool jarsigner", _grammar("-storepass -keypass -srcstorepass -deststorepass -destkeypass -srckeypass")),
    (
        "docker podman nerdctl buildah skopeo helm crane oras regctl oc",
        _grammar("-p", pairs="--creds --src-creds --dest-creds", only="login"),
    ),
    ("7z 7za 7zr rar unrar", _grammar(joined="-p -hp")),
    ("zip unzip zipcloak ipmitool", _grammar("-P")),
    ("useradd usermod adduser superset airflow flask fab twine", _grammar("-p")),
    ("kinit kadmin kadmin.local kpasswd smbpasswd", _grammar("-w -pw")),
    ("kcadm.sh kcadm kcreg.sh", _grammar("-p", places="set-password *")),
    ("neo4j-admin", _grammar(places="set-initial-password *")),
    ("grafana-cli grafana", _grammar(places="reset-admin-password *")),
    ("x11vnc x0vncserver", _grammar("-passwd", places="-storepasswd *")),
    ("turnserver coturn turnadmin", _grammar("-p -s -q", pairs="-u --user")),
    ("rpcclient smbclient smbget", _grammar(pairs="-U")),
    ("ncat nc", _grammar(pairs="--proxy-auth")),
    ("http https httpie xh xhs", _grammar(pairs="-a --auth")),
    ("openssl", _grammar("-passin -passout -pass -K -k -passwd -hmac", apart=True)),
    ("curl", _grammar("--oauth2-bearer --pass --proxy-pass", pairs="-u -U --user --proxy-user")),
    ("lftp", _grammar(pairs="-u")),
    ("wget", _grammar("--http-passwd --proxy-passwd", pairs="--auth")),
    ("sshpass", _grammar("-p")),
    ("ssh-keygen", _grammar("-N -P")),
    ("mc mcli", _grammar(places="alias set * * * *;alias s * * * *;config host add * * * *;user add * * *")),
    ("aws", _grammar(places="configure set aws_secret_access_key *;configure set aws_session_token *")),
    ("etcdctl", _grammar(pairs="--user")),
    ("flower", _grammar(pairs="--basic-auth --basic_auth")),
    ("ngrok", _grammar(pairs="--auth --basic-auth", places="authtoken *;add-authtoken *")),
    ("cloudflared", _grammar(places="service install *")),
    ("isql", _grammar(places="* * *")),
    ("wpa_passphrase", _grammar(places="* *")),
    ("samba-tool", _grammar(places="user create * *;user add * *")),
    ("rclone", _grammar(places="obscure *")),
    ("pdftk", _grammar(places="user_pw *;owner_pw *;input_pw *")),
    ("nmcli", _grammar(places="password *")),
    ("jenkins-cli", _grammar(pairs="-auth")),
    ("radtest", _grammar(places="* *")),
    ("gitlab-runner", _grammar("-r -t")),
    ("swaks", _grammar("-ap")),
    ("sendemail sendEmail", _grammar("-xp")),
    (
        "htpasswd sqlplus psql pg_dump gpg gpg2 clickhouse-client kubectl argocd gh git npm restic borg svn wp",
        _grammar(),
    ),
)
"""Programs, and how they take secrets."""

PROGRAMS: Final = {program: grammar for programs, grammar in _KNOWN for program in programs.split()}
"""Program → how it takes secrets."""

READERS: Final = frozenset(
    "passwd chpasswd openssl docker podman gpg gpg2 sudo htpasswd kinit cryptsetup smbpasswd vault helm crane "
    "ldappasswd su mosquitto_passwd psql mysql mariadb redis-cli mongosh sqlplus vncpasswd saslpasswd2 gh "
    "nerdctl oc restic".split()
)
"""Programs that read a secret from what is piped into them."""

USER_FLAGS: Final = frozenset(
    "user users u auth basic-auth basicauth credentials credential creds login userpass user-pass account proxy-user "
    "http-user basic auth-user admin userinfo".split()
)
"""Flags of any program that `name:secret` may follow."""

SHORT: Final = frozenset("-p -P -w -W -a -A -k -K -N -t -s -x -pw -pass -u -U".split())
"""Short flags of programs that nobody here knows, before which a text that looks random is a secret."""
