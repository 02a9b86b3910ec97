"""The kinds of value a setting may hold; every refusal says what to do and never shows the value."""

import base64
import binascii
import re
from collections.abc import Callable
from typing import Annotated
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, SecretStr

from config.hours import read_hours
from config.problems import wrong

_PLACEHOLDER = re.compile(
    r""" .*(…|\.\.\.|placeholder|replace[-_ ]?me|change[-_ ]?(me|this|it)\b).*   # "sk-…", "changeme"
       | (sk-|wx|ww)?(x{3,}|\*{3,}|_{3,}|0{8,})                                   # "wxxxxxxxxxxx", "****"
       | sk-? | wx | ww                                                           # only the prefix was kept
       | your[-_ ].* | 43[-_ ]?char.* | todo | example | undefined
       | <.*> | \$?\{.*\} | \$\w+                                                 # an unfilled template
       | .*(你的|请填|填写|替换|占位).* """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_GAP_OR_CONTROL = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2060\ufeff]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ufeff]")

_STORE_NUMBERS: dict[str, Callable[[str], object]] = {
    **dict.fromkeys(("db", "health_check_interval", "max_connections"), int),
    **dict.fromkeys(("socket_connect_timeout", "socket_timeout", "timeout"), float),
}
"""Options behind the ? of a store's address that redis-py reads as numbers."""


class Section(BaseModel):
    """A table of the TOML: unchangeable, refuses unknown keys, never repeats a value in an error."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, allow_inf_nan=False, validate_default=False
    )


def _stripped(value: object) -> object:
    """Surrounding blanks go (they come with copying), a blank text is refused; other types pass through."""
    if not isinstance(value, str):
        return value
    stripped = value.strip("\ufeff \t\r\n")
    if not stripped:
        raise wrong("is blank; fill it in, or remove it if you do not need it")
    return stripped


def _unbroken(value: object) -> object:
    """A name or an address: no blank, line break or invisible character inside of it."""
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    value = _stripped(value)
    if isinstance(value, str) and _GAP_OR_CONTROL.search(value):
        raise wrong("holds a blank, a line break or an invisible character; copy it again")
    return value


def _copied(value: object) -> object:
    """A value the owner copies from a platform's page: not the example's text, and whole."""
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    if isinstance(text, str) and _PLACEHOLDER.fullmatch(text.strip()):
        raise wrong("still holds the example's text; put your own value there")
    return _unbroken(value)


def _words(value: object) -> object:
    value = _stripped(value)
    if isinstance(value, str) and _CONTROL.search(value):
        raise wrong("holds a line break or an invisible character; write it on one line")
    return value


def _words_or_none(value: object) -> object:
    return "" if isinstance(value, str) and not value.strip() else _words(value)


def _listed(value: object) -> object:
    """A list as the environment has it, `a, b`; also accepted in the TOML."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _aes_key(key: SecretStr) -> SecretStr:
    """Not checked by a round trip: the spare bits of Tencent's keys need not be zero (protocol sheet)."""
    text = key.get_secret_value()
    advice = "must be exactly the 43 letters and digits of the platform's page; copy it again"
    if not re.fullmatch(r"[A-Za-z0-9+/]{43}", text):
        raise wrong(advice)
    try:
        decoded = base64.b64decode(text + "=")
    except binascii.Error:
        raise wrong(advice) from None
    if len(decoded) != 32:
        raise wrong(advice)
    return key


def _web_address(value: str) -> str:
    try:
        parts = urlsplit(value)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.query or parts.fragment:
        raise wrong("must be an address such as https://host or https://host/path, without ? and #")
    return value.rstrip("/")


def _store_address(value: str) -> str:
    """Several hosts of a Sentinel address are no valid netloc, so only the scheme is looked at here."""
    if not re.match(r"((redis|rediss)(\+sentinel)?|unix)://.", value):
        raise wrong("must begin with redis://, rediss:// or unix:// (redis+sentinel:// for Sentinel)")
    try:
        parts = urlsplit(value)
        usable = value.startswith("unix") or "@" not in parts.path + parts.query
        for name, given in parse_qsl(parts.query):
            _STORE_NUMBERS.get(name, str)(given)
        usable = usable and not parts.fragment and ("+sentinel" in parts.scheme or parts.port != 0)
    except ValueError:
        usable = False
    if not usable:  # redis-py would quote the piece of the password that it takes for a port or a number
        raise wrong(
            "is no address such as redis://:password@host:6379/0; write / # ? in a password as %2F %23 %3F"
        )
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise wrong("is no time zone; use a name such as Asia/Shanghai") from None
    return value


def _hours(value: str) -> str:
    try:
        if value:
            read_hours(value)
    except ValueError:
        raise wrong("must be like 9:00-18:00, or with days like Mon-Fri 9:00-18:00") from None
    return value


def most_characters(limit: int) -> Callable[[str], str]:
    """A check that a text has at most *limit* characters."""

    def check(value: str) -> str:
        if len(value) > limit:
            raise wrong(f"is too long; {limit} characters are the most")
        return value

    return check


Secret = Annotated[SecretStr, BeforeValidator(_copied)]
AESKey = Annotated[SecretStr, BeforeValidator(_copied), AfterValidator(_aes_key)]
Identifier = Annotated[str, BeforeValidator(_copied)]
Name = Annotated[str, BeforeValidator(_unbroken)]
Words = Annotated[str, BeforeValidator(_words)]
MaybeWords = Annotated[str, BeforeValidator(_words_or_none)]
Names = Annotated[tuple[Name, ...], BeforeValidator(_listed)]
Sentences = Annotated[
    tuple[Annotated[Words, AfterValidator(most_characters(60))], ...], BeforeValidator(_listed)
]
WebAddress = Annotated[str, BeforeValidator(_copied), AfterValidator(_web_address)]
StoreAddress = Annotated[str, BeforeValidator(_copied), AfterValidator(_store_address)]
Zone = Annotated[str, BeforeValidator(_stripped), AfterValidator(_zone)]
WorkingHours = Annotated[str, BeforeValidator(_words_or_none), AfterValidator(_hours)]
