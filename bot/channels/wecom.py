"""企业微信自建应用 (a company's own WeCom app): encrypted XML callbacks, message/send."""

import secrets
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

from bot.channels import _wire
from bot.channels._answers import TELL_OWNER, WECOM
from bot.channels._api import Api, Client, fetch_token, platform_errors
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
    Pace,
    Poll,
)
from bot.errors import AccountUnfit, Forged, PlatformAway
from bot.messages import InboundMessage
from config.settings import WecomSettings

_DUPLICATE_CHECK_S = 1800  # the platform's default
_DUPLICATE_SPAN_S = 12_600  # up to the four hours that it allows


class Wecom:
    """One WeCom app."""

    delivery: Delivery = "push"
    limits = Limits(text_bytes=2048, links=True, duplicate_check=True, paces=(Pace(30, 65), Pace(1000, 3610)))
    """30 a minute and 1 000 an hour for each member (protocol C7), with what a send may be late."""

    def __init__(self, account: str, settings: WecomSettings, tokens: AccessTokens, connections: int) -> None:
        self.account = account
        self._agent_id = settings.agent_id
        key = settings.aes_key.get_secret_value() if settings.aes_key else ""
        self._envelope = _wire.Envelope(settings.token.get_secret_value(), key, settings.corp_id)
        secret = settings.secret.get_secret_value()
        client = Client(settings.corp_id, settings.api_base, connections)
        self._api = Api(account, client, tokens, WECOM, fetch=lambda client: _get_token(client, secret))

    def verify(self, query: Mapping[str, str], now_s: float) -> str:
        """The decrypted echostr; the platform waits one second for it (protocol C1)."""
        timestamp, nonce = _wire.fresh(query, now_s)
        return self._envelope.open(query.get("echostr", ""), query.get("msg_signature", ""), timestamp, nonce)

    def read(
        self, query: Mapping[str, str], body: bytes, now_s: float
    ) -> Sequence[InboundMessage | Bell | Poll]:
        """See Channel.read; WeCom callbacks are always encrypted."""
        _wire.check_size(body)
        timestamp, nonce = _wire.fresh(query, now_s)
        encrypted = _wire.fields(body).get("Encrypt")
        if not encrypted:
            raise Forged("plaintext")
        message = self._envelope.open(encrypted, query.get("msg_signature", ""), timestamp, nonce)
        return [inbound(self.account, _wire.fields(message))]

    def nonce(self, query: Mapping[str, str], body: bytes) -> Nonce | None:
        """None: the signature covers the encrypted body."""
        return None

    def acknowledgement(self) -> str:
        """An empty body (protocol C1)."""
        return ""

    def allowance(self, message: InboundMessage) -> Allowance | None:
        """None: an app may write at any time, within 30 a minute for each member (protocol C7)."""
        return None

    def send(self, peer: str, out: OutText) -> None:
        """message/send with the platform's duplicate check, so that a repeated send shows once (protocol C5).

        The platform drops requests that are equal. A sentence that is rightly said twice must not be one of
        them, so the interval is varied by *out.key*: equal for a repeated send, other for another message.
        """
        mark = out.label or out.number
        answer = self._api.post(
            "message/send",
            {
                "touser": peer,
                "msgtype": "text",
                "agentid": self._agent_id,
                "text": {"content": f"{out.text}\n{mark}" if mark else out.text},
                "enable_duplicate_check": 1,
                "duplicate_check_interval": _DUPLICATE_CHECK_S + out.key % _DUPLICATE_SPAN_S,
            },
        )
        if peer.lower() in str(answer.get("unlicenseduser") or "").lower().split("|"):
            raise AccountUnfit(0, "unlicenseduser")

    def typing(self, peer: str) -> None:
        """WeCom shows no typing status for apps."""

    def menu_get(self) -> tuple[Button, ...]:
        """menu/get of the app (protocol C8)."""
        return menu_of(lambda: self._api.aside("menu/get", params={"agentid": str(self._agent_id)}))

    def menu_create(self, buttons: Sequence[Button]) -> None:
        """menu/create of the app (protocol C8)."""
        self._api.aside("menu/create", to_platform(buttons), {"agentid": str(self._agent_id)})


def _get_token(client: Client, secret: str) -> Mapping[str, Any]:
    """gettoken; one token per app secret (protocol C4)."""
    return client.call("gettoken", {"corpid": client.appid, "corpsecret": secret})


def check(settings: WecomSettings) -> None:
    """Try CorpID, Secret, AgentId and our address: fetch a token and look the app up (protocol C4).

    Getting the token proves CorpID and Secret; 60020 (our IP is not trusted) comes with the first real call.
    Raises PlatformError.
    """
    secret = settings.secret.get_secret_value()
    with closing(Client(settings.corp_id, settings.api_base, connections=1)) as client:
        token, _ = fetch_token(client, lambda client: _get_token(client, secret))
        with platform_errors(WECOM, otherwise=TELL_OWNER, lost=PlatformAway):
            client.call("agent/get", {"access_token": token, "agentid": str(settings.agent_id)})


def check_token(settings: WecomSettings) -> None:
    """Try CorpID and Secret alone (protocol C4). Raises PlatformError."""
    secret = settings.secret.get_secret_value()
    with closing(Client(settings.corp_id, settings.api_base, connections=1)) as client:
        fetch_token(client, lambda client: _get_token(client, secret))


def url_check(settings: WecomSettings) -> tuple[Mapping[str, str], str]:
    """A URL check as the platform would send it now: query, and what is to be answered (protocol C1)."""
    key = settings.aes_key.get_secret_value() if settings.aes_key else ""
    envelope = _wire.Envelope(settings.token.get_secret_value(), key, settings.corp_id)
    timestamp, nonce = str(int(time.time())), OWN_CHECK + secrets.token_hex(8)
    echo = str(secrets.randbelow(10**16))
    sealed = envelope.encrypt(echo.encode())
    signature = envelope.sign(timestamp, nonce, sealed)
    return {"msg_signature": signature, "timestamp": timestamp, "nonce": nonce, "echostr": sealed}, echo


Settings = WecomSettings
channel = Wecom
