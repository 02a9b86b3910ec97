"""公众号 (official account): callbacks in plain, compat and safe mode; the customer-service message API."""

import hashlib
import secrets
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

from bot.channels import _wire
from bot.channels._answers import OFFICIAL, TELL_OWNER
from bot.channels._api import GLANCE_S, Api, Client, fetch_token, platform_errors
from bot.channels._inbound import inbound
from bot.channels._menus import menu_of, to_platform
from bot.channels.base import (
    OWN_CHECK,
    AccessTokens,
    Allowance,
    Bell,
    Button,
    Delivery,
    Limits,
    Nonce,
    OutText,
    Poll,
)
from bot.channels.console import Console, read_console
from bot.errors import AccountUnfit, Forged, PlatformAway, PlatformError
from bot.messages import Event, InboundMessage, Text
from config.settings import OfficialSettings

_TYPED = Allowance("typed", 5, 48 * 3600)
_TAPPED = Allowance("tapped", 3, 60)
_TAPS = frozenset({"click", "scancode_push", "scancode_waitmsg", "subscribe", "scan"})
"""Events that allow three messages within a minute (protocol B2)."""
_WRITES, _WRITES_NOT = frozenset({45072, 45080, 45081}), frozenset({40200, 48001, 48008})
"""Answers to a typing status: it is only not the time for it; this kind of account has none (protocol B3)."""
_NOT_OURS = frozenset({40003, 43004, 43019, 50005})
"""The person is not, or no longer, there to be written to."""
_MARK_REFUSED = frozenset({40008, 40035, 40058, 47001, 48001, 48008, 48004})
"""Codes by which an account type that knows no aimsgcontext could refuse it; tried once more without."""


class Official:
    """One official account. Safe and compat callbacks are read by their `<Encrypt>` only (design §3)."""

    delivery: Delivery = "push"
    limits = Limits(text_bytes=2048, links=True, duplicate_check=False, response_bytes=2000, taps=True)

    def __init__(
        self, account: str, settings: OfficialSettings, tokens: AccessTokens, connections: int
    ) -> None:
        self.account = account
        self._token = settings.token.get_secret_value()
        self._envelope = (
            _wire.Envelope(self._token, settings.aes_key.get_secret_value(), settings.app_id)
            if settings.aes_key
            else None
        )
        secret = settings.app_secret.get_secret_value()
        client = Client(settings.app_id, settings.api_base, connections)
        self._api = Api(
            account,
            client,
            tokens,
            OFFICIAL,
            fetch=lambda client: _stable_token(client, secret),
            force=lambda client: _stable_token(client, secret, force=True),
        )
        self._marks_ai = True

    def verify(self, query: Mapping[str, str], now_s: float) -> str:
        """The echostr as it came: an official account never encrypts it (protocol A1)."""
        timestamp, nonce = _wire.fresh(query, now_s)
        _wire.check_signature(query.get("signature", ""), self._token, timestamp, nonce)
        return query.get("echostr", "")

    def read(
        self, query: Mapping[str, str], body: bytes, now_s: float
    ) -> Sequence[InboundMessage | Bell | Poll]:
        """See Channel.read; the first failing check decides (design §3)."""
        _wire.check_size(body)
        timestamp, nonce = _wire.fresh(query, now_s)
        return [inbound(self.account, self._opened(query, body, timestamp, nonce))]

    def _opened(self, query: Mapping[str, str], body: bytes, timestamp: str, nonce: str) -> dict[str, str]:
        if self._envelope is None:
            _wire.check_signature(query.get("signature", ""), self._token, timestamp, nonce)
            return _wire.fields(body)
        encrypted = _wire.fields(body).get("Encrypt")
        if not encrypted:
            raise Forged("plaintext")
        return _wire.fields(self._envelope.open(encrypted, query.get("msg_signature", ""), timestamp, nonce))

    def respond(self, query: Mapping[str, str], body: bytes, text: str, now_s: float) -> str:
        """The passive reply (protocol A7), sealed where the callback was (A3)."""
        return self._answered(query, body, {"MsgType": "text", "Content": text}, now_s)

    def hand_over(self, query: Mapping[str, str], body: bytes, now_s: float) -> str:
        """transfer_customer_service (protocol A7), sealed where the callback was (A3)."""
        return self._answered(query, body, {"MsgType": "transfer_customer_service"}, now_s)

    def _answered(self, query: Mapping[str, str], body: bytes, told: Mapping[str, str], now_s: float) -> str:
        timestamp, nonce = query["timestamp"], query["nonce"]
        found = self._opened(query, body, timestamp, nonce)
        # A message need not say whom it was for, and is read all the same.
        reply = _wire.reply(found["FromUserName"], found.get("ToUserName", ""), told, int(now_s))
        return reply if self._envelope is None else self._envelope.seal(reply, str(int(now_s)), nonce)

    def agents_online(self) -> bool:
        """Ask getonlinekflist (developers.weixin.qq.com/doc/service/api/customer/servicermanage/).

        Unverified accounts may not (48001), and where customer service was never set up it is 65400: raises
        PlatformError.
        """
        found = self._api.glance("customservice/getonlinekflist").get("kf_online_list")
        return isinstance(found, list) and any(isinstance(one, dict) and one.get("status") for one in found)

    def nonce(self, query: Mapping[str, str], body: bytes) -> Nonce | None:
        """In plain mode the signature does not cover the body, so one nonce buys one body."""
        if self._envelope is not None:
            return None
        return Nonce(
            f"{query['timestamp']}:{query['nonce']}", hashlib.blake2s(body, digest_size=16).hexdigest()
        )

    def acknowledgement(self) -> str:
        """`success`: no retry and nothing shown to the person (protocol A4)."""
        return "success"

    def allowance(self, message: InboundMessage) -> Allowance | None:
        """5 in 48 h for what a person typed, 3 in a minute for taps; nothing for other events."""
        match message.parts:
            case (Event(name=name),):
                return _TAPPED if name in _TAPS else Allowance("tapped", 0, 0)
            case (Text(menu_id=menu_id),) if menu_id:
                return _TAPPED
            case _:
                return _TYPED

    def send(self, peer: str, out: OutText) -> None:
        """Customer-service text (protocol B2), with the platform's AI mark where *out* has a label."""
        if out.label and self._marks_ai:
            try:
                self._send(peer, _joined(out.text, out.number), {"aimsgcontext": {"is_ai_msg": 1}})
            except AccountUnfit as error:
                if error.errcode not in _MARK_REFUSED:
                    raise
                self._send(peer, _joined(out.text, out.label), {})
                self._marks_ai = False
        else:
            self._send(peer, _joined(out.text, out.label or out.number), {})

    def _send(self, peer: str, text: str, more: Mapping[str, Any]) -> None:
        self._api.post(
            "message/custom/send", {"touser": peer, "msgtype": "text", "text": {"content": text}, **more}
        )

    def typing(self, peer: str) -> None:
        """The typing status; it shows up to 15 s, or until a message is sent (protocol B3)."""
        self._api.aside("message/custom/typing", {"touser": peer, "command": "Typing"}, limit_s=GLANCE_S)

    def menu_get(self) -> tuple[Button, ...]:
        """menu/get: the menu that programs made, not the console's (protocol B5)."""
        return menu_of(lambda: self._api.aside("menu/get"))

    def menu_create(self, buttons: Sequence[Button]) -> None:
        """menu/create; phones show it within five minutes (protocol B5)."""
        self._api.aside("menu/create", to_platform(buttons))


