"""The official account's interfaces, with their documented limits and error codes (protocol B1 – B6, S2)."""

from typing import Any

from simulator.accounts import Account
from simulator.allowance import Chat
from simulator.api import OK, Ask, ErrcodeError, Route, Told, permitted, text_in
from simulator.menus import ROUTES as MENU_ROUTES
from simulator.people import Sent
from simulator.words import words

MEDIA_KINDS = {"image", "voice", "video", "music", "mpnews", "mpnewsarticle", "wxcard", "miniprogrampage"}
TYPING_S = 15.0
INTERACTION_S = 30.0


def token(ask: Ask) -> Told:
    """GET /cgi-bin/token: a new token each time; the former lives five minutes more."""
    if ask.query.get("grant_type") != "client_credential":
        raise ErrcodeError(40002)
    account = _credentials(ask, ask.query.get("appid", ""), ask.query.get("secret", ""))
    value, lives_s = ask.world.tokens.fetch(account.name, "token")
    return Told({"access_token": value, "expires_in": lives_s})


def stable_token(ask: Ask) -> Told:
    """POST /cgi-bin/stable_token: the same token until its last five minutes."""
    asked = ask.json()
    if asked.get("grant_type") != "client_credential":
        raise ErrcodeError(40002)
    account = _credentials(ask, str(asked.get("appid", "")), str(asked.get("secret", "")))
    force = asked.get("force_refresh") is True
    value, lives_s = ask.world.tokens.fetch(account.name, "stable", force=force)
    return Told({"access_token": value, "expires_in": lives_s})


def _credentials(ask: Ask, app_id: str, secret: str) -> Account:
    if not app_id:
        raise ErrcodeError(41002)
    if not secret:
        raise ErrcodeError(41004)
    owned = [
        one for one in ask.world.accounts.values() if one.channel == "official" and one.receive_id == app_id
    ]
    if not owned:
        raise ErrcodeError(40013)
    ask.row.account = owned[0].name
    if owned[0].secret != secret:
        raise ErrcodeError(40125)
    if ask.world.faults.takes_fence(owned[0].name):
        raise ErrcodeError(40164)
    return owned[0]


def custom_send(ask: Ask) -> Told:
    """POST message/custom/send: checks, takes one of the allowance, and the person has it."""
    account = ask.account("official")
    if account.channel != "official":
        raise ErrcodeError(40001)
    asked = ask.json()
    chat = (account.name, str(asked.get("touser", "")))
    ask.row.peer, ask.row.limit = chat[1], ask.world.rules.text_bytes
    group = ask.world.wire.groups.of_send(chat, text_in(asked))
    ask.row.group = group.id if group else ask.row.group
    if not account.may("send"):
        raise ErrcodeError(48001)
    text = _sendable(ask, asked, chat)
    ai = (
        asked.get("aimsgcontext", {}).get("is_ai_msg") == 1
        if isinstance(asked.get("aimsgcontext"), dict)
        else False
    )
    ask.world.deliver(chat, Sent(text, ai, ask.world.clock.wall(), asked), ask.row)
    ask.world.show_allowance(chat)
    return Told(OK, abort=ask.world.faults.takes_abort())


def _sendable(ask: Ask, asked: dict[str, Any], chat: Chat) -> str:
    """The text to show, once every check has passed. Raises ErrcodeError."""
    world = ask.world
    fault = world.faults.next_errcode(chat[0])
    person = world.phones.person(chat)
    if fault or person is None:
        raise ErrcodeError(fault or 40003)
    text = shown_text(asked)
    ask.row.size = len(text.encode())
    if ask.row.size > world.rules.text_bytes:
        raise ErrcodeError(45002)
    if any(word in text for word in world.rules.risky_words):
        raise ErrcodeError(87014)
    if not person.following:
        raise ErrcodeError(43004)
    spent = world.allowances.take(chat)
    if spent:
        raise ErrcodeError(spent)
    return text


def shown_text(asked: dict[str, Any]) -> str:
    """What a send of type text, msgmenu or news shows. Raises ErrcodeError."""
    kind = asked.get("msgtype")
    if kind in MEDIA_KINDS:
        raise ErrcodeError(40007)
    if kind not in ("text", "msgmenu", "news"):
        raise ErrcodeError(40008)
    part = asked.get(kind)
    if not isinstance(part, dict):
        raise ErrcodeError(47001)
    if kind == "msgmenu":
        return _menu_text(part)
    if kind == "news":
        return _news_text(part)
    content = part.get("content")
    if not isinstance(content, str) or not content.strip():
        raise ErrcodeError(44004)
    return content


