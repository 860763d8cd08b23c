"""A corpus: forms in which secrets are written, and lines that hold none.

In a form `{pw}` and the like stand for values that `planted` generates. A vertical bar is followed by the one of its
values that must not come out, where that is not all of them.
"""

from __future__ import annotations

import base64
import random
import string

_choose = random.Random(20)


def _some(alphabet: str, length: int) -> str:
    while True:
        text = "".join(_choose.choice(alphabet) for _ in range(length))
        if any(map(str.isdigit, text)) and any(map(str.isalpha, text)):
            return text


_HEX = "0123456789abcdef"
_ALNUM = string.ascii_letters + string.digits
_B64 = _ALNUM + "+/"
_URL = _ALNUM + "_-"


def values() -> dict[str, str]:
    """One value of each kind, made anew."""
    password = (
        f"Tr{_choose.randrange(10)}ub{_choose.randrange(10)}dor-{_some(string.ascii_lowercase + string.digits, 6)}"
    )
    made = {
        "pw": password,
        "symbols": f"{_some(_ALNUM, 6)}!#%^*{_some(_ALNUM, 5)}",
        "lower": _some(string.ascii_lowercase + string.digits, 12),
        "letters": "".join(_choose.choices(string.ascii_lowercase, k=20)),
        "digits": f"{_choose.randrange(10**7, 10**8)}",
        "base64": base64.b64encode(f"app:{password}".encode()).decode(),
        "upper16": _some(string.ascii_uppercase + string.digits, 16),
        "telegram": f"{_choose.randrange(10**8, 10**9)}:AA{_some(_URL, 33)}",
        "uuid": "-".join(_some(_HEX, size) for size in (8, 4, 4, 4, 12)),
    }
    for size in (16, 24, 32, 40, 48, 64):
        made[f"hex{size}"] = _some(_HEX, size)
    for size in (6, 10, 14, 16, 20, 22, 24, 28, 30, 32, 34, 36, 40, 48, 60, 80):
        made[f"an{size}"] = _some(_ALNUM, size)
        made[f"url{size}"] = _some(_ALNUM, 2) + _some(_URL, size - 4) + _some(_ALNUM, 2)
    made["hex32b"] = _some(_HEX, 32)
    made["b40"] = _some(_B64, 38) + "a1"
    made["lower16"] = _some(string.ascii_lowercase + string.digits, 16)
    return made


TOKENS = (
    r"""
ghp_{an36} | gho_{an36} | ghu_{an36} | ghs_{an36} | ghr_{an36} | github_pat_{an22}_{an60} | glpat-{url20}
glrt-{url20} | gldt-{url20} | glcbt-64_{url20} | glptt-{hex40} | glft-{url20} | glimt-{url24}
glagent-{url48} | gloas-{hex64} | glsoat-{url20} | glffct-{url20} | glwt-{url20}
xoxb-123456789012-123456789012-{an24} | xoxp-123456789012-123456789012-{hex32}
xapp-1-A0123456789-1234567890123-{hex64} | xoxe.xoxp-1-{an60} | sk_live_{an24} | rk_live_{an24}
sk_test_{an24} | whsec_{an32} | AIza{url34}a | ya29.{url60} | GOCSPX-{url28} | 1//0{url40} | hf_{an34}
ATATT3xFfGF0{url60} | ATBB{an32} | shpat_{hex32} | shpss_{hex32} | shpca_{hex32} | npm_{an36}
pypi-AgEIcHlwaS5vcmc{url60} | rubygems_{hex48} | dckr_pat_{url28} | hvs.{url24} | hvb.{url80}
SG.{url22}.{url40} | dop_v1_{hex64} | doo_v1_{hex64} | dp.pt.{an40} | dp.st.prd.{an40} | dapi{hex32}
lin_api_{an40} | ntn_{an40} | secret_{an40} | sk-{an48} | sk-proj-{url48} | sk-ant-api03-{url80}
glsa_{an32}_{hex16} | glc_{an60} | NRAK-{upper16}A1B | pscale_tkn_{url40} | pscale_pw_{url40}
{an14}.atlasv1.{url60} | sbp_{hex40} | AGE-SECRET-KEY-1{upper16}{upper16} | SK{hex32} | key-{hex32}
{hex32}-us12 | AKIA{upper16} | ASIA{upper16} | LTAI{an20} | sq0atp-{url22} | figd_{url40}
PMAK-{hex24}-{hex32} | sntrys_{an60} | sqp_{hex40} | AKCp{an60} | pul-{hex40} | tskey-auth-{an16}-{an32}
gsk_{an48} | r8_{an36} | pplx-{an48} | xai-{an60} | nvapi-{url60} | pcsk_{an48} | HRKU-{uuid} | bot{telegram}
{telegram} | MTE{an20}0.GabcdE.{url28} | EAAC{an60} | eyJhbGciOiJIUzI1NiJ9.eyJ{an30}.{url40}
eyJhbGciOiJub25lIn0.eyJ{an30}. | a1b2c3.{lower16} | sha256~{url40} | pat-na1-{uuid}
access_token$production${lower16}${hex32} | cmVmdGtu{an60} | sb_secret_{url28} | xkeysib-{hex64}-{an16}
CCIPAT_{an22}_{hex40}
""".strip("\n")
    .replace("\n", " | ")
    .split(" | ")
)

