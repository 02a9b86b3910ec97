"""Keeps secrets out of what the page shows: only their first four characters are left."""

import re
from collections.abc import Iterable

_NAMED = re.compile(
    r"(?i)((?:access_token|appsecret|app_secret|corpsecret|secret|api_key)(?:\"?\s*[=:]\s*\"?)|bearer\s+)"
    r"([A-Za-z0-9_\-.]{5,})"
)


def mask(text: str, secrets: Iterable[str]) -> str:
    """*text* with each of *secrets*, and whatever is named like one, cut to four characters."""
    for secret in secrets:
        if len(secret) > 4 and secret in text:
            text = text.replace(secret, secret[:4] + "…")
    return _NAMED.sub(lambda found: f"{found[1]}{found[2][:4]}…", text)
