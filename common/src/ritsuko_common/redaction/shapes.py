"""What a secret looks like by itself or by what stands around it: one table of patterns.

Every repetition is bounded, or ends where the next attempt begins, so that no text takes longer than its length allows.
A token that a cut has shortened is known by its beginning, if it stands at the end of the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ritsuko_common.redaction.alternatives import by_first_letter

_I = re.IGNORECASE
_M = re.MULTILINE


@dataclass(frozen=True, slots=True)
class Shape:
    """A pattern whose groups `secret`, `secret2` (without one, its whole match) are replaced.

    `kind` is what the mark calls it. `hints` are pieces, in lower case or exactly as written, of which every match has
    one (none: it is always looked for). `plain` says that a word of a sentence in that place is a secret, too.
    """

    kind: str
    hints: tuple[str, ...]
    pattern: re.Pattern[str]
    plain: bool = True

    def may_be_in(self, text: str, lowered: str) -> bool:
        """Whether a text, also given in lower case, can have a match: a cheap question before a dear one."""
        for hint in self.hints:
            if hint in lowered or hint in text:
                return True
        return not self.hints


# Prefix, and what follows it in a whole token.
_TOKENS = (
    ("gh[pousr]_", "[A-Za-z0-9_]{16,}"),  # GitHub
    ("github_pat_", r"\w{20,}"),
    (
        r"gl(?:pat|dt|rt|rtr|cbt|ptt|ft|imt|agent|wt|oas|soat|ffct|[a-z]{1,6}t)-",
        r"(?=[\w.-]{0,40}\d)[\w.-]{16,}",
    ),  # GitLab
    ("GR1348941", r"[\w-]{16,}"),
    (r"xox[a-z](?:\.xox[a-z])?-", r"[\w-]{10,}"),  # Slack
    ("xapp-", r"\d-[\w-]{10,}"),
    (r"(?:sk|rk|pk)_(?:live|test|prod)_", r"\w{10,}"),  # Stripe, Clerk
    ("whsec_", r"[A-Za-z0-9+/=_-]{16,}"),
    ("AIza", r"[\w-]{30,}"),  # Google
    (r"ya29\.", r"[\w.-]{16,}"),
    ("GOCSPX-", r"[\w-]{16,}"),
    ("1//0", r"[\w-]{30,}"),
    ("hf_", "[A-Za-z0-9]{24,}"),  # Hugging Face
    ("(?:ATATT3|ATCTT3|ATBB|ATSTT3)", r"[\w=.-]{8,}"),  # Atlassian
    ("shp(?:at|ca|pa|ss|tka|ua)_", "[A-Za-z0-9]{16,}"),  # Shopify
    ("npm_", "[A-Za-z0-9]{24,}"),
    ("pypi-", r"[\w-]{30,}"),
    ("rubygems_", "[0-9a-f]{30,}"),
    ("dckr_[op]at_", r"[\w-]{16,}"),
    (r"hv[sbr]\.", r"[\w.-]{16,}"),  # Vault
    (r"SG\.", r"[\w-]{10,}\.[\w-]{10,}"),  # SendGrid
    ("do[oprt]_v1_", "[0-9a-f]{30,}"),  # DigitalOcean
    (r"dp\.(?:pt|st|ct|sa|scim|audit|said)\.", r"[\w.-]{16,}"),  # Doppler
    ("dapi", r"[0-9a-f]{30,}(?:-\d)?"),  # Databricks
    ("dose", r"[0-9a-f]{32}"),
    ("lin_(?:api|oauth)_", "[A-Za-z0-9]{16,}"),  # Linear
    ("ntn_", "[A-Za-z0-9]{24,}"),  # Notion
    ("secret_", "[A-Za-z0-9]{30,}"),
    ("sk-", r"(?=[\w-]{0,60}\d)[\w-]{16,}"),  # OpenAI, Anthropic, Langfuse
    ("gl(?:sa|c)_", r"[\w=+/-]{16,}"),  # Grafana
    ("NR(?:AK|II|JS|RA)-", r"[\w-]{16,}"),  # New Relic
    ("pscale_(?:tkn|pw|oauth)_", r"[\w.=-]{16,}"),
    ("sbp_", "[0-9a-f]{30,}"),  # Supabase
    ("sb_secret_", r"[\w-]{16,}"),
    ("AGE-SECRET-KEY-", "1?[A-Z0-9-]{20,}"),
    ("SK", "[0-9a-f]{32}"),  # Twilio
    ("key-", "[0-9a-f]{32}"),  # Mailgun
    ("xkeysib-", r"[\w-]{20,}"),
    ("xsmtpsib-", r"[\w-]{20,}"),
    ("(?:AKIA|ASIA|ABIA|ACCA)", "[A-Z0-9]{16}"),  # AWS
    ("(?:IQoJb3JpZ2lu|FwoGZXIvYXdz|FQoGZXIvYXdz)", "[A-Za-z0-9+/=%]{16,}"),
    ("LTAI", "[A-Za-z0-9]{12,}"),  # Alibaba
    ("AKID", "[A-Za-z0-9]{28,}"),  # Tencent
    ("sq0(?:atp|csp|idp)-", r"[\w-]{16,}"),  # Square
    ("EAA[A-Za-z]", "[A-Za-z0-9_-]{50,}"),  # Square, Facebook
    (r"access_token\$(?:production|sandbox)\$", r"[\w$]{16,}"),  # PayPal
    ("figd_", r"[\w-]{16,}"),
    ("PMAK-", r"[\w-]{16,}"),  # Postman
    ("sntry[su]_", r"[\w=+/-]{16,}"),  # Sentry
    ("sq[pau]_", "[0-9a-f]{30,}"),  # SonarQube
    ("AKCp", "[A-Za-z0-9]{40,}"),  # Artifactory
    ("cmVmd", "[A-Za-z0-9]{40,}"),
    ("oy2", "[a-z0-9]{43}"),  # NuGet
    ("pul-", "[0-9a-f]{30,}"),  # Pulumi
    ("bk[au]a?_", "[0-9a-f]{30,}"),  # Buildkite
    ("CCIPAT_", r"\w{16,}"),  # CircleCI
    ("tskey-", r"(?:[a-z]{2,12}-)?[\w-]{12,}"),  # Tailscale
    (r"fo1_", r"[\w-]{30,}"),  # Fly
    ("fm[12]_", r"[\w+/=-]{40,}"),
    ("nfp_", "[A-Za-z0-9]{30,}"),  # Netlify
    ("rnd_", "[A-Za-z0-9]{24,}"),  # Render
    ("ops_eyJ", r"[\w-]{40,}"),  # 1Password
    ("gsk_", "[A-Za-z0-9]{30,}"),  # Groq
    ("r8_", "[A-Za-z0-9]{30,}"),  # Replicate
    ("pplx-", "[A-Za-z0-9]{30,}"),
    ("xai-", "[A-Za-z0-9]{30,}"),
    ("nvapi-", r"[\w-]{30,}"),
    ("lsv2_(?:pt|sk)_", r"\w{30,}"),  # LangSmith
    ("pcsk_", r"\w{30,}"),  # Pinecone
    ("CFPAT-", r"[\w-]{30,}"),  # Contentful
    ("aio_", "[A-Za-z0-9]{26,}"),  # Adafruit
    ("CLOJARS_", "[0-9a-f]{30,}"),
    ("pat-(?:na|eu)[0-9]-", "[0-9a-f-]{30,}"),  # HubSpot
    ("rdme_", "[a-z0-9]{40,}"),
    ("sgp_", r"\w{30,}"),  # Sourcegraph
    ("HRKU-", r"[\w-]{30,}"),  # Heroku
    ("EZ[AT]K", "[A-Za-z0-9]{40,}"),  # EasyPost
    ("access-(?:sandbox|development|production)-", "[0-9a-f-]{30,}"),  # Plaid
    ("phc?x?_", "[A-Za-z0-9]{40,}"),  # PostHog
    ("AQVN", r"[\w-]{30,}"),  # Yandex
    ("y0_", r"[\w-]{40,}"),
    ("sha256~", r"[\w-]{30,}"),  # OpenShift
    (r"v1\.0-[0-9a-f]{24}-", "[0-9a-f]{60,}"),  # Cloudflare
    ("pat[A-Za-z0-9]{14}", r"\.[0-9a-f]{40,}"),  # Airtable
    ("ico-", "[A-Za-z0-9]{32}"),
    ("vc[pkc]_", "[A-Za-z0-9]{40,}"),  # Vercel
)
# At the end of a text these are known by their beginning alone.
_CUT = " ".join(
    rf"{prefix}[\w.+/=-]{{3,100}}\Z"
    for prefix in [
        "gh[pousr]_",
        "github_pat_",
        "gl(?:pat|dt|rt|cbt|ptt)-",
        "xox[abeoprs]-",
        "xapp-",
        "sk_(?:live|test)_",
        "rk_(?:live|test)_",
        "whsec_",
        "AIza",
        "ya29\\.",
        "GOCSPX-",
        "hf_",
        "ATATT3",
        "shpat_",
        "npm_",
        "pypi-",
        "dckr_pat_",
        "hv[sb]\\.",
        "SG\\.",
        "do[opr]_v1_",
        "dapi(?=\\d)",
        "lin_api_",
        "ntn_",
        "sk-(?:ant|proj)-",
        "glsa_",
        "glc_",
        "NRAK-",
        "pscale_",
        "sbp_",
        "AGE-SECRET-KEY-",
        "AKIA",
        "ASIA",
    ]
)
_START = r"(?:(?<![A-Za-z0-9])|(?<=\\[nrt]))"
_HOST = r"[\w.*-]+"
_QUOTE = r"\\*[\"'`]"

# Order matters: what spans most comes first.
SHAPES: tuple[Shape, ...] = (
    # A whole PEM or PGP block, also with its line ends written as \n, and one whose end was cut off.
    Shape(
        "pem",
        ("-----begin ", "---- begin "),
        re.compile(
            r"-----BEGIN (?!CERTIFICATE)[A-Z0-9 ]{1,40}-----"
            r"(?:(?:(?!-----BEGIN )[\s\S]){0,20000}?-----END [A-Z0-9 ]{1,40}-----"
            r"|(?:\\+[nr]|[A-Za-z0-9+/=\s:,.()-])*)"
            r"|---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----[\s\S]{0,20000}?(?:---- END [A-Z0-9 ]{1,40} ----|\Z)"
        ),
    ),
    Shape("pem", ("putty-user-key",), re.compile(r"Private-Lines: \d{1,3}\s+(?P<secret>(?:[A-Za-z0-9+/=]+\s*)+)")),
    Shape("vault", ("$ansible_vault",), re.compile(r"\$ANSIBLE_VAULT;[\w.;]+(?P<secret>(?:\s+[0-9a-f]{16,})+)")),
    Shape("jwt", ("eyj",), re.compile(rf"{_START}eyJ(?:[\w-]{{6,}}\.[\w-]{{4,}}(?:\.[\w-]*){{0,3}}|[\w-]{{5,}}\.?\Z)")),
    # user:password@ in a URL: the user stays. What looks like a port and a path is one.
    Shape(
        "password",
        ("://", ":\\/\\/"),
        re.compile(
            r"(?<=:)(?://|\\/\\/)[^\s/:@?#\"'<>]{0,256}:(?!\d{1,5}(?:[/?#\s\"',;)\]}]|\Z))(?P<secret>[^\s\"'<>]{1,512})@"
            r"|(?<=:)(?://|\\/\\/)[\w.%+-]{0,256}:(?!\d{1,5}\Z)(?P<secret2>[^\s\"'<>/?#@:]{1,512}\Z)"
        ),
    ),
    # A token in the place of the user.
    Shape(
        "token",
        ("://",),
        re.compile(r"://(?P<secret>(?=[^\s/:@?#\"'<>]{0,64}\d)[^\s/:@?#\"'<>]{16,256}):?@(?=[\w.-])"),
    ),
    # user:password@tcp(host:port), as in DSNs of Go and PHP.
    Shape(
        "password",
        ("@tcp", "@unix", "@udp", "@("),
        re.compile(r"(?<![\w/@.-])[\w.%-]{1,64}:(?P<secret>[^\s@\"']{1,256})@(?:tcp|tcp6|unix|udp|cloudsql[\w-]*)?\("),
    ),
    # user:password@host:port without a scheme
    Shape(
        "password",
        ("@",),
        re.compile(
            r"(?<![\w/@.:-])(?!(?:mailto|sips?|acct|npm|urn|from|to|user|email|git|pkg|docker|image):)[\w.-]{1,64}:"
            rf"(?P<secret>(?=[^\s@:/]{{0,64}}[\d!#$%&*+=?^~])[^\s@:/\"'<>,]{{4,256}})@(?!sha\d+:){_HOST}(?::\d{{2,5}}\b|/\w)"
        ),
    ),
    # Oracle: user/password@host
    Shape(
        "password",
        ("oracle:", "sqlplus", "rman ", "expdp", "impdp", "sqlldr"),
        re.compile(
            r"(?:oracle:(?:thin|oci8?):|\b(?:sqlplus|rman|expdp|impdp|sqlldr)\b[^\n@/|;]{0,100}[\s=])\"?[\w.$#-]{1,64}/"
            r"(?P<secret>[^\s@]{1,128})(?=@|\Z)"
        ),
    ),
    Shape(
        "header",
        ("authorization", "x-", "cookie", "api-key", "apikey"),
        re.compile(
            r"(?:(?<![\w-])(?:proxy-)?authorization|(?<![\w-])x-[a-z-]{0,40}(?:token|key|auth|secret)|(?<![\w-])(?:set-)?cookie2?"
            r"|(?<![\w-])(?:ocp-apim-subscription|api)-key)\\*[\"']?[ \t]*"
            r"(?::|=(?!>))[ \t]*+(?:\[(?!redacted-)[ \t]*)?\\*+[\"']?+"
            r"(?![|>][+-]?[ \t]*$)(?P<secret>[^\s\"'\\](?:[^\r\n\"'\\]*))",
            _I | _M,
        ),
        plain=False,
    ),
    # Addresses that let in anyone who knows them.
    Shape(
        "webhook",
        (
            "hooks.slack",
            "/api/webhooks/",
            "webhook.office",
            "api.telegram",
            "hooks.zapier",
            "/hooks/",
            "maker.ifttt",
            "open-apis/bot",
            "hc-ping",
            "hook.eu",
            "hook.us",
            "hook.integromat",
            "chat.googleapis",
            "pipedream",
            "qyapi.weixin",
        ),
        re.compile(
            r"(?:hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/|discord(?:app)?\.com/api/webhooks/"
            r"|\.webhook\.office\.com/|api\.telegram\.org/(?:file/)?bot|hooks\.zapier\.com/hooks/catch/"
            r"|maker\.ifttt\.com/trigger/\w+/(?:json/)?with/key/|/open-apis/bot/v2/hook/|hc-ping\.com/"
            r"|hook\.(?:eu|us)\d\.make\.com/|hook\.integromat\.com/"
            r"|(?:chat\.googleapis\.com/v1/spaces/\w{1,64}/messages|qyapi\.weixin\.qq\.com/cgi-bin/webhook/send)\?"
            r"|://[^\s/]{1,256}/hooks/(?=\w*\d))(?P<secret>[^\s\"'<>?#]{8,512})"
        ),
    ),
    Shape(
        "signature",
        ("sig", "code=", "x-amz-", "x-goog-", "assertion=", "samlresponse=", "ticket=", "key=", "credential="),
        re.compile(
            r"(?:[?&;]|\\u0026|\b(?=x-))(?:(?:x-(?:amz|goog|oss)-)?(?:sig(?:nature)?|credential|security-token)|assertion"
            r"|samlresponse|ticket)=(?P<secret>[^\s\"'<>&#;]{6,4096})"
            r"|[?&](?:code|key|k|t)=(?P<secret2>(?=[^\s\"'<>&#]{0,64}\d)(?!\d+(?:[\s\"'<>&#]|\Z))"
            r"(?=[^\s\"'<>&#]{0,200}[A-Za-z])[^\s\"'<>&#]{8,4096})",
            _I,
        ),
        plain=False,
    ),
    Shape(
        "bearer",
        ("bearer", "basic", "digest", "ssws", "negotiate", "token "),
        re.compile(
            r"\b(?:bearer|basic|ssws|negotiate|ntlm)[ \t]+(?P<secret>"
            r"[A-Za-z0-9._~+/:-]{8,}=*)(?![=\w])|\bdigest[ \t]+(?=user)"
            r"(?P<secret2>[^\r\n]+)",
            _I,
        ),
        plain=False,
    ),
    # Options of programs, by the program.
    Shape(
        "password",
        ("-u", "--user", "--proxy-user"),
        re.compile(
            rf"(?<![\w-])(?:-u|-U|--user|--proxy-user|--proxy)(?:[ \t]*=?[ \t]*|{_QUOTE},[ \t]*)(?:{_QUOTE})?"
            rf"(?!\w+://)[^\s:\"'%=,-][^\s:\"'%]{{0,127}}[:%](?!\d{{1,5}}(?:\s|\Z))(?P<secret>[^\s\"'`]+)"
        ),
    ),
    Shape(
        "password",
        ("mysql", "mariadb", "mycli"),
        re.compile(
            r"\b(?:mysql|mariadb|mycli)[\w-]*\b(?=[^\n|;]{0,300}?\s-p)[^\n|;]{0,300}?\s-p(?P<secret>[^\s\"']+|[\"'][^\"'\n]+)"
        ),
    ),
    Shape("password", ("sshpass",), re.compile(r"\bsshpass[ \t]+-p[ \t]*(?P<secret>\"[^\"\n]*|'[^'\n]*|\S+)")),
    Shape(
        "password",
        ("redis-cli", "valkey-cli", "keydb-cli"),
        re.compile(r"\b(?:redis|valkey|keydb)-cli\b[^\n|;]{0,200}?\s-a[ \t]+(?P<secret>[\"'][^\"'\n]*|\S+)"),
    ),
    Shape(
        "password",
        ("login",),
        re.compile(r"\blogin\b[^\n|;]{0,200}?\s-p(?:[ \t]+|=)?(?P<secret>[\"'][^\"'\n]*|[^\s-]\S*)"),
    ),
    Shape(
        "token",
        ("vault login",),
        re.compile(r"\bvault[ \t]+login[ \t]+(?:-[\w-]+(?:=\S+)?[ \t]+){0,5}(?P<secret>[^\s=-][^\s=]+)(?!\S)"),
        plain=False,
    ),
    Shape(
        "password",
        ("ldap",),
        re.compile(r"\bldap[a-z]{3,12}\b[^\n|;]{0,200}?\s-w[ \t]*(?P<secret>[\"'][^\"'\n]*|[^\s]+)"),
    ),
    Shape(
        "password",
        ("mongo", "cqlsh", "influx", "psql", "kafka"),
        re.compile(
            r"\b(?:mongo[a-z]*|cqlsh|influx|arangosh)\b[^\n|;]{0,200}?\s-p[ \t]+(?P<secret>[\"'][^\"'\n]*|[^\s-]\S*)"
        ),
    ),
    Shape(
        "password",
        ("sqlcmd", "bcp ", "isql", "tsql", "ipmitool", "zip ", "osql"),
        re.compile(
            r"\b(?:sqlcmd|bcp|isql|tsql|osql|ipmitool|(?:un)?zip)\b"
            r"[^\n|;]{0,200}?\s-P[ \t]*(?P<secret>[\"'][^\"'\n]*|\S+)"
        ),
    ),
    Shape("password", ("7z",), re.compile(r"\b7za?\b[^\n|;]{0,200}?\s-p(?P<secret>[^\s]+)")),
    Shape(
        "password",
        ("snmp",),
        re.compile(
            r"\bsnmp[a-z]{2,12}\b[^\n|;]{0,200}?\s-[AXc][ \t]+"
            r"(?P<secret>\S+)(?:[^\n|;]{0,200}?\s-X[ \t]+(?P<secret2>\S+))?"
        ),
    ),
    Shape("password", ("lftp",), re.compile(r"\blftp\b[^\n|;]{0,200}?\s-u[ \t]+[^\s,]{1,64},(?P<secret>[^\s]+)")),
    Shape(
        "password",
        ("htpasswd",),
        re.compile(r"\bhtpasswd[ \t]+-[a-zA-Z]*b[a-zA-Z]*[ \t]+(?:\S+[ \t]+){1,3}(?P<secret>\S+)[ \t]*$", _M),
    ),
    Shape(
        "password",
        ("rabbitmqctl",),
        re.compile(r"\brabbitmqctl[ \t]+(?:add_user|change_password|authenticate_user)[ \t]+\S+[ \t]+(?P<secret>\S+)"),
    ),
    Shape("password", ("openssl", "-pass"), re.compile(r"\s-pass(?:in|out)?[ \t=]+(?:pass|env):(?P<secret>\S+)")),
    Shape(
        "password",
        ("net use", "net user"),
        re.compile(r"\bnet[ \t]+user?[ \t]+\S+[ \t]+(?:\\\\\S+[ \t]+)?(?P<secret>[^\s/*]\S*)", _I),
    ),
    Shape(
        "password",
        ("from-literal",),
        re.compile(r"--from-literal(?:=|[ \t]+)[\"']?[\w.-]{1,128}=(?P<secret>[^\s\"']+)"),
    ),
    Shape("password", ("wpa_passphrase",), re.compile(r"\bwpa_passphrase[ \t]+\S+[ \t]+(?P<secret>\S+)")),
    Shape(
        "password",
        ("echo ", "printf "),
        re.compile(
            r"\b(?:echo|printf)[ \t]+(?:-n[ \t]+|-e[ \t]+)?[\"']?(?:[\w.-]+:"
            r"(?P<secret>[^\s|\"']{1,256})[\"']?[ \t]*\|[ \t]*(?:sudo[ \t]+)?"
            r"chpasswd|(?P<secret2>[^\s|\"']{1,256})[\"']?[ \t]*\|[ \t]*"
            r"(?:sudo[ \t]+-S|(?:sudo[ \t]+)?[\w/-]*(?:passwd|kinit|cryptsetup"
            r"|(?:docker|podman|nerdctl|crane|oras|helm registry|gh auth"
            r"|flux|argocd|npm)[ \t]+[^\n|]{0,80}?(?:login|stdin))))"
        ),
    ),
    # SQL
    Shape(
        "password",
        ("identified",),
        re.compile(
            r"\bidentified[ \t\r\n]+(?:with[ \t]+\S{1,64}[ \t]+)?"
            r"(?:by|as|using)[ \t\r\n]+(?:(?:password|values)[ \t]+)?"
            rf"(?:(?P<q>{_QUOTE})(?P<secret>[^\n]*?)(?:(?P=q)|$)|(?!(?:is|was|must|clause|and|or|the|a)\b)(?P<secret2>[^\s;\"'`]+))",
            _I | _M,
        ),
    ),
    Shape(
        "password",
        ("password",),
        re.compile(
            r"\bset[ \t]+password(?:[ \t]+for[ \t]+\S{1,200})?[ \t]*(?:=|to)[ \t]*(?:(?:old_)?password[ \t]*\([ \t]*)?"
            rf"(?P<q>{_QUOTE})(?P<secret>[^\n]*?)(?:(?P=q)|$)"
            r"|(?<![\w-])passw(?:or)?d[ \t]*\([ \t]*(?:\\*['\"])(?P<secret2>[^\n'\"\\]*)",
            _I | _M,
        ),
    ),
    # Calls: db.auth("user", "password"), changeUserPassword("user", "password"), login("user", "password")
    Shape(
        "password",
        ("auth(", "password(", "login(", "_encrypt("),
        re.compile(
            rf"\b(?:auth|\w{{0,40}}password|login|pgp_sym_(?:en|de)crypt)\("
            rf"[ \t]*{_QUOTE}[^\"'`\n\\]{{0,200}}{_QUOTE}[ \t]*,[ \t]*{_QUOTE}"
            r"(?P<secret>[^\"'`\n\\]{1,200})",
            _I,
        ),
    ),
    # Redis: MONITOR prints "AUTH" "password"; the protocol sends it after its length.
    Shape(
        "password",
        ('auth"', 'auth\\"', "requirepass", "masterauth", "setuser"),
        re.compile(
            r"\"(?:auth|requirepass|masterauth)\\*\"[ \t,]+(?P<secret>\\*\"[^\n]*)"
            r"|\bACL[\"\\]*[ \t,]+[\"\\]*SETUSER\b(?P<secret2>[^\n]*)"
            r"|(?<![\w-])(?:requirepass|masterauth)[ \t]+(?P<secret3>[^\s\"'\\][^\s\"'\\]*)",
            _I,
        ),
        plain=False,
    ),
    Shape(
        "password",
        ("AUTH", "LOGIN ", "PASS "),
        re.compile(
            r"(?:(?<![\w./-])|(?<=\\n))AUTH(?:(?:\\r\\n|\s+)\$\d{1,5}(?:\\r\\n"
            r"|\s+)|[ \t]+(?:(?:PLAIN|LOGIN|XOAUTH2|OAUTHBEARER)[ \t]+)?)"
            r"[\"']?(?P<secret>[^\s\"'\\]{3,})(?:[ \t]+(?P<secret2>[^\s\"'\\]{4,})(?=\s*$|[\"']))?"
            r"|^\W{0,4}[\w.]{1,10}[ \t]+LOGIN[ \t]+\S{1,64}[ \t]+(?P<secret3>\S+)"
            r"|(?:^|[>\]:][ \t]*|\bUSER[ \t]\S{1,64}\s{1,4})PASS[ \t]+"
            r"(?P<secret4>(?=[^\s./]{0,200}\d)[^\s./]{6,200})(?=\s*$|\\r)",
            _M,
        ),
        plain=False,
    ),
    # netrc, pgpass, htpasswd, passwords of routers
    Shape("password", ("password ",), re.compile(r"\blogin\s+\S{1,128}\s+password\s+(?P<secret>\S+)")),
    Shape(
        "password",
        ("username ", "enable ", "secret "),
        re.compile(
            r"\b(?:username[ \t]+\S{1,64}[ \t]+(?:privilege[ \t]+\d+[ \t]+)?|enable[ \t]+)(?:password|secret)[ \t]+"
            r"(?:\d{1,2}[ \t]+)?(?P<secret>[^\s:=]\S+)"
        ),
        plain=False,
    ),
    Shape(
        "password",
        (":",),
        re.compile(
            rf"^(?:\[[\w:]+\]|{_HOST}):(?:\d{{4,5}}|\*):[\w.*-]{{1,64}}:[\w.@*-]{{1,64}}:(?P<secret>(?=\S{{0,64}}[\d!#$%&*+=?^~])[^\s:]{{4,}})$",
            _M,
        ),
    ),
    Shape(
        "hash",
        (
            "$apr1$",
            "$1$",
            "$2$",
            "$2a$",
            "$2b$",
            "$2x$",
            "$2y$",
            "$5$",
            "$6$",
            "$7$",
            "$y$",
            "$gy$",
            "$argon2",
            "$scrypt",
            "$pbkdf2",
            "$sha1$",
            "$p$",
            "$h$",
            "$krb5",
        ),
        re.compile(
            r"\$(?:apr1|1|2[abxy]?|5|6|7|y|gy|argon2(?:id|i|d)|scrypt|pbkdf2(?:-\w+)?|sha1|krb5\w+)\$[^\s\"'<>:]{8,}"
            r"|\$[PH]\$[./A-Za-z0-9]{20,}"
        ),
    ),
    Shape(
        "hash",
        ("pbkdf2", "argon2$", "bcrypt", "scrypt:", "{s", "{crypt}", "{md5}", "{pbkdf2", "scram-sha-", "aad3b435"),
        re.compile(
            r"\b(?:pbkdf2_sha\d+|bcrypt(?:_sha256)?|argon2)\$[^\s\"'<>]{12,}|\b(?:scrypt|pbkdf2):[\w:]{2,40}\$[^\s\"'<>]{12,}"
            r"|\{(?:S?SHA\d{0,3}|SMD5|MD5|CRYPT|PBKDF2[\w-]*|ARGON2)\}[A-Za-z0-9+/=$.,]{12,}"
            r"|\bSCRAM-SHA-\d{1,3}\$\d+:[^\s\"'<>]{12,}|\baad3b435b51404eeaad3b435b51404ee:[0-9a-f]{32}",
            _I,
        ),
    ),
    Shape("hash", ("*",), re.compile(r"(?<![\w*])\*[0-9A-F]{40}\b")),
    # Tokens that announce themselves.
    Shape(
        "token",
        (),
        re.compile(rf"{_START}(?:{by_first_letter([*(prefix + rest for prefix, rest in _TOKENS), *_CUT.split()])})"),
    ),
    Shape("token", (".atlasv1.",), re.compile(r"(?<!\w)\w{10,20}\.atlasv1\.[\w-]{20,}")),
    Shape("token", (":aa", "bot"), re.compile(r"(?<![\w:])(?:bot)?\d{8,10}:[\w-]{35}(?![\w-])")),  # Telegram
    Shape("token", ("-us",), re.compile(r"\b[0-9a-f]{32}-us\d{1,2}\b")),  # Mailchimp
    Shape("token", ("q~",), re.compile(r"(?<![\w~.-])[\w~.-]{3}\dQ~[\w~.-]{31,34}")),  # Entra
    Shape("token", ("sk.eyj",), re.compile(r"\bsk\.eyJ[\w-]{20,}\.[\w-]{10,}")),  # Mapbox
    Shape(
        "token",
        (".",),
        re.compile(
            # Discord, tokens of Kubernetes for bootstrap, the old ones of Vault
            r"(?<![\w.-])(?:[MNO][A-Za-z\d_-]{23,27}\.[\w-]{6}\.[\w-]{27,40}"
            r"|[a-z0-9]{6}\.(?=[a-z]{0,15}\d)[a-z0-9]{16}|s\.(?=[A-Za-z]{0,23}\d)[A-Za-z0-9]{24})(?![\w.-])"
        ),
    ),
    # Secrets that stand beside their id.
    Shape(
        "key",
        ("akia", "asia", "[redacted-token]"),
        re.compile(
            r"(?:(?:AKIA|ASIA)[A-Z0-9]{16}|\[redacted-token\])[^A-Za-z0-9+\n]{1,20}(?:[\w-]{0,30}[^A-Za-z0-9+/\n]{1,10})?"
            r"(?P<secret>[A-Za-z0-9+/]{40})(?![A-Za-z0-9+/=])"
        ),
    ),
    Shape(
        "key",
        ("AC",),
        re.compile(
            r"\bAC[0-9a-f]{32}\b[^A-Za-z0-9\n]{1,12}(?:[\w-]{0,20}[^A-Za-z0-9\n]{1,8})?(?P<secret>[0-9a-f]{32})\b"
        ),
    ),
)

_BASE64_LINES = re.compile(r"(?:^[ \t]*[A-Za-z0-9+/]{1,76}={0,2}[ \t]*(?:\r?\n|\Z))+", _M)
_PEM_LINE = re.compile(r"^[ \t]*(?=[A-Za-z0-9+/]*[G-Zg-z+/])[A-Za-z0-9+/]{64}[ \t]*\r?$", _M)  # no hash
_PEM_END = re.compile(r"[ \t]*-----END [A-Z0-9 ]{1,40}-----")


def headless_pem(text: str) -> list[tuple[int, int]]:
    """Where in `text` a PEM block stands whose beginning was cut off, as the newest lines of a log have it.

    Such a block is lines of base64 before an end mark, or, without one, at least two of them 64 characters long, or one
    that is all there is.
    """
    found: list[tuple[int, int]] = []
    for lines in _BASE64_LINES.finditer(text):
        keys = len(_PEM_LINE.findall(lines.group()))
        alone = keys == 1 and not text[: lines.start()].strip() and not text[lines.end() :].strip()
        if "CERTIFICATE" in text[max(0, lines.start() - 40) : lines.start()] + text[lines.end() : lines.end() + 40]:
            continue
        if keys >= 2 or alone or _PEM_END.match(text, lines.end()):
            found.append((lines.start(), lines.start() + len(lines.group().rstrip())))
    return found