NAMED = r"""
secret: {letters} at 10.0.0.1
DB_PASS={pw}
PGPASSWORD={pw} psql -h db
export MYSQL_PWD={pw}
REDIS_AUTH={pw}
password={symbols} host=db
spring.datasource.password={pw}
level=info msg="connected" api_key={an32} took=3ms
apiKey: {an32}
{"clientSecret":"{an32}","id":7}
{"level":"info","msg":"login","db":{"password":"{symbols}"}}
{'password': '{pw}', 'user': 'app'}
payload={\"password\":\"{pw}\"}
msg="{\\\"token\\\":\\\"{an32}\\\"}"
body: {\u0022password\u0022:\u0022{pw}\u0022}
Config(user='app', password='{pw}', port=5432)
{User:app Password:{pw} Port:5432}
DbConfig { user: "app", password: "{pw}" }
:password => "{pw}"
"password" => "{pw}"
$config['password'] = '{pw}';
password = "{pw}"
Password : {pw}
secret_key = '''{pw}'''
password: {pw}
  password: "{pw}"
password: |\n  {pw}\nother: x
password: correct horse battery staple{pw}
- name: DB_PASSWORD\n  value: {pw}
{"name":"API_TOKEN","value":"{an32}"} and more
value: {pw}\nname: DB_PASSWORD
passphrase for key: x\npassphrase={pw}
ldap bind dn=cn=admin bindpw={pw}
rootpw {SSHA}{base64}
userPassword:: {base64}
--password {pw} --verbose
--password={pw}
["--password", "{pw}", "--verbose"] started
command: ["app", "--api-key", "{an32}"]
-storepass {pw} -keypass {pw}
client-key-data: {an60}
//registry.npmjs.org/:_authToken={an36}
"auths": {"registry.example.com": {"auth": "{base64}"}}
X-Api-Key: {an32}
x-vault-token: {an24}
Ocp-Apim-Subscription-Key: {hex32}
Authorization: Bearer {url40}
authorization: Basic {base64}
Authorization: Token {hex40}
Authorization: AWS4-HMAC-SHA256 Credential=AKIA{upper16}/20261201/eu/s3/aws4_request, Signature={hex64}
Proxy-Authorization: Basic {base64}
headers=map[Authorization:[Bearer {url40}] Accept:[*/*]]
Cookie: sid={an32}; theme=dark
Set-Cookie: sid={an32}; Path=/; HttpOnly
sid={an32}; Path=/
connect.sid={an32}
JSESSIONID={upper16}
session_id={an32}
csrf_token={an32}
otp={digits}
Server=db;User ID=sa;Password={pw};Encrypt=True
Server=db;Uid=sa;Pwd={pw}
Server=db;User ID=sa;Password={pw} {an10};Encrypt=True
DefaultEndpointsProtocol=https;AccountName=shop;AccountKey={b40}{b40}==;EndpointSuffix=core.windows.net
Endpoint=sb://x.servicebus.windows.net/;SharedAccessKeyName=k;SharedAccessKey={b40}=
SharedAccessSignature=sr=x&sig={an40}&se=1
host=db user=app password={pw} dbname=shop
sasl.jaas.config=Plain required username="app" password="{pw}";
Passwort: {pw}
unseal key 1: {b40}abcd
Initial Root Token: hvs.{url24}
aws_secret_access_key = {b40}
creds: AKIA{upper16} {b40}
AKIA{upper16}:{b40}
AKIA{upper16} / secret {b40}
AC{hex32}:{hex32b} | hex32b
pass<U+200B>word={pw}
p<U+00AD>assword: {pw}
pa<U+202E>ssword={pw}
pass<U+E0041>word={pw}
pass<U+2060>word={pw}
pass<BS>u200bword={pw}
password<U+00A0>=<U+00A0>{pw}
<ESC>[1mpassword<ESC>[0m=<ESC>[36m{pw}<ESC>[0m
ｐａｓｓｗｏｒｄ={pw}
password:\n  {pw}
"password":\n  "{pw}"\n
Password:\n{pw}\nok
token =\n{an32}\n
password%3D{pw}
user%3Dapp%26password%3D{pw}%26x%3D1
%22password%22%3A%22{pw}%22
password%253D{pw}
redirect=https%3A%2F%2Fapp%3A{pw}%40db%2Fx
password&#61;{pw}
&quot;password&quot;:&quot;{pw}&quot;
&lt;password&gt;{pw}&lt;/password&gt;
<password>{pw}</password>
<ns:Password type="text">{pw}</ns:Password>
<password><![CDATA[{pw}]]></password>
<user name="app" password="{pw}"/>
<add key="DbPassword" value="{pw}"/>
<property name="password">{pw}</property>
<property name="db.password" value="{pw}"/>
<key>password</key><string>{pw}</string>
<name>fs.secret.key</name><value>{an32}</value>
the password is {pw}
password was changed to {pw}
using password {pw}
using token {an32}
api key {an32} was used
""".strip("\n").split("\n")

