"""Error texts follow Accept-Language: a reminder that clients must go by `code`."""

from __future__ import annotations

import re

_GERMAN = [
    (r"No such user", "Nutzer:in nicht vorhanden"),
    (r"Not logged in: API .*", "Nicht angemeldet: API-Authentifizierung oder Nutzer-Session benötigt"),
    (r"Stream '(.*)' does not exist", r"Stream '\1' existiert nicht"),
    (r"Invalid API key", "Ungültiger API-Schlüssel"),
    (r"Invalid message\(s\)", "Ungültige Nachricht(en)"),
    (r"Message must not be empty", "Nachricht darf nicht leer sein"),
    (r"Reaction already exists\.", "Reaktion existiert bereits."),
]


def translated(text: str, accept_language: str) -> str:
    if accept_language.lower().startswith("de"):
        for pattern, german in _GERMAN:
            if re.fullmatch(pattern, text, re.DOTALL):
                return re.sub(pattern, german, text, flags=re.DOTALL)
    return text
