"""Which fields a line has."""

import pytest

from ritsuko_mcp_logs.lines.structured import parse_fields

NGINX = '10.0.0.1 - - [21/Sep/2026:14:00:00 +0000] "POST /cart/7?id=1&x=2 HTTP/1.1" 502 157 "-" "curl/8.0"'
ENVOY = '[2026-09-21T14:00:00.123Z] "POST /cart/7 HTTP/2" 502 UF,URX via_upstream - "-" 0 91 23 - "10.0.0.1" "curl"'


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ('{"a":1,"b":{"c":"d","e":[1,2]},"f":null}', {"a": "1", "b.c": "d", "b.e": "[1, 2]", "f": "null"}),
        ('web-1 | {"a":"b"}', {"a": "b"}),
        ('level=info msg="say \\"no\\"" empty= n=1', {"level": "info", "msg": 'say "no"', "empty": "", "n": "1"}),
        (NGINX, {"method": "POST", "path": "/cart/7", "status": "502"}),
        (ENVOY, {"method": "POST", "path": "/cart/7", "status": "502"}),
        ('INFO:     10.0.0.1:4711 - "GET / HTTP/1.1" 200 OK', {"method": "GET", "path": "/", "status": "200"}),
        (f"{NGINX} rt=0.012 upstream=10.1.2.3:80",
         {"method": "POST", "path": "/cart/7", "status": "502", "rt": "0.012", "upstream": "10.1.2.3:80"}),
        ('"GET / HTTP/1.1" 200 status=201', {"method": "GET", "path": "/", "status": "201"}),
        ('"GET / HTTP/1.1" 2000', {}),
        ("GET / HTTP/1.1 200", {}),
        ("prose", {}),
        ('{"broken": ', {}),
    ],
)  # fmt: skip
def test_the_fields_of_a_line(line: str, fields: dict[str, str]) -> None:
    assert parse_fields(line.encode()) == fields