ADDRESSES = r"""
postgres://app:{pw}@db:5432/shop
postgresql://app:{pw}@/shop?host=/run
mysql://root:{symbols}@db/shop
redis://:{pw}@cache:6379/0
amqps://app:{pw}@mq/vhost
mongodb+srv://app:{pw}@c.example.net/x
ftp://app:{pw}@files
ldap://cn=admin:{pw}@ldap
https://app:{pw}@git.example.com/x.git
https://{hex40}@git.example.com/x.git
https://x-access-token:ghs_{an36}@github.com/a/b
https://oauth2:{url20}@gitlab.example.com/a/b
https://{hex32}@o123456.ingest.sentry.io/4501
https://{hex32}:{hex32b}@sentry.example.com/3 | hex32b
snowflake://app:{pw}@acme/db
smb://app:{pw}@nas/share
socks5://app:{pw}@proxy:1080
app:{pw}@tcp(db:3306)/shop
app:{pw}@unix(/run/mysqld.sock)/shop
root:{pw}@localhost:3306/x
jdbc:oracle:thin:scott/{pw}@//db:1521/ORCL
jdbc:postgresql://db/shop?user=app&password={pw}
jdbc:sqlserver://db;user=sa;password={pw};encrypt=true
sqlplus scott/{pw}@db
GET /callback?code=4/0Ac{url40}&state=x
GET /callback?state=x&code={an32}
GET /x?access_token={an32}&a=b
GET /x?id_token=eyJhbGciOiJIUzI1NiJ9.eyJ{an30}.{url40}
GET /x?api_key={an32}
GET /x?key={an32}
GET /login?ticket=ST-12-{an20}
POST /saml?SAMLResponse={an80}
https://x.blob.core.windows.net/c?sv=2022&sig={an40}%3D&se=1
https://b.s3.amazonaws.com/k?X-Amz-Credential=AKIA{upper16}%2F20261201&X-Amz-Signature={hex64}
https://b.s3.amazonaws.com/k?X-Amz-Security-Token={an80}&X-Amz-Date=1
https://storage.googleapis.com/b/k?X-Goog-Signature={hex64}
https://d1.cloudfront.net/x?Expires=1&Signature={an60}&Key-Pair-Id=K1
https://hooks.slack.com/services/T0123/B0123/{an24}
https://discord.com/api/webhooks/123456789/{url60}
https://team.webhook.office.com/webhookb2/{uuid}/IncomingWebhook/{hex32}/{uuid}
https://api.telegram.org/bot{telegram}/sendMessage
https://hooks.zapier.com/hooks/catch/123456/{an10}/
https://mm.example.com/hooks/{lower16}
https://open.feishu.cn/open-apis/bot/v2/hook/{uuid}
https://maker.ifttt.com/trigger/x/with/key/{url22}
https://oapi.dingtalk.com/robot/send?access_token={hex64}
https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={uuid}
""".strip("\n").split("\n")

