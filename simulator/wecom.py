"""WeCom's interfaces for a self-built app, with documented limits and error codes (protocol C4, C5, S3)."""

import hashlib
import json
import secrets
from collections import deque
from typing import Any

from simulator.accounts import Account
from simulator.api import Ask, ErrcodeError, Route, Told, text_in
from simulator.clock import Clock
from simulator.people import Person, Sent
from simulator.words import words

DUPLICATE_S = 1800
DUPLICATE_MAX_S = 4 * 3600


class Frequency:
    """How often each member was written to, and which identical requests are recent."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sent: dict[tuple[str, str], deque[float]] = {}
        self._requests: dict[str, float] = {}

    def too_often(self, chat: tuple[str, str], per_minute: int, per_hour: int) -> bool:
        """Whether one more would go over a limit; counts it when not."""
        now = self._clock.now()
        times = self._sent.setdefault(chat, deque())
        while times and times[0] <= now - 3600:
            times.popleft()
        last_minute = sum(1 for at in times if at > now - 60)
        if last_minute >= per_minute or len(times) >= per_hour:
            return True
        times.append(now)
        return False

    def repeats(self, account: str, asked: dict[str, Any]) -> bool:
        """Whether an identical request asked for duplicate checking lately; notes this one when not."""
        if asked.get("enable_duplicate_check") != 1:
            return False
        interval_s = min(int(asked.get("duplicate_check_interval") or DUPLICATE_S), DUPLICATE_MAX_S)
        same = json.dumps(asked, sort_keys=True, ensure_ascii=False)
        key = hashlib.sha256(f"{account}\n{same}".encode()).hexdigest()
        now = self._clock.now()
        if self._requests.get(key, 0.0) > now:
            return True
        self._requests[key] = now + interval_s
        return False


def gettoken(ask: Ask) -> Told:
    """GET gettoken: the same token while it is valid."""
    corp_id, secret = ask.query.get("corpid", ""), ask.query.get("corpsecret", "")
    if not corp_id:
        raise ErrcodeError(41002)
    if not secret:
        raise ErrcodeError(41004)
    owned = [
        one for one in ask.world.accounts.values() if one.channel == "wecom" and one.receive_id == corp_id
    ]
    if not owned:
        raise ErrcodeError(40013)
    ask.row.account = owned[0].name
    right = [one for one in owned if one.secret == secret]
    if not right:
        raise ErrcodeError(40001)
    ask.row.account = right[0].name
    value, lives_s = ask.world.tokens.fetch(right[0].name, "gettoken")
    return Told({"errcode": 0, "errmsg": "ok", "access_token": value, "expires_in": lives_s})


def _text(asked: dict[str, Any]) -> str:
    kind = asked.get("msgtype")
    if kind in ("image", "voice", "video", "file", "mpnews"):
        raise ErrcodeError(40007)
    if kind not in ("text", "markdown", "textcard", "template_card"):
        raise ErrcodeError(40008)
    part = asked.get(kind)
    if not isinstance(part, dict):
        raise ErrcodeError(47001)
    if kind in ("text", "markdown"):
        content = part.get("content")
        if not isinstance(content, str) or not content.strip():
            raise ErrcodeError(44004)
        return content
    return str(part.get("title") or (part.get("main_title") or {}).get("title") or "")


def cut(text: str, limit: int) -> str:
    """The first *limit* bytes of *text*; a character that does not fit whole is left out."""
    return text.encode()[:limit].decode(errors="ignore")


def _receivers(ask: Ask, account: Account, asked: dict[str, Any]) -> tuple[list[Person], list[str]]:
    """(members that exist, names that do not). Raises ErrcodeError(81013) when nobody is left."""
    names = [name for name in str(asked.get("touser", "")).split("|") if name]
    members = ask.world.phones.people
    if names == ["@all"]:
        return [one for (owner, _), one in members.items() if owner == account.name], []
    found = [members[account.name, name] for name in names if (account.name, name) in members]
    if not found:
        raise ErrcodeError(81013)
    return found, [name.lower() for name in names if (account.name, name) not in members]


class Messages:
    """message/send, which remembers frequencies and identical requests."""

    def __init__(self, clock: Clock) -> None:
        self.frequency = Frequency(clock)

    def send(self, ask: Ask) -> Told:
        """POST message/send: cut above 2048 bytes, silently dropped above 30 a minute."""
        account = ask.account("wecom")
        asked = ask.json()
        if account.channel != "wecom" or str(asked.get("agentid")) != str(account.agent_id):
            raise ErrcodeError(301002)
        ask.row.peer = str(asked.get("touser", "")).split("|")[0]
        ask.row.limit = ask.world.rules.text_bytes
        group = ask.world.wire.groups.of_send((account.name, ask.row.peer), text_in(asked))
        ask.row.group = group.id if group else ask.row.group
        fault = ask.world.faults.next_errcode(account.name)
        if fault:
            raise ErrcodeError(fault)
        found, missing = _receivers(ask, account, asked)
        text = _text(asked)
        ask.row.size = len(text.encode())
        if self.frequency.repeats(account.name, asked):
            ask.row.topic = "wecom_repeat"
        else:
            self._deliver(ask, found, text, asked)
        answer = {"errcode": 0, "errmsg": "ok", "invaliduser": "|".join(missing), "invalidparty": ""}
        answer |= {"invalidtag": "", "unlicenseduser": "", "msgid": secrets.token_urlsafe(40)}
        return Told(answer, abort=ask.world.faults.takes_abort())

    def _deliver(self, ask: Ask, found: list[Person], text: str, asked: dict[str, Any]) -> None:
        rules = ask.world.rules
        for person in found:
            chat = (person.account, person.peer)
            if self.frequency.too_often(chat, rules.per_minute, rules.per_hour):
                ask.row.topic = "wecom_dropped"
                continue
            sent = Sent(cut(text, rules.text_bytes), ai=False, t=ask.world.clock.wall(), raw=asked)
            ask.world.deliver(chat, sent, ask.row)


def agent_get(ask: Ask) -> Told:
    """GET agent/get: the app itself, to callers whose IP the company trusts."""
    account = ask.account("wecom")
    if ask.world.faults.takes_fence(account.name):
        raise ErrcodeError(60020)
    if ask.query.get("agentid") != str(account.agent_id):
        raise ErrcodeError(301002)
    told = {"errcode": 0, "errmsg": "ok", "agentid": account.agent_id, "name": account.title["zh"]}
    return Told(told)


def routes(clock: Clock) -> list[Route]:
    """WeCom's calls; menu and addresses share their paths with the official account's."""
    return [
        Route("GET", "/cgi-bin/gettoken", "wecom", "gettoken", words("取令牌", "get token"), gettoken),
        Route(
            "POST",
            "/cgi-bin/message/send",
            "wecom",
            "wecom_send",
            words("发送", "send"),
            Messages(clock).send,
        ),
        Route("GET", "/cgi-bin/agent/get", "wecom", "other", words("查询", "look-up"), agent_get),
    ]