def _menu_text(part: dict[str, Any]) -> str:
    items = [item for item in part.get("list", []) if isinstance(item, dict)]
    links = [
        f'<a href="weixin://bizmsgmenu?msgmenucontent={item.get("content")}&msgmenuid={item.get("id")}">'
        f"{item.get('content')}</a>"
        for item in items
    ]
    return "\n".join(filter(None, [part.get("head_content", ""), *links, part.get("tail_content", "")]))


def _news_text(part: dict[str, Any]) -> str:
    articles = part.get("articles", [])
    if len(articles) != 1:
        raise ErrcodeError(45008)
    one = articles[0]
    return f"《{one.get('title', '')}》\n{one.get('description', '')}\n{one.get('url', '')}"


def typing(ask: Ask) -> Told:
    """POST message/custom/typing: on for up to 15 s; not again while it is on."""
    world = ask.world
    account = permitted(ask, "send")
    asked = ask.json()
    chat = (account.name, str(asked.get("touser", "")))
    ask.row.peer = chat[1]
    command = asked.get("command")
    world.typing_calls.append((*chat, str(command)))
    group = world.wire.groups.of_send(chat)
    ask.row.group = group.id if group else ask.row.group
    if world.phones.person(chat) is None:
        raise ErrcodeError(40003)
    if command == "CancelTyping":
        world.stop_typing(chat)
        return Told(OK)
    if command != "Typing":
        raise ErrcodeError(45072)
    now = world.clock.now()
    if now - world.spoke.get(chat, 0.0) > INTERACTION_S:
        raise ErrcodeError(45080)
    if world.typing_until.get(chat, 0.0) > now:
        raise ErrcodeError(45081)
    world.start_typing(chat, TYPING_S)
    return Told(OK)


def user_info(ask: Ask) -> Told:
    account = permitted(ask, "user")
    person = ask.world.phones.person((account.name, ask.query.get("openid", "")))
    if person is None:
        raise ErrcodeError(40003)
    ask.row.peer = person.peer
    if not person.following:
        return Told({"subscribe": 0, "openid": person.peer})
    known = {"subscribe": 1, "openid": person.peer, "language": "zh_CN", "subscribe_time": 1_700_000_000}
    return Told(known | {"remark": "", "groupid": 0, "tagid_list": [], "subscribe_scene": "ADD_SCENE_SEARCH"})


def addresses(ask: Ask) -> Told:
    """GET getcallbackip and get_api_domain_ip, of both platforms."""
    account = ask.account("official")
    found: dict[str, Any] = {"ip_list": ["127.0.0.1"]}
    return Told(found | OK if account.channel == "wecom" else found)


def online_agents(ask: Ask) -> Told:
    """GET customservice/getonlinekflist, for verified accounts; 65400 without customer service."""
    account = permitted(ask, "send")
    if account.agents is None:
        raise ErrcodeError(65400)
    usual = {"status": 1, "accepted_case": 0}
    numbers = range(1, account.agents + 1)
    listed = [{"kf_account": f"kf{n}@{account.to_user}", "kf_id": 1000 + n, **usual} for n in numbers]
    return Told({"kf_online_list": listed})


def clear_quota(ask: Ask) -> Told:
    ask.account("official")
    return Told(OK)


_TOKEN = words("取令牌", "get token")
_OTHER = words("查询", "look-up")

ROUTES = [
    Route("GET", "/cgi-bin/token", "official", "token", _TOKEN, token),
    Route("POST", "/cgi-bin/stable_token", "official", "stable_token", _TOKEN, stable_token),
    Route("POST", "/cgi-bin/message/custom/send", "official", "send", words("发送", "send"), custom_send),
    Route(
        "POST", "/cgi-bin/message/custom/typing", "official", "typing", words("正在输入", "typing"), typing
    ),
    Route(
        "GET",
        "/cgi-bin/customservice/getonlinekflist",
        "official",
        "agents",
        words("在线客服", "agents online"),
        online_agents,
    ),
    Route("GET", "/cgi-bin/user/info", "official", "other", _OTHER, user_info),
    Route("GET", "/cgi-bin/getcallbackip", "official", "other", _OTHER, addresses),
    Route("GET", "/cgi-bin/get_api_domain_ip", "official", "other", _OTHER, addresses),
    Route("POST", "/cgi-bin/clear_quota", "official", "other", _OTHER, clear_quota),
    *MENU_ROUTES,
]