COMMANDS = r"""
CREATE USER app IDENTIFIED BY '{pw}'
CREATE USER 'app'@'%' IDENTIFIED WITH mysql_native_password BY '{pw}' REQUIRE SSL
GRANT ALL ON *.* TO app IDENTIFIED BY "{pw}"
alter user scott identified by {pw}
CREATE USER app IDENTIFIED BY PASSWORD '*{upper16}'
ALTER ROLE app WITH ENCRYPTED PASSWORD '{pw}'
CREATE ROLE app LOGIN PASSWORD '{symbols}' VALID UNTIL 'infinity'
CREATE LOGIN app WITH PASSWORD = N'{pw}'
SET PASSWORD FOR 'app'@'%' = PASSWORD('{pw}')
SET PASSWORD = '{pw}'
CREATE USER MAPPING FOR x SERVER y OPTIONS (user 'app', password '{pw}')
SELECT pgp_sym_encrypt('x', '{pw}')
db.auth("app", "{pw}")
db.createUser({user: "app", pwd: "{pw}"})
db.changeUserPassword("app", "{pw}")
exec mysqldump -uroot -p{pw} shop
mysql -h db -u root -p'{symbols}' shop
mysqladmin -uroot --password={pw} status
curl -u app:{pw} https://example.com
curl --user app:{pw} https://example.com
curl -u 'app:{pw}' https://example.com
curl -H "Authorization: Bearer {url40}" https://example.com
curl -H 'X-Auth-Token: {an32}' https://example.com
wget --http-user=app --http-password={pw} https://example.com
sshpass -p {pw} ssh app@host
sshpass -p'{pw}' ssh app@host
redis-cli -h cache -a {pw} ping
docker login -u app -p {pw} registry.example.com
docker login --username app --password {pw} registry.example.com
helm registry login x -u app -p {pw}
oc login https://api:6443 -u admin -p {pw}
vault login {url24}
ldapsearch -D cn=admin -w {pw} -b dc=x
mongosh --host db -u app -p {pw}
sqlcmd -S db -U sa -P {pw} -Q x
ipmitool -H x -U root -P {pw} power on
snmpwalk -v3 -u x -A {pw} -X {symbols} host
smbclient //nas/x -U app%{pw}
lftp -u app,{pw} files
htpasswd -bc /etc/nginx/htpasswd app {pw}
rabbitmqctl add_user app {pw}
openssl rsa -in k.pem -passin pass:{pw} -out x
keytool -list -keystore x -storepass {pw}
kubectl create secret generic db --from-literal=anything={pw}
kubectl create secret docker-registry r --docker-password={pw}
helm upgrade x y --set auth.password={pw}
kubeadm join 10.0.0.1:6443 --token a1b2c3.{lower16}
aws configure set aws_secret_access_key {b40}
echo app:{pw} <PIPE> chpasswd
echo {pw} <PIPE> sudo -S ls
echo "{pw}" <PIPE> docker login -u app --password-stdin
net use z: <BS><BS>nas<BS>x {pw} /user:app
1764557221.1 [0 10.0.0.1:5] "AUTH" "{pw}"
1764557221.1 [0 10.0.0.1:5] "AUTH" "app" "{pw}"
1764557221.1 [0 10.0.0.1:5] "CONFIG" "SET" "requirepass" "{pw}"
1764557221.1 [0 10.0.0.1:5] "HELLO" "3" "AUTH" "default" "{pw}"
1764557221.1 [0 10.0.0.1:5] "ACL" "SETUSER" "app" "on" ">{pw}"
requirepass {pw}
masterauth {pw}
AUTH {pw}
*2<BS>r<BS>n$4<BS>r<BS>nAUTH<BS>r<BS>n$16<BS>r<BS>n{pw}<BS>r<BS>n
AUTH PLAIN {base64}
a1 LOGIN app {pw}
USER app\nPASS {pw}
machine api.example.com login app password {pw}
db:5432:shop:app:{pw}
admin:$apr1${an10}${an22}
app:$2y$10${an22}{an30}
root:$6${an16}${an80}:19000:0:99999:7:::
$argon2id$v=19$m=65536,t=3,p=4${an22}${an40}
pbkdf2_sha256$600000${an22}${an40}=
app:{SHA}{an28}
SCRAM-SHA-256$4096:{an24}==${an40}=:{an40}=
username admin privilege 15 password 0 {pw}
""".strip("\n").split("\n")

