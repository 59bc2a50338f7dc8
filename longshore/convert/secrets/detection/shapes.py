"""What is a secret by its look alone, whatever it is called: private keys, tokens of known makers, hashes of passwords.

The makers' prefixes and lengths are those that https://github.com/gitleaks/gitleaks (config/gitleaks.toml) and the
makers' own pages give, each with some room: makers lengthen their tokens. Where a prefix is short or a word, what
follows must look random too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from longshore.convert.secrets.detection.randomness import looks_random
from longshore.regex import Regex, alternatives

if TYPE_CHECKING:
    from collections.abc import Iterator

Span = tuple[int, int]

_PRIVATE_KEY: Final = Regex(r"-----BEGIN[ A-Z0-9_-]{0,100}PRIVATE KEY(?: BLOCK)?-----")
_END: Final = "-----END"
_ENCODED_KEY: Final = Regex(
    r"LS0tLS1CRUdJTi(?:BQUklWQVRFIEtFWS|BSU0EgUFJJVkFURSBLRVkt|BFQyBQUklWQVRFIEtFWS0|BPUEVOU1NIIFBSSVZBVEUgS0VZ"
    r"|BFTkNSWVBURUQgUFJJVkFURSBLRVkt)[A-Za-z0-9+/=]{0,4000}"
)
"""The beginning of a private key in base64, as kubeconfigs and continuous integration have it."""

_MAKERS: Final = r"""
AKIA [A-Z2-7]{16}(?![A-Za-z0-9])
ASIA [A-Z2-7]{16}(?![A-Za-z0-9])
ABIA [A-Z2-7]{16}(?![A-Za-z0-9])
ACCA [A-Z2-7]{16}(?![A-Za-z0-9])
A3T[A-Z0-9] [A-Z2-7]{16}(?![A-Za-z0-9])
gh[pousr]_ [0-9A-Za-z]{30,255}
github_pat_ \w{22,255}
gl(?:pat|ptt|cbt|dt|ffct|ft|imt|agent|oas|rt|rtr|soat)- [\w.-]{20,300}
GR1348941 [\w-]{20}
xox[abporse]- [0-9A-Za-z-]{10,255}
xapp-\d- [A-Z0-9-]{10,255}[a-z0-9-]{0,255}
xoxe\.xox[bp]- [0-9A-Za-z-]{10,255}
sk_(?:test|live|prod)_ \w{10,255}
rk_(?:test|live|prod)_ \w{10,255}
whsec_ [A-Za-z0-9+/=_-]{16,255}
sk-(?:ant-|proj-|svcacct-|admin-|or-v1-|lf-|None-) [\w-]{20,255}
AIza [\w-]{30,40}
ya29\. [\w-]{20,255}
GOCSPX- [\w-]{20,40}
1//0 [\w-]{30,255}
SG\.[\w-]{16,64} \.[\w-]{16,64}
npm_ [A-Za-z0-9]{30,64}
pypi- [\w-]{50,1000}
hf_[A-Za-z]{30,40}
api_org_ [A-Za-z]{30,40}
rubygems_ [a-f0-9]{40,64}
hv[sbr]\. [\w-]{20,300}
do[opr]_v1_ [a-f0-9]{60,64}
pul- [a-f0-9]{36,40}
dp\.(?:pt|st|ct|sa|scim|audit)\. [\w.-]{20,99}
AGE-SECRET-KEY-1 [0-9A-Za-z]{20,99}
A3-[A-Z0-9]{6} -[A-Z0-9-]{20,40}
ops_eyJ [\w+/=-]{20,999}
EAA[MCG] [A-Za-z0-9]{60,255}
dapi [a-f0-9]{32}
p8e- [A-Za-z0-9]{32}
LTAI [A-Za-z0-9]{16,20}(?![A-Za-z0-9])
AKCp [A-Za-z0-9]{20,80}
cmVmd [A-Za-z0-9]{40,64}
ABSK [A-Za-z0-9+/=]{60,300}
CLOJARS_ [A-Za-z0-9]{50,64}
duffel_(?:test|live)_ [\w=-]{30,50}
dt0[a-z]\d\d\. [A-Za-z0-9]{16,32}\.[A-Za-z0-9]{30,64}
EZ[AT]K [A-Za-z0-9]{50,60}
FLWSECK (?:_TEST)?-[A-Za-z0-9-]{12,64}
f(?:o1_[\w-]{30,64}|m1[ar]_[\w+/=-]{40,999}|m2_[\w+/=-]{40,999})
fio-u- [\w=-]{40,80}
gl(?:c_[\w+/=-]{30,999}|sa_[A-Za-z0-9]{20,40}_[A-Fa-f0-9]{8})
eyJrIjoi [\w+/=-]{40,999}
pat[A-Za-z0-9]{14} \.[a-f0-9]{40,64}
pat\. [\w-]{20,24}\.[\w-]{20,26}\.[\w-]{16,24}
sat\. [\w-]{20,24}\.[\w-]{20,26}\.[\w-]{16,24}
HRKU-AA [\w-]{30,64}
ico- [A-Za-z0-9]{32}
lin_(?:api|oauth)_ [A-Za-z0-9]{30,64}
NR(?:AK|RA|II|JS|SP)- [A-Za-z0-9_-]{20,40}
ntn_ [A-Za-z0-9]{30,60}
secret_[A-Za-z0-9]{43} (?![A-Za-z0-9])
API-[A-Z0-9]{24,32} (?![A-Za-z0-9])
sha256~ [\w-]{30,50}
pplx- [A-Za-z0-9]{30,64}
pscale_(?:tkn|oauth|pw)_ [\w=.-]{20,80}
PMAK- [A-Za-z0-9]{20,26}-[A-Za-z0-9]{30,36}
pn[ub]_ [A-Za-z0-9]{30,40}
rdme_ [a-z0-9]{50,80}
tk-us- [\w-]{40,60}
xkeysib- [A-Za-z0-9]{40,70}-[A-Za-z0-9]{12,20}
xsmtpsib- [A-Za-z0-9-]{40,99}
sntr(?:ys_[\w+/=]{40,999}|yu_[a-f0-9]{50,64})
sm_[aps]at_ [A-Za-z0-9]{12,32}
shippo_(?:live|test)_ [A-Fa-f0-9]{30,40}
shp(?:at|ca|pa|ss|ua|rt)_ [A-Fa-f0-9]{30,40}
sgp_ [A-Za-z0-9_]{30,64}
sq0(?:atp|csp|idp)- [\w-]{20,60}
EAAA [\w-]{50,64}
tfp_ [A-Za-z0-9_.-]{30,64}
sbp_ [a-f0-9]{36,48}
sb_secret_ [\w-]{16,64}
figd_ [\w-]{30,64}
r8_[A-Za-z0-9]{30,40}
gsk_ [A-Za-z0-9]{30,64}
xai- [A-Za-z0-9]{40,99}
nvapi- [\w-]{40,80}
tskey- [a-z]{2,12}-[\w-]{16,80}
ghes_ [A-Za-z0-9]{20,64}
dckr_(?:pat|oat)_ [\w-]{20,64}
ATATT3 [\w=-]{60,255}
ATCTT3 [\w=-]{60,255}
ATBB [A-Za-z0-9]{24,36}
BBDC- [A-Za-z0-9+/=]{30,60}
sl\.[A-Za-z0-9_-]{60,200}
key-[a-f0-9]{32}
rk\.eyJ [\w-]{20,255}\.[\w-]{16,64}
sk\.eyJ [\w-]{20,255}\.[\w-]{16,64}
SK[a-f0-9]{32} (?![A-Za-z0-9])
M[A-Za-z\d_-]{23,28}\.[\w-]{6,7}\. [\w-]{27,40}
N[A-Za-z\d_-]{23,28}\.[\w-]{6,7}\. [\w-]{27,40}
O[A-Za-z\d_-]{23,28}\.[\w-]{6,7}\. [\w-]{27,40}
hcaptcha_ [\w-]{20,64}
s\.[A-Za-z0-9]{24} (?![A-Za-z0-9])
live_[a-f0-9]{35}
test_[a-f0-9]{35}
access-(?:sandbox|development|production)- [0-9a-f-]{36}
PMAT- [A-Z0-9]{20,32}
v1\.0- [a-f0-9]{24}-[a-f0-9]{100,160}
CCIPAT_ [A-Za-z0-9_]{30,80}
ddp_ [A-Za-z0-9]{30,64}
b(?:uildkite|kua)_ [A-Za-z0-9]{30,64}
sq[pau]_ [a-f0-9]{40}
ph[xs]_ [A-Za-z0-9]{30,60}
nfp_ [A-Za-z0-9]{30,60}
vc[pikar]_ [A-Za-z0-9]{20,80}
4b1d [A-Za-z0-9]{38}
eyJ[\w-]{10,999} \.(?:eyJ[\w-]{6,4000})?\.[\w.-]*
sbp_v\d_ [a-f0-9]{40}
hf_[A-Za-z0-9]{34} (?![A-Za-z0-9])
ddapi_ [a-f0-9]{32}
APP_USR- \d{12,20}-\d{6}-[a-f0-9]{32}-\d{6,12}
TEST- \d{12,20}-\d{6}-[a-f0-9]{32}-\d{6,12}
rzp_(?:live|test)_ [A-Za-z0-9]{14}:[A-Za-z0-9]{14,24}
AC[a-f0-9]{32} :[a-f0-9]{32}
00D[A-Za-z0-9]{12,15} ![\w.]{60,120}
v1\.[a-f0-9]{32} -[\w-]{100,200}
pcsk_ [A-Za-z0-9]{5,8}_[A-Za-z0-9]{40,80}
jina_ [A-Za-z0-9]{40,70}
wandb_v\d_ [\w-]{40,99}
vercel_blob_rw_ [A-Za-z0-9]{8,24}_[A-Za-z0-9]{20,40}
fig[dou]_ [\w-]{30,64}
shptka_ [a-f0-9]{32}
ph[a-z]_[A-Za-z0-9]{40,48}
rnd_ [A-Za-z0-9]{24,32}
fw_[A-Za-z0-9]{22,26} (?![A-Za-z0-9])
FwoGZXIvYXdz [A-Za-z0-9+/=]{60,2000}
IQoJb3JpZ2lu [A-Za-z0-9+/=]{60,2000}
FQoGZXIvYXdz [A-Za-z0-9+/=]{60,2000}
NRAL [A-Za-z0-9]{20,40}
S[UOANC][A-Z2-7]{56} (?![A-Z0-9])
"""
"""How the tokens of each maker begin, and, behind a blank, how they go on."""

_WITHIN: Final = {
    r"\.atlasv1\.": r"[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{40,80}",
    r"-us\d": r"[a-f0-9]{32}-us\d{1,2}(?![A-Za-z0-9])",
    r":AA": r"\d{8,10}:AA[\w-]{14,40}",
    r"Q~": r"[A-Za-z0-9_~.]{3}\dQ~[\w~.-]{30,36}",
    r"_mmk": r"[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk",
    r"==": r"(?<!sha512-)[A-Za-z0-9+/]{86}==(?![A-Za-z0-9+/=])",
    r"_gitlab_session=": r"_gitlab_session=[0-9a-z]{32}",
    r"-[a-f0-9]{8}-[a-f0-9]{8}": r"[a-f0-9]{32}-[a-f0-9]{8}-[a-f0-9]{8}(?![A-Za-z0-9])",
    r"NRAL": r"[a-f0-9]{36}NRAL",
}
"""Those that begin with anything: what stands in them, and all of them."""

_MARK: Final = Regex(alternatives([*(line.partition(" ")[0] for line in _MAKERS.split("\n") if line), *_WITHIN]))
"""One of these is in each of them. It looks through a text in a twentieth of the time, and most texts have none."""

_SURE: Final = Regex(f"(?<![A-Za-z0-9])(?:{'|'.join([*_MAKERS.replace(' ', '').split(), *_WITHIN.values()])})")
_DOUBTFUL: Final = Regex(
    r"(?<![A-Za-z0-9_-])(?:sk|rk|pat|key|tok|token|secret|api|sess|oauth|e2b|pdl|tvly|fc|lsv2|clh|sup|rpa|pst|cog|svix|wbk"
    r"|signkey|ssk|xoxd|inngest|re)[-_]{1,2}[A-Za-z0-9_-]{16,255}"
)
"""Prefixes that mean little: the rest must look random."""

_ADDRESS: Final = Regex(
    r"hooks\.slack\.com/(?:services|workflows|triggers)/[\w/+-]{1,200}"
    r"|discord(?:app)?\.com/api/(?:v\d{1,2}/)?webhooks/\d{5,25}/[\w-]{6,200}"
    r"|webhook\.office\.com/webhookb2/[\w@/.-]{8,300}"
    r"|api\.telegram\.org/(?:file/)?bot[\w:-]{12,99}|hooks\.zapier\.com/hooks/catch/[\w/]{6,99}"
    r"|chat\.googleapis\.com/v1/spaces/[\w-]{1,99}/messages\?key=[\w%&=-]{8,300}"
    r"|outlook\.office(?:365)?\.com/webhook/[\w@/.-]{8,300}|open\.feishu\.cn/open-apis/bot/v2/hook/[\w-]{8,99}"
    r"|oapi\.dingtalk\.com/robot/send\?access_token=\w{8,99}|qyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key=[\w-]{8,99}"
    r"|logic\.azure\.com[:\d]{0,5}/workflows/[\w/?&=%.-]{8,400}|maker\.ifttt\.com/trigger/[\w/-]{1,99}/with/key/[\w-]{8,99}"
    r"|hook\.\w{1,10}\.make\.com/[a-z0-9]{20,64}|alert\.victorops\.com/integrations/[\w/-]{20,200}"
    r"|betterstack\.com/api/v1/heartbeat/\w{16,64}|\.pipedream\.net/?\w{0,64}"
    r"|/(?:web)?hooks?/(?:[\w.-]{1,40}/){0,3}+(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32,64})"
    r"|hc-ping\.com/[\w-]{20,99}|events\.pagerduty\.com/integration/[\w-]{8,99}"
)
"""Addresses that whoever knows them may use."""

_OF_ADDRESSES: Final = (
    "hook",
    "bot",
    "chat.googleapis.com",
    "logic.azure.com",
    "ifttt",
    "hc-ping",
    "pagerduty",
    "victorops",
    "heartbeat",
    "pipedream",
)
"""One of these is in each of them."""

_HASH: Final = Regex(
    r"\$(?:2[abxy]\$\d\d|apr1|argon2(?:i|d|id)\$v=\d+\$[mtp=,\d]{5,40}|[1567y]|md5(?:,rounds=\d+)?|7\$\d+|gy|scrypt)\$[./A-Za-z0-9$,=+_-]{10,300}"
    r"|\{(?:S?SHA|S?SHA256|S?SHA512|S?MD5|PLAIN|CRYPT|CLEARTEXT|PBKDF2|SCRAM-SHA-\d{1,3}|ARGON2|BCRYPT)(?:\.[A-Za-z0-9]{3,6})?\}[^\s\"':,]{6,400}"
    r"|(?:pbkdf2_sha256|pbkdf2:sha256|scrypt|pbkdf2-sha512|bcrypt_sha256)[$:][\w$:./+=-]{16,400}"
    r"|SCRAM-SHA-(?:1|256|512)\$\d+:[\w+/=$:]{16,400}|(?<![A-Za-z0-9])md5[0-9a-f]{32}(?![0-9a-f])"
    r"|(?<=')\*[0-9A-Fa-f]{40}(?=')"
)
_OF_HASHES: Final = ("$", "{", "'*", "md5", "pbkdf2", "crypt")
"""One of these is in each of them."""

_SHORTEST: Final = 16


def private_keys(text: str) -> Iterator[Span]:
    """Where private keys stand, from their first line to their last."""
    if "-----BEGIN" in text:
        for match in _PRIVATE_KEY.finditer(text):
            end = text.find(_END, match.end())
            closing = text.find("-----", end + len(_END)) if end >= 0 else -1
            yield match.start(), closing + 5 if closing >= 0 else len(text)
    if "LS0tLS1CRUdJTi" in text:
        for match in _ENCODED_KEY.finditer(text):
            yield match.span()


def tokens(text: str) -> Iterator[Span]:
    """Where tokens stand, by the makers' prefixes, or by a prefix that many use before what looks random."""
    yield from known_tokens(text)
    if len(text) >= _SHORTEST:
        for match in _DOUBTFUL.finditer(text):
            if looks_random(match[0]):
                yield match.span()


def known_tokens(text: str) -> Iterator[Span]:
    """Where tokens of known makers stand, and addresses that whoever knows them may use."""
    if len(text) < _SHORTEST:
        return
    if _MARK.search(text):
        for match in _SURE.finditer(text):
            yield match.span()
    if any(part in text for part in _OF_ADDRESSES):
        for match in _ADDRESS.finditer(text):
            yield match.span()


def hashes(text: str) -> Iterator[Span]:
    """Where hashes of passwords stand: what they are of can be guessed by whoever reads them."""
    if any(sign in text for sign in _OF_HASHES):
        for match in _HASH.finditer(text):
            yield match.span()
