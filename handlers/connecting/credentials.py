"""What an account is known by at its platform: asked, then tried until the platform gives a token."""

import base64
import os
import re
import secrets
import string
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from bot.channels import official, wecom
from bot.errors import PlatformError
from config.problems import shown
from config.settings import OfficialSettings, WecomSettings
from handlers.connecting import shapes
from handlers.connecting.settings_file import SettingsFile, Table
from handlers.connecting.talk import Check, Talk

Kind = Literal["test", "official", "wecom"]
KINDS: tuple[Kind, ...] = ("test", "official", "wecom")

_TOKEN_CHARS = 32
_ERRMSG_CHARS = 200


@dataclass(frozen=True, slots=True)
class Question:
    """One value of an account: the question's sentence has the key `ask_<key>`."""

    key: str
    check: Check
    hidden: bool = False


_OFFICIAL = (Question("app_id", shapes.app_id), Question("app_secret", shapes.app_secret, hidden=True))
_WECOM = (
    Question("corp_id", shapes.corp_id),
    Question("agent_id", shapes.agent_id),
    Question("secret", shapes.wecom_secret, hidden=True),
)


@dataclass(frozen=True, slots=True)
class Remedy:
    """What an errcode calls for: a sentence, and which value is asked again, if that can help."""

    sentence: str
    again: str = ""


_IP_OFFICIAL = Remedy("ip_official")
_RISKY = Remedy("risky_ip")
_IP_WECOM = Remedy("ip_wecom")
_REMEDIES: dict[str, dict[int, Remedy]] = {
    "official": {
        40013: Remedy("wrong_app_id", "app_id"),
        41002: Remedy("wrong_app_id", "app_id"),
        40001: Remedy("wrong_app_secret", "app_secret"),
        40125: Remedy("wrong_app_secret", "app_secret"),
        41004: Remedy("wrong_app_secret", "app_secret"),
        40243: Remedy("frozen_secret"),
        **dict.fromkeys((40164, 61004), _IP_OFFICIAL),
        **dict.fromkeys((89501, 89503, 89506, 89507), _RISKY),
    },
    "wecom": {
        40013: Remedy("wrong_corp_id", "corp_id"),
        40001: Remedy("wrong_secret", "secret"),
        40091: Remedy("wrong_secret", "secret"),
        40056: Remedy("wrong_agent_id", "agent_id"),
        41011: Remedy("wrong_agent_id", "agent_id"),
        301002: Remedy("wrong_agent_id", "agent_id"),
        50003: Remedy("app_disabled"),
        60020: _IP_WECOM,
    },
}
"""Answers of the calls that `check` makes (protocol B1, C4); the rest is told with its errcode."""


def ask(talk: Talk, kind: Kind, api_base: str) -> Table:
    """An account's table of yingda.toml: its credentials as typed, a new token and key."""
    talk.say(f"where_{kind}")
    questions = _WECOM if kind == "wecom" else _OFFICIAL
    account: Table = {"channel": "wecom" if kind == "wecom" else "official"}
    account |= {question.key: _answer(talk, question) for question in questions}
    return account | _new_secrets(kind) | ({"api_base": api_base} if api_base else {})


def sample(kind: Kind) -> Table:
    """An account of this kind with made-up values, to try a file with."""
    some = secrets.token_hex(16)
    if kind == "wecom":
        ids: Table = {"channel": "wecom", "corp_id": f"ww{some}", "agent_id": 1, "secret": some}
    else:
        ids = {"channel": "official", "app_id": f"wx{some}", "app_secret": some}
    return ids | _new_secrets(kind)


def prove(talk: Talk, account: Table) -> Table:
    """Try the credentials until the platform takes them, asking again for what it refuses.

    The account's table as it is in the end. A WeCom app whose IP is not trusted yet may be left for later.
    """
    while True:
        settings = _settings(account)
        talk.say("trying", host=urlsplit(settings.api_base).netloc)
        try:
            _check(settings)
        except PlatformError as error:
            remedy = _tell(talk, settings, error)
            if remedy.again:
                account = {**account, remedy.again: _answer(talk, _question(remedy.again))}
            elif _is_left_for_later(talk, remedy):
                return account
        else:
            talk.good("token_received")
            return account


def try_again(talk: Talk, file: SettingsFile, name: str) -> None:
    """Try an account that is written already; Enter tries what the file says by then, `s` goes on without."""
    while True:
        settings = file.settings().accounts[name]
        try:
            _check(settings)
        except PlatformError as error:
            remedy = _tell(talk, settings, error)
        else:
            talk.good("ip_trusted")
            return
        if remedy.again:
            talk.say("edit_file", file=file.path, name=name, wrong=remedy.again)
        if talk.pause("enter_or_skip_now").startswith("s"):
            return


def _tell(talk: Talk, settings: OfficialSettings | WecomSettings, error: PlatformError) -> Remedy:
    otherwise = Remedy("busy" if error.retry else "other_errcode") if error.errcode else Remedy("away")
    remedy = _REMEDIES[settings.channel].get(error.errcode, otherwise)
    talk.bad(
        remedy.sentence,
        errcode=error.errcode,
        ip=_ip_of(error.errmsg) or talk.word("some_ip"),
        errmsg=shown(error.errmsg)[:_ERRMSG_CHARS],
        host=urlsplit(settings.api_base).netloc,
    )
    return remedy


def _is_left_for_later(talk: Talk, remedy: Remedy) -> bool:
    """Wait for Enter. Whether the person goes on without, which only a WeCom app's IP allows."""
    if remedy is not _IP_WECOM:
        talk.pause("press_enter")
        return False
    talk.say("ip_wecom_order")
    return talk.pause("enter_or_skip").startswith("s")


def _check(settings: OfficialSettings | WecomSettings) -> None:
    if isinstance(settings, WecomSettings):
        wecom.check(settings)
    else:
        official.check(settings)


def _settings(account: Table) -> OfficialSettings | WecomSettings:
    if account["channel"] == "wecom":
        return WecomSettings.model_validate(account)
    return OfficialSettings.model_validate(account)


def _answer(talk: Talk, question: Question) -> str | int:
    said = talk.ask(f"ask_{question.key}", question.check, hidden=question.hidden)
    return int(said) if question.key == "agent_id" else said


def _question(key: str) -> Question:
    return next(question for question in _OFFICIAL + _WECOM if question.key == key)


def _new_secrets(kind: Kind) -> Table:
    """A Token of letters and digits, and 43 characters that decode to 32 random bytes (protocol A1, A3)."""
    letters = string.ascii_letters + string.digits
    token = "".join(secrets.choice(letters) for _ in range(_TOKEN_CHARS))
    if kind == "test":
        return {"token": token, "encryption": "plain"}
    return {"token": token, "aes_key": _new_aes_key()}


def _new_aes_key() -> str:
    """The platforms' pages take letters and digits only, so keys with + or / are thrown away."""
    while True:
        key = base64.b64encode(os.urandom(32)).decode().rstrip("=")
        if key.isalnum():
            return key


def _ip_of(errmsg: str) -> str:
    """The address that the platform saw: `invalid ip 1.2.3.4 …` or `…, from ip: 1.2.3.4, …`."""
    found = re.search(r"\bip:? ([0-9a-fA-F:.]{3,45})", errmsg)
    return found[1].rstrip(".:") if found else ""