def _joined(text: str, mark: str) -> str:
    return f"{text}\n{mark}" if mark else text


def _stable_token(client: Client, secret: str, *, force: bool = False) -> Mapping[str, Any]:
    """stable_token: the same token until its last five minutes, or with *force* another (protocol B1)."""
    return client.call(
        "stable_token",
        {},
        {"grant_type": "client_credential", "appid": client.appid, "secret": secret, "force_refresh": force},
    )


def check(settings: OfficialSettings) -> None:
    """Try AppID and AppSecret: fetch a token, past every cache (protocol B1). Raises PlatformError."""
    secret = settings.app_secret.get_secret_value()
    with closing(Client(settings.app_id, settings.api_base, connections=1)) as client:
        fetch_token(client, lambda client: _stable_token(client, secret))


def may_write(settings: OfficialSettings, openid: str) -> bool | None:
    """Whether the account has the customer-service permission, by ending a typing status (protocol B3).

    That is refused where sending is (B2), and shows nothing to anybody. Without an *openid*, or where it is
    not this account's, that is not known: None. Raises PlatformError where the call itself is refused.
    """
    secret = settings.app_secret.get_secret_value()
    with closing(Client(settings.app_id, settings.api_base, connections=1)) as client:
        token, _ = fetch_token(client, lambda client: _stable_token(client, secret))
        try:
            with platform_errors(OFFICIAL, otherwise=TELL_OWNER, lost=PlatformAway):
                if not openid:
                    # Open to every kind of account; it shows whether calls from here are let through.
                    client.call("getcallbackip", {"access_token": token})
                    return None
                asked = {"touser": openid, "command": "CancelTyping"}
                client.call("message/custom/typing", {"access_token": token}, asked)
        except PlatformError as error:
            if error.errcode in _NOT_OURS:
                return None
            if error.errcode not in _WRITES and error.errcode not in _WRITES_NOT:
                raise
            return error.errcode in _WRITES
    return True


def url_check(settings: OfficialSettings) -> tuple[Mapping[str, str], str]:
    """A URL check as the platform would send it now: query and echostr (protocol A1)."""
    timestamp, nonce = str(int(time.time())), OWN_CHECK + secrets.token_hex(8)
    echo = str(secrets.randbelow(10**16))
    signature = _wire.sign(settings.token.get_secret_value(), timestamp, nonce)
    return {"signature": signature, "timestamp": timestamp, "nonce": nonce, "echostr": echo}, echo


def console(settings: OfficialSettings) -> Console:
    """What was set up in the platform's console: welcome, keyword replies, menu; past every cache.

    Every kind of account may ask (protocol, section B). Raises PlatformError.
    """
    secret = settings.app_secret.get_secret_value()
    with closing(Client(settings.app_id, settings.api_base, connections=1)) as client:
        token, _ = fetch_token(client, lambda client: _stable_token(client, secret))
        with platform_errors(OFFICIAL, otherwise=TELL_OWNER, lost=PlatformAway):
            replies = client.call("get_current_autoreply_info", {"access_token": token})
            menu = client.call("get_current_selfmenu_info", {"access_token": token})
            return read_console(replies, menu)


Settings = OfficialSettings
channel = Official
