"""The accounts that the platform knows: secrets, kind, and what that kind may call (protocol B2)."""

import base64
import hashlib
import os
import secrets
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from simulator.crypto import Envelope
from simulator.words import Words, words

Mode = Literal["plain", "compat", "safe"]

KINDS: dict[str, list[str]] = {
    "official": ["verified_service", "verified_subscription", "unverified_subscription"],
    "wecom": ["wecom_app"],
}

RIGHTS: dict[str, frozenset[str]] = {
    "verified_service": frozenset({"send", "menu", "user", "media"}),
    "verified_subscription": frozenset({"send", "menu", "user", "media"}),
    "unverified_service": frozenset({"menu"}),
    "unverified_subscription": frozenset(),
    "wecom_app": frozenset({"send", "menu", "media"}),
}
"""Interface permissions by kind of account; what is missing answers 48001."""

DEFAULT_TITLES: dict[str, Words] = {
    "shop": words("青禾书店", "Green Grain Books"),
    "office": words("青禾同事助手", "Green Grain Staff Desk"),
}


@dataclass(slots=True)
class Account:
    """One account. *receive_id* is the AppID or CorpID, *secret* the AppSecret or the app's Secret.

    agents: of the platform's own customer service are online; None where it was never set up.
    menu: what menu/create was given.
    console_menu, console_replies: what the owner set up in the console, as the platform tells it.
    """

    name: str
    channel: str
    title: Words
    kind: str
    receive_id: str
    secret: str
    token: str
    aes_key: str
    mode: Mode
    agent_id: int = 0
    admins: tuple[str, ...] = ()
    menu: dict[str, Any] | None = None
    agents: int | None = None
    console_menu: dict[str, Any] | None = None
    console_replies: dict[str, Any] | None = None
    envelope: Envelope | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        if self.aes_key:
            self.envelope = Envelope(self.token, self.aes_key, self.receive_id)

    @property
    def to_user(self) -> str:
        """What callbacks carry as ToUserName: the account's original id, or the CorpID."""
        if self.channel == "wecom":
            return self.receive_id
        return "gh_" + hashlib.sha256(self.receive_id.encode()).hexdigest()[:12]

    def may(self, right: str) -> bool:
        return right in RIGHTS[self.kind]

    def secrets(self) -> list[str]:
        return [value for value in (self.secret, self.token, self.aes_key) if value]

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "channel": self.channel,
            "title": self.title,
            "kind": self.kind,
            "kinds": KINDS[self.channel],
            "agents": self.agents,
            "menu": self.menu,
        }


def load(path: Path) -> dict[str, Account]:
    """The accounts of a configuration file (design §3). Raises OSError, TOMLDecodeError or KeyError."""
    with path.open("rb") as file:
        tables = tomllib.load(file).get("accounts", {})
    found = {name: _account(name, table) for name, table in tables.items() if table["channel"] in KINDS}
    if not found:
        raise KeyError("accounts: no official or wecom account in this file")
    return found


def _account(name: str, table: dict[str, Any]) -> Account:
    official = table["channel"] == "official"
    plain = official and table.get("encryption", "safe") == "plain"
    return Account(
        name=name,
        channel=table["channel"],
        title=_title(name, table.get("title")),
        kind="verified_service" if official else "wecom_app",
        receive_id=table["app_id"] if official else table["corp_id"],
        secret=table["app_secret"] if official else table["secret"],
        token=table["token"],
        aes_key="" if plain else table["aes_key"],
        mode="plain" if plain else "safe",
        agent_id=int(table.get("agent_id", 0)),
        admins=tuple(table.get("admins", ())),
    )


def _title(name: str, configured: str | None) -> Words:
    """The configured title; the demo's own ones have an English twin."""
    usual = DEFAULT_TITLES.get(name, words(name, name))
    return words(configured, configured) if configured and configured != usual["zh"] else usual


def new_aes_key() -> str:
    """A fresh EncodingAESKey: 43 characters that decode to 32 bytes."""
    return base64.b64encode(os.urandom(32)).decode()[:43].translate(str.maketrans("+/", "ab"))


def demo_accounts(mode: Mode = "safe") -> dict[str, Account]:
    """The shop (official, in *mode*) and the office (WeCom) with fresh random secrets."""
    shop = Account(
        name="shop",
        channel="official",
        title=DEFAULT_TITLES["shop"],
        kind="verified_service",
        receive_id="wx" + secrets.token_hex(8),
        secret=secrets.token_hex(16),
        token=secrets.token_hex(12),
        aes_key="" if mode == "plain" else new_aes_key(),
        mode=mode,
        admins=("oBoss_yingda_demo_0000000000",),
    )
    office = Account(
        name="office",
        channel="wecom",
        title=DEFAULT_TITLES["office"],
        kind="wecom_app",
        receive_id="ww" + secrets.token_hex(8),
        secret=secrets.token_urlsafe(32),
        token=secrets.token_hex(12),
        aes_key=new_aes_key(),
        mode="safe",
        agent_id=1000002,
        admins=("boss",),
    )
    return {"shop": shop, "office": office}