BLOCKS = r"""
-----BEGIN RSA PRIVATE KEY-----\n{b40}\n{an40}\n-----END RSA PRIVATE KEY-----
-----BEGIN OPENSSH PRIVATE KEY-----\n{b40}\n{an40}\n-----END OPENSSH PRIVATE KEY-----
-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: GnuPG\n\n{b40}\n{an40}\n-----END PGP PRIVATE KEY BLOCK-----
-----BEGIN EC PRIVATE KEY-----<BS>n{an60}<BS>n-----END EC PRIVATE KEY-----<BS>n
-----BEGIN PRIVATE KEY-----\n{an60}
{hex64}\n{an20}\n-----END PRIVATE KEY-----
$ANSIBLE_VAULT;1.1;AES256\n{hex64}\n{hex48}
""".strip("\n").split("\n")

# Cut in the middle of the value: what is left must not come out.
CUT = r"""
postgres://app:{pw}
password={pw}
"password": "{pw}
AUTH "{pw}
1764557221.1 [0 10.0.0.1:5] "AUTH" "{pw}
ALTER USER x IDENTIFIED BY '{pw}
<password>{pw}
curl -u app:{pw}
mysql -uroot -p{pw}
Authorization: Bearer {url40}
Cookie: sid={an32}
ghp_{an36}
glpat-{url20}
npm_{an36}
AKIA{upper16}
eyJhbGciOiJIUzI1NiJ9.eyJ{an30}
hvs.{url24}
sk-ant-{url40}
https://hooks.slack.com/services/T0/B0/{an24}
-----BEGIN PRIVATE KEY-----\n{an60}
password%3D{pw}
""".strip("\n").split("\n")

_UNSEEN = {"<ESC>": "\x1b"} | {
    f"<U+{code}>": chr(int(code, 16)) for code in ("200B", "00AD", "202E", "E0041", "2060", "00A0")
}


def planted(template: str) -> tuple[str, list[str]]:
    """The template with values in it, and the values that it must not show."""
    made = values()
    template, _, only = template.partition(" | ")
    used = [kind for kind in made if f"{{{kind}}}" in template]
    for sign, character in _UNSEEN.items():
        template = template.replace(sign, character)
    text = template.replace("\\n", "\n").replace("<BS>", "\\").replace("<PIPE>", "|")
    for kind in used:
        text = text.replace(f"{{{kind}}}", made[kind])
    return text, [made[kind] for kind in used if not only or kind == only]


SECRETS = [*TOKENS, *NAMED, *ADDRESSES, *COMMANDS, *BLOCKS]
SECRETS = [template for template in SECRETS if template]

