"""What a name says of its value: that it is a secret, that it may be one, or that it is something beside a secret.

A name is a list of words. Some mean a secret wherever they stand (`password`, `passwort`, `contraseña`, `token`), some
only at the end (`…_KEY`, `…_AUTH`), and what stands before or after can take it back: `PASSWORD_MIN_LENGTH`,
`TOKEN_URL`, `PUBLIC_KEY`. Such a name is *telling* all the same: under `VAULT_SECRET_ID` or `ORDER_KEY` a value that
looks random is a secret, `created_at` is none.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import Final, Literal, NamedTuple

from longshore.regex import Regex

Strength = Literal["secret", "telling", "plain", "public"]


class Name(NamedTuple):
    """What a name says. rule: `K1` … `K5` of docs/secrets.md, empty where it says nothing.

    secret: the value is one, whatever it is. telling: it is one where it looks random. plain: the name says nothing.
    public: it says that the value is for everybody, however it looks. last: the secret is what the name ends with.
    pair: the value may be a name and a password, and else is none.
    """

    strength: Strength
    rule: str = ""
    last: bool = False
    pair: bool = False


PLAIN: Final = Name("plain")
PUBLIC: Final = Name("public")
TELLING: Final = Name("telling", "K5")
LOGIN: Final = Name("telling", "K5", pair=True)

_WORD: Final = Regex(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_SECRET_WORDS: Final = frozenset(
    "password passwords passwd passwds passwrd passwrds pasword passord passphrase passcode pwd pswd pswrd pwrd "
    "pass pw psk secret secrets token tokens tok tkn tkns credential credentials creds cred apikey apikeys "
    "apitoken authtoken authtok authkey accesskey secretkey privatekey "
    "signingkey "
    "sharedkey accountkey masterkey dsn salt salts pepper bearer hmac mnemonic dbpass userpass smtppass requirepass "
    "masterauth masterpass adminpass rootpass storepass keypass bindpass mailpass ftppass mysqlpass "
    "privkey signkey sessionkey cookiekey presharedkey preshared fernet cipherkey secretstring pgpass webdavpass "
    "passwort kennwort losung geheim geheimnis geheimwort schluessel zugangsdaten zugangscode zugriffscode contrasena "
    "contrasenya contrasenia clave claves secreto secreta secrete motdepasse mdp jeton senha senhas segredo segreda "
    "wachtwoord wachtwoorden toegangscode geheime parola parolada segreto segreta haslo hasla losenord "
    "hemlighet hemligt passord adgangskode kodeord hemmelighed hemmelig salasana tunnussana salaisuus heslo hesla "
    "tajne tajny jelszo titkos parool salasona slaptazodis geslo pasahitza cyfrinair lykilord fjalekalim sifre sifra "
    "gizli parol sandi katasandi matkhau lozinka lozinku zaporka tajna".split()
)
_OTHER_SCRIPTS: Final = (
    "парол", "секрет", "токен", "лозинк", "таємн", "密码", "密碼", "密钥", "密鑰", "秘密", "口令", "令牌", "暗証",
    "パスワード", "トークン", "シークレット", "비밀", "암호", "토큰", "κωδικ", "συνθηματικ", "σύνθημα", "סיסמ", "كلمة",
    "पासवर्ड", "รหัสผ่าน", "գաղտնաբառ", "პაროლ",
)  # fmt: skip
_OTHER_KEYS: Final = (
    "ключ",
    "キー",
    "鍵",
    "钥",
    "키",
    "κλειδ",
    "מפתח",
    "סוד",
    "مفتاح",
    "رمز",
    "سر",
    "कुंजी",
    "กุญแจ",
    "รหัส",
)
"""Keys and codes, which may be those of other things; as parts of longer words too."""
_LETTERS: Final = str.maketrans({"ł": "l", "Ł": "L", "ß": "ss", "\u0131": "i", "ø": "o", "Ø": "O"})
_ENDINGS: Final = (
    "schluessel", "schlussel", "geheimnis", "adgangskode", "losenord", "jelszo", "hemlighet",
    "password", "passwd", "passwort", "kennwort", "passphrase", "secret", "apikey", "token", "secretkey", "accesskey",
    "privatekey", "authkey", "contrasena", "motdepasse", "wachtwoord", "passcode", "pwd", "credential", "credentials",
    "apisecret", "pw",
)  # fmt: skip
_BEGINNINGS: Final = ("secretkey", "privatekey", "passwort", "kennwort")
_PAIRS: Final = frozenset(
    {
        ("basic", "auth"), ("basicauth", ""), ("connection", "string"), ("connection", "url"), ("erlang", "cookie"),
        ("redis", "auth"), ("slack", "url"), ("webhook", "url"), ("de", "passe"), ("discord", "webhook"),
        ("slack", "webhook"), ("teams", "webhook"), ("conn", "str"), ("conn", "string"), ("auth", "header"),
    }
)  # fmt: skip
_WHOLE_NAMES: Final = frozenset({"neo4j_auth", "rabbitmq_cookie", "ftp_users", "sftp_users"})
_KEYS: Final = frozenset({"key", "keys"})
_KEYS_ELSEWHERE: Final = frozenset(
    "sleutel schluessel schlussel clef cle cles llave llaves chave chaves chiave chiavi klucz klic kljuc "
    "nyckel nokkel noekkel nogle noegle avain anahtar anahtari kulcs cheie raktas atslega voti".split()
)
"""Keys in other languages: they may be those of a door, a map or a record, and are telling."""

_CODE_OWNERS: Final = frozenset(
    "access unlock security secret entry invite invitation activation recovery backup license licence door alarm pin "
    "verification registration enrollment pairing setup otp auth admin zugangs toegangs".split()
)
"""Words before `code` or `phrase` that make it one that opens something."""

_NO_SECRET_KEY: Final = frozenset(
    "public pub publishable site partition primary foreign sort range cache routing shard sharding message group "
    "order object record row index metric metadata property config lookup unique search tag label feature flag "
    "translation tracking measurement topology hot registry dedupe idempotency tls ssl and or of by for to".split()
)
"""Words before `key` that make it the key of something, not to something."""

_FOR_ALL: Final = frozenset("public pub publishable site gpg pgp anon".split())
"""Words before `key` that make it one that everybody may see."""

_TELLING_LAST: Final = frozenset(
    "auth oauth authorization cookie cookies license licence iv hash signature sig private pem seed conn "
    "connection webhook "
    "webhooks nonce sas access encrypt encryption community jwt pin otp totp pat hook hooks "
    "key keys cert psk2 unseal recovery session signing credentialsjson value header headers cipher shared enrollment "
    "aes aes128 aes256 hmac256 seedphrase".split()
)
"""Last words under which a value that looks random is a secret."""

_LOGINS: Final = frozenset("login logins user users admin admins account accounts system userlist basic".split())
"""Last words under which `name:password` may stand."""

_TELLING_PARTS: Final = frozenset("auth oauth key keys".split())
"""Words that have the same effect wherever they stand, unless the name goes on to something harmless."""

_KEY_OWNERS: Final = frozenset("api access secret private encryption master signing account license".split())

_HARMLESS_LAST: Final = frozenset(
    "file path dir directory name names id ids url uri endpoint host hosts port ttl expiry expires expiration "
    "expire age lifetime lifespan timeout duration length size min max algorithm alg type policy header headers issuer "
    "audience claim domain realm enabled disabled required rotation rounds iterations cost strength complexity "
    "history attempts alias arn region version mode field fields prefix suffix count limit limits days hours minutes "
    "seconds minute hour day second ms manager store backend provider driver engine class reset format encoding "
    "encoder encoders "
    "interval user username email method scheme strategy scope scopes validator validators hasher hashers "
    "generator regex pattern template mapping servers protocol mechanism factor source "
    "authentication authorization encryption verification contract address symbol decimals bucket column table "
    "placeholder prompt hint title text message page form screen grant kind state status period retries window rule "
    "rules location root folder filename files paths dirs plugin handler service services per allowed space usage "
    "budget price cost limiter ratio threshold level action check checks".split()
)
_IDENTIFIERS: Final = frozenset(
    "id ids uid uids uuid guid name names arn alias fingerprint label type algorithm alg size length".split()
)
"""Last words that make of a key something that everybody may see: `KEY_ID`."""

_HARMLESS_NAME: Final = Regex(
    r"^(?:public|pub|require|requires|enable|disable|allow|use|has|is|no|show|hide|skip)_|_public_key$|allow_empty"
    r"|_random_.*password|^(?:old)?pwd$|(?:^|_)(?:max|min|num|total|prompt|completion|stop)_(?:\w{1,60}_)?tokens?$"
    r"|pass_?through|verbose|existing_?secret"
    r"|^csrf_(?:cookie|trusted|header|token)|tokens?_per_|password_?less"
)
_PAGING: Final = frozenset(
    "change continuation creation cursor id input next output page pagination request eos bos pad unk max".split()
)
"""Words before `token` that make it the name of a page or a request, which opens nothing."""

_STORES: Final = frozenset(
    "database db postgres postgresql pg mysql mariadb mongo mongodb redis amqp rabbitmq broker smtp mailer ldap".split()
)


@lru_cache(maxsize=8192)
def name(key: str) -> Name:
    """Judge a name: `camelCase`, `snake_case`, `kebab-case`, `dotted.names`; numbers at its end count not (`_2`)."""
    if not key.isascii():
        if any(word in key.lower() for word in _OTHER_SCRIPTS):
            return Name("secret", "K1", last=True)
        if any(word in key.lower() for word in _OTHER_KEYS):
            return TELLING
        key = _without_accents(key)
    parts = words(key)
    if not parts:
        return PLAIN
    lowered = key.lower()
    last = parts[-1]
    before = parts[-2] if len(parts) > 1 else ""
    found = _secret(parts, lowered, last, before)
    if _FOR_ALL.intersection(parts[:-1]) and (last in _KEYS or parts[-2:-1] in (["key"], ["keys"])):
        return PUBLIC
    if found:
        harmless = last in _HARMLESS_LAST or _HARMLESS_NAME.search(lowered.replace("-", "_").replace(".", "_"))
        if not harmless or (found == "K2" and not _HARMLESS_NAME.search(lowered)):
            return Name("secret", found, last=_is_last(last, before, lowered))
        key_of = _KEYS.intersection(parts) and _SECRET_WORDS.isdisjoint(parts)
        return PLAIN if key_of and last in _IDENTIFIERS else TELLING
    parted = not _TELLING_PARTS.isdisjoint(parts) and last not in _HARMLESS_LAST
    if (
        _tells_elsewhere(parts, last, before)
        or last in _TELLING_LAST
        or parted
        or _is_sentry(parts)
        or before in {"cred", "creds"}
    ):
        return TELLING
    return LOGIN if last in _LOGINS else PLAIN


def _secret(parts: list[str], lowered: str, last: str, before: str) -> str:
    """The rule by which the words mean a secret, whatever takes it back; empty where none does."""
    if (before, last) in _PAIRS or (last, "") in _PAIRS:
        return "K2"
    if not _SECRET_WORDS.isdisjoint(parts) or lowered in _WHOLE_NAMES:
        return "" if last in {"token", "tokens"} and before in _PAGING else "K1"
    if last in _KEYS and before and before not in _NO_SECRET_KEY and before not in _FOR_ALL:
        return "K3"
    if any(first in _KEY_OWNERS and second in _KEYS for first, second in pairwise(parts)):
        return "K3"
    if any(word.endswith(_ENDINGS) or word.startswith(_BEGINNINGS) for word in parts if len(word) > 2):  # noqa: PLR2004  letters
        return "K4"
    return ""


def _tells_elsewhere(parts: list[str], last: str, before: str) -> bool:
    """Is it a key in another language, or the code or phrase that opens something?"""
    coded = last in {"code", "codes", "phrase", "kod", "codigo", "codice"} and before in _CODE_OWNERS
    return coded or not _KEYS_ELSEWHERE.isdisjoint(parts) or any(part.endswith("sleutel") for part in parts)


def _is_last(last: str, before: str, lowered: str) -> bool:
    """Is the secret what the name ends with, as `token` in `api_token`, but not in `token_mode`?"""
    return (
        last in _SECRET_WORDS
        or last.endswith(_ENDINGS)
        or (last in _KEYS and before not in _NO_SECRET_KEY)
        or (before, last) in _PAIRS
        or lowered.endswith(("secret_key_base", "secretkeybase"))
    )


def _is_sentry(parts: list[str]) -> bool:
    return parts[0] == "sentry" and parts[-1] in {"url", "uri"}


def words(key: str) -> list[str]:
    """The words of a name in small letters, without numbers at its end."""
    found = [word.lower() for word in _WORD.findall(key)]
    while found and found[-1].isdigit():
        found.pop()
        if found[-1:] == ["v"]:
            found.pop()
    return found


def _without_accents(key: str) -> str:
    from unicodedata import combining, normalize  # noqa: PLC0415  most names are ASCII

    return "".join(letter for letter in normalize("NFKD", key.translate(_LETTERS)) if not combining(letter))


def is_store_address(key: str) -> bool:
    """Is it the name of a data store's address, with a password in it or, tomorrow, without?"""
    parts = words(key)
    return parts[-1:] == ["datasource"] or (len(parts) > 1 and parts[-1] in {"url", "uri"} and parts[-2] in _STORES)


def is_identifier(key: str) -> bool:
    """Is it the name of what tells one thing from another, which everybody may see: `SHEET_ID`, `uid`, `priceIds`?"""
    parts = words(key)
    return bool(parts) and parts[-1] in _IDENTIFIERS


def is_harmless(key: str) -> bool:
    """Does the name say that its value is something beside a secret: an identifier, an address, a number?"""
    parts = words(key)
    return bool(parts) and parts[-1] in _HARMLESS_LAST
