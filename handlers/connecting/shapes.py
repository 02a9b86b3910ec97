"""The form of what is typed: ids, secrets and addresses as the platforms issue them."""

import ipaddress
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import SplitResult, urlsplit

from pydantic import TypeAdapter, ValidationError

from config.checks import Identifier, WebAddress
from handlers.connecting.talk import Check, FormError

_APP_ID = re.compile(r"wx[0-9a-f]{16}")
_APP_SECRET = re.compile(r"[0-9a-f]{32}")
_CORP_ID = re.compile(r"(ww|wx)[0-9a-zA-Z]{14,30}")
_WECOM_SECRET = re.compile(r"[\w-]{40,64}", re.ASCII)
_ACCOUNT = re.compile(r"[a-z][a-z0-9_]{0,63}")
_HOST = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]", re.IGNORECASE)
_CALLBACK = re.compile(r"/callback(/[a-z0-9_]*)?$")
_PORTS = {"https": 443, "http": 80}
_AGENT_ID_MAX = 2**31


def account_name(said: str) -> str:
    """The name of an account: a-z first, then a-z, 0-9 and _."""
    return _matching(_ACCOUNT, said, "wrong_name")


def app_id(said: str) -> str:
    """An AppID, `wx` and 16 hexadecimal digits; the original id (`gh_…`) is a common slip."""
    if said.startswith("gh_"):
        raise FormError("original_id")
    return copied(_matching(_APP_ID, said, "wrong_form_app_id"))


def app_secret(said: str) -> str:
    """An AppSecret: 32 hexadecimal digits; the EncodingAESKey (43 characters) is a common slip."""
    if len(said) == 43:
        raise FormError("aes_key_for_secret")
    return copied(_matching(_APP_SECRET, said, "wrong_form_app_secret"))


def corp_id(said: str) -> str:
    """A CorpID: `ww` (or, of old companies, `wx`) and what follows."""
    return copied(_matching(_CORP_ID, said, "wrong_form_corp_id"))


def agent_id(said: str) -> str:
    """An AgentId: a whole number."""
    if said.isascii() and said.isdigit() and int(said) <= _AGENT_ID_MAX:
        return str(int(said))
    raise FormError("wrong_form_agent_id")


def wecom_secret(said: str) -> str:
    """The Secret of a WeCom app, about 43 characters."""
    return copied(_matching(_WECOM_SECRET, said, "wrong_form_wecom_secret"))


def copied(said: str) -> str:
    """Any value copied from a page: there, without gaps, and not the example's text."""
    return _adapted(Identifier, said, "wrong_form_copied")


def api_address(said: str) -> str:
    """The address of an API."""
    return _adapted(WebAddress, said, "wrong_form_address")


def optional(check: Check) -> Check:
    """*check*, but nothing at all is an answer as well."""

    def checked(said: str) -> str:
        return check(said) if said else ""

    return checked


def public_address(said: str) -> str:
    """An address that the platforms call: http or https, on their own ports, of a public host (protocol A1).

    Whoever pastes the whole callback address is understood.
    """
    try:
        parts = urlsplit(said)
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        raise FormError("wrong_address") from None
    if parts.scheme not in _PORTS or parts.query or parts.fragment or parts.username is not None:
        raise FormError("wrong_address")
    if port != _PORTS[parts.scheme]:
        raise FormError("wrong_port", port=port)
    _check_host(parts)
    path = _CALLBACK.sub("", parts.path.rstrip("/"))
    return _adapted(WebAddress, f"{parts.scheme}://{parts.hostname}{path}", "wrong_address")


def _check_host(parts: SplitResult) -> None:
    host = parts.hostname or ""
    try:
        if not ipaddress.ip_address(host).is_global:
            raise FormError("private_address")
    except ValueError:
        if host == "localhost" or host.endswith((".local", ".lan", ".localhost")):
            raise FormError("private_address") from None
        if not _HOST.fullmatch(host):
            raise FormError("wrong_address") from None
    if ":" in host:
        raise FormError("wrong_address")


def _matching(pattern: re.Pattern[str], said: str, key: str) -> str:
    if not pattern.fullmatch(said):
        raise FormError(key, length=len(said))
    return said


def _adapted(kind: Any, said: str, key: str) -> str:
    """What config.settings will say to it, asked beforehand."""
    validate: Callable[[str], str] = TypeAdapter(kind).validate_python
    try:
        return validate(said)
    except ValidationError:
        raise FormError(key, length=len(said)) from None