HARMLESS = r"""
open /etc/passwd: permission denied
open /run/secrets/token: permission denied
stat /run/secrets/db_password: no such file or directory
Access denied for user 'app'@'10.0.0.1' (using password: YES)
Access denied for user 'app'@'10.0.0.1' (using password: NO)
parse error: unexpected token: '}' at line 3
SyntaxError: Unexpected token '<', "<!DOCTYPE "... is not valid JSON
SyntaxError: Unexpected token: name (foo)
completion max_tokens=4096 used tokens=1532
prompt_tokens=512 completion_tokens=1532 total_tokens=2044
{"usage":{"prompt_tokens":512,"completion_tokens":1532},"model":"x"}
generated 1532 tokens in 2.1 s (tokens_per_second=45.2)
API key: missing
CSRF token: missing or incorrect.
basic authentication required
Basic configuration loaded
bearer authentication failed
authorization: RBAC
authorization: Node,RBAC
authorization-mode=Node,RBAC
credentials: using provider chain
password: must be at least 8 characters
password: cannot be empty
token: signature is invalid
token: expired
token=expired user=ada
invalid_token: The access token expired
password authentication failed for user "app"
FATAL: password authentication failed for user "app"
pq: no password supplied
auth=ok
auth=failed reason=timeout
auth: success
auth_method=oidc
auth_type=basic
auth=basic user=ada
auth: scram-sha-256
{"auth":"oidc","user":"ada"}
pass=3 fail=0
pass=1532 fail=0 skip=12
tests passed: 120, failed: 0
bypass: enabled
oauth2-proxy bypass: enabled
author: Jane Doe
authority: https://idp.example.com
passenger: Ada Lovelace
compass=north
secretName: web-tls
tokenExpirationSeconds: 3607
automountServiceAccountToken: true
tokenizer=bert-base-uncased
tokenizer: loaded from /models/tokenizer.json
token bucket: 5 of 100 left
token_bucket=full
tokens_total 5
token_requests_total{path="/login"} 12
secret "db" not found
secrets "registry" is forbidden: User "ada" cannot get resource "secrets"
MountVolume.SetUp failed for volume "token" : secret "db" not found
MountVolume.SetUp failed for volume "kube-api-access-x7k2p" : object "kube-root-ca.crt" not registered
couldn't find key password in Secret shop/db
namespace: team-secrets
namespace=my-secret-ns pod=web-token-x7k2p
secret-santa: deployed
token-issuer: image not found
pod/token-issuer-5d8f7b6c4-x2x9z: CrashLoopBackOff
external-secrets: 1/1 Running
sealed-secrets-controller: reconciled 12 objects
secret-operator-7d9f: sync complete
deployment.apps/token-exchange configured
token-service-6f9c8d   1/1   Running   0   3d
kubernetes.io/service-account-token   3   5d
secret/db-credentials created
rotated signing key: key-2026-11
key rotation: completed in 3s
rotating encryption key: old=3 new=4
Rotated password for user ada
WWW-Authenticate: Bearer realm="https://auth.example.com/token",service="registry.example.com"
WWW-Authenticate: Basic realm="Restricted"
Bearer realm="https://auth.example.com/token",service="registry",scope="repository:a:pull"
Bearer error="invalid_token"
Authorization header is missing
Authorization: missing
cookie: not found
cookies: 3
cookie_domain=example.com
Set-Cookie header dropped
commit=3f2b8a7c9d0e1f2a3b4c5d6e7f8091a2b3c4d5e6
image: registry.example.com/app@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
image: app:1.2.3@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
trace_id=4bf92f3577b34da6a3ce929d0e0e4736 span_id=00f067aa0ba902b7
request_id=3f2b8a7c-1234-4c4c-9b9b-0123456789ab
{"uid":"3f2b8a7c-1234-4c4c-9b9b-0123456789ab","kind":"Pod"}
primary key: id
partition key=orders-2026-11-01
routing_key=orders.created
cache key: user:1234:profile
foreign key constraint fails
public_key=ssh
etcd key=/registry/pods/shop/web-1
http_requests_total{path=/login} 12 at http://localhost:9090/graph
GET http://localhost:8080/healthz 200
dial tcp 10.0.0.1:5432: connect: connection refused
proxy http://proxy:3128 in use
https://user@example.com/x
git clone git@github.com:org/repo.git
ssh://git@example.com:22/org/repo
mailto:ada@example.com
npm install @scope/pkg@1.2.3
PASSWORD_FILE=/run/secrets/db
password_file: /run/secrets/db
token_file=/var/run/secrets/kubernetes.io/serviceaccount/token
password: ${DB_PASSWORD}
password=$DB_PASSWORD
password: {{ .Values.password }}
password: vault:secret/data/db#password
password=<redacted>
password=******
password: [FILTERED]
password=null
token: <nil>
api_key=""
PWD=/home/app
OLDPWD=/srv
token_type=bearer expires_in=3600
secret_version=12
access_key_last_used=2026-11-01
token ttl=3600s
session opened for user root by (uid=0)
session=12 user=ada
ORACLE_SID=ORCL
(CONNECT_DATA=(SID=XE))
sid=S-1-5-21-1004336348-1177238915-682003330-512
2026-11-24T06:36:40Z INFO started in 1.5 s, 3 tokens refreshed
at org.example.auth.TokenFilter.doFilter(TokenFilter.java:42)
File "/app/auth/token.py", line 12, in refresh
java.lang.SecurityException: token rejected
--- PASS: TestLogin2 (0.00s)
PASS src/app.test.js
error code=404
GET /search?q=passwords&page=2 200
GET /x?code=404
GET /callback?error=access_denied&code=invalid_request
level=info msg="secret synced" secret=shop/db
level=warn msg="password will expire in 3 days" user=ada
curl -u https://example.com
docker run -u 1000:1000 app
docker run --user 1000:1000 -p 8080:80 app
mysql -h db -P 3306 -u root -p
kubectl login required
SET PASSWORD requires SUPER
ERROR 1045 (28000): IDENTIFIED BY is missing
AUTH failed: WRONGPASS invalid username-password pair
NOAUTH Authentication required.
AUTH required
user bob password expired
username ada logged in
enable secret rotation
the password is required
token is expired
the token was refreshed
reading token from /var/run/secrets/token
-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----
""".strip("\n").split("\n")
