"""One plain sentence per kind of row on the wire, with the section of the protocol sheet it rests on."""

from simulator.errcodes import MEANING
from simulator.words import Why, Words, words

NOTICE = "该公众号暂时无法提供服务，请稍后再试"
"""What a person sees when an official account's server fails, word for word (A4)."""

UNSUPPORTED = "【收到不支持的消息类型，暂无法显示】"
"""What arrives in place of a sticker and other kinds without a documented form (A5)."""


def why(zh: str, en: str, section: str) -> Why:
    return {"zh": zh, "en": en, "section": section}


TOPICS: dict[str, Why] = {
    "callback_ok": why(
        "微信把这条消息签名、加密后送来；5 秒内回 200 加 success 或空内容，就算收到了，不会再送。",
        "WeChat signed and encrypted this; a 200 with `success` or nothing in it within 5 s acknowledges it.",
        "A4",
    ),
    "callback_reply": why(
        "回应里直接带了答复（被动回复）：不占客服消息条数。",
        "The response carried the answer itself (a passive reply): it costs no send allowance.",
        "A7",
    ),
    "callback_transfer": why(
        "回应是转接：微信把这句话交给公众号自己的客服，客服接上以后，对方说的不再经过这里。",
        "The response was a transfer: the platform's own agents have this message, and what is said next.",
        "A7",
    ),
    "agents": why(
        "问问有没有客服在线：有人在，才好把对话转接过去。",
        "Asks whether agents are online, before a chat is transferred to them.",
        "A7",
    ),
    "callback_failed": why(
        "5 秒内没有得到 200，微信会用同一个 MsgId 再送，总共三次；三次都失败，对方会看到故障提示。",
        "No 200 within 5 s: the same MsgId comes again, three times in all; then the fault notice is shown.",
        "A4",
    ),
    "callback_bad_reply": why(
        "回应不是微信认得的内容，对方会立刻看到故障提示，微信不再重送。",
        "WeChat does not accept this response: the fault notice is shown at once, and nothing is sent again.",
        "A4",
    ),
    "tampered": why(
        "内容被改了一个字，签名就对不上，应答必须用 403 拒收。",
        "One character was changed, so the signature no longer matches: it must be refused with 403.",
        "A2",
    ),
    "verify": why(
        "保存回调地址时，微信先来核对：公众号原样返回 echostr，企业微信要解密后返回。",
        "When the address is saved it is checked: official accounts echo echostr, WeCom wants it decrypted.",
        "A1, C1",
    ),
    "token": why(
        "调用接口前先取令牌，7200 秒有效；每取一次，上一个 5 分钟后作废。",
        "Fetched before any call; it lasts 7200 s, and each fetch ends the former one after 5 minutes.",
        "B1",
    ),
    "stable_token": why(
        "取稳定版令牌：有效期内总是同一个，多个进程同时取也不会互相作废。",
        "The stable token: always the same one while valid, so several processes cannot end each other's.",
        "B1",
    ),
    "gettoken": why(
        "取企业微信令牌：有效期内总是同一个。",
        "WeCom's token: the same one while it is valid.",
        "C4",
    ),
    "send": why(
        "用客服消息把答复发给对方：对方说一句，48 小时内最多发 5 条，每条不超过 2048 字节。",
        "The answer as a customer-service message: 5 within 48 h per message of the person, 2048 bytes each.",
        "B2",
    ),
    "typing": why(
        "让对方看到「正在输入」：最多 15 秒，发出一条消息就消失，不占条数。",
        "Shows “typing” for up to 15 s or until a message is sent; it costs no allowance.",
        "B3",
    ),
    "wecom_send": why(
        "用应用消息把答复发给成员：超过 2048 字节会被截断，每分钟超过 30 条会被悄悄丢掉。",
        "An app message to a member: cut above 2048 bytes, silently dropped above 30 a minute.",
        "C5",
    ),
    "wecom_repeat": why(
        "和刚才那次一模一样，又带了 enable_duplicate_check：企业微信回成功，但不会再发一遍。",
        "Identical to an earlier request with enable_duplicate_check: answered 0, not delivered again.",
        "C5",
    ),
    "wecom_dropped": why(
        "这位成员一分钟内超过 30 条：企业微信回成功，但悄悄丢掉了。",
        "More than 30 in a minute to this member: answered 0 and silently dropped.",
        "C5",
    ),
    "menu": why(
        "读写自定义菜单，改动 5 分钟内生效。",
        "Reads or writes the custom menu; shown within 5 minutes.",
        "B5",
    ),
    "other": why("其他接口。", "Another interface.", "B6"),
    "unknown": why("微信没有这个接口，或模拟微信还没有做。", "No such interface, or not simulated.", "S2"),
    "model": why(
        "应答把这段对话交给替身模型；它不是真 AI，一块一块地回话，和真的接口一样。",
        "The conversation goes to the stand-in model; no real AI, but it streams like the real interface.",
        "—",
    ),
    "model_real": why(
        "你接了真模型，它和应答之间的往来不经过这里，所以看不到内容。",
        "A real model is connected; what it and Yingda say to each other does not pass here.",
        "—",
    ),
}

SECTIONS: dict[int, str] = {
    40003: "B2",
    43004: "B2",
    45002: "B2",
    45015: "B2",
    45047: "B2",
    44004: "B2",
    45008: "B2",
}
SECTIONS |= {40001: "B1", 40013: "B1", 40014: "B1", 40125: "B1", 41001: "B1", 42001: "B1", 48001: "B2"}
SECTIONS |= dict.fromkeys((40015, 40017, 40018, 40019, 40020, 40023, 40024, 40025, 40026, 40027), "B5")
SECTIONS |= {45072: "B3", 45080: "B3", 45081: "B3", 46003: "B5", 60020: "C4", 81013: "C5", 301002: "C4"}


def explain(topic: str, errcode: int | None) -> Why:
    """Why a row is on the wire; an error code is explained in the place of the row's kind."""
    usual = TOPICS.get(topic, TOPICS["other"])
    if not errcode:
        return usual
    meant = MEANING.get(errcode, words(f"错误 {errcode}", f"error {errcode}"))
    return why(
        f"平台回了 {errcode}：{meant['zh']}。{usual['zh']}",
        f"The platform answered {errcode}: {meant['en']}. {usual['en']}",
        SECTIONS.get(errcode, usual["section"]),
    )


EVENTS: dict[str, Words] = {
    "subscribe": words("关注了公众号", "followed the account"),
    "unsubscribe": words("取消了关注", "unfollowed the account"),
    "scan": words("扫了二维码", "scanned a QR code"),
    "click": words("点了菜单", "tapped the menu"),
    "view": words("打开了菜单里的网页", "opened a page of the menu"),
    "enter_agent": words("打开了应用", "opened the app"),
    "kf_close_session": words("客服结束了对话", "the agent closed the talk"),
}

TRANSFERRED = "已转接人工客服"
WAITS_FOR_AGENT = "已转接人工客服，正在排队"
"""Grey lines of a chat that was transferred."""


def event_line(event: str, key: str, button: str = "") -> str:
    """The grey line in the thread for *event*; Chinese, like everything in the phone."""
    known = EVENTS.get(event.lower())
    line = known["zh"] if known else event
    if button:
        return f"{line}「{button}」"
    return f"{line} {key}" if key else line
