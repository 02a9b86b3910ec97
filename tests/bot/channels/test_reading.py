"""What the two channels make of callbacks: kinds, order of checks, modes, allowances."""

import time

import pytest

from bot.channels import _wire
from bot.channels.base import Allowance
from bot.errors import CallbackRefused, Forged, Unreadable
from bot.messages import Event, InboundMessage, Text
from tests.bot.channels.accounts import KEY, official, wecom

NOW = 1_700_000_000.0
APP = "wxba5fad812f8e6fb9"


def xml(more: str, sender: str = "oU", created: str = "1700000000") -> str:
    return (
        f"<xml><ToUserName><![CDATA[gh_x]]></ToUserName><FromUserName><![CDATA[{sender}]]></FromUserName>"
        f"<CreateTime>{created}</CreateTime>{more}</xml>"
    )


def text_xml(content: str = "你好", msg_id: str = "24000000000000001", **more: str) -> str:
    return xml(
        f"<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{content}]]></Content><MsgId>{msg_id}</MsgId>",
        **more,
    )


def safe(
    inner: str, token: str = "AAAAA", receive_id: str = APP, nonce: str = "n1"
) -> tuple[dict[str, str], bytes]:
    """Query and body of a safe-mode callback as Tencent would send it."""
    seal = _wire.Envelope(token, KEY, receive_id)
    encrypted = seal.encrypt(inner.encode())
    stamp = str(int(NOW))
    query = {
        "signature": _wire.sign(token, stamp, nonce),
        "timestamp": stamp,
        "nonce": nonce,
        "openid": "oU",
        "encrypt_type": "aes",
        "msg_signature": seal.sign(stamp, nonce, encrypted),
    }
    body = f"<xml><ToUserName><![CDATA[gh_x]]></ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
    return query, body.encode()


def read(inner: str) -> InboundMessage:
    query, body = safe(inner)
    (message,) = official().read(query, body, NOW)
    assert isinstance(message, InboundMessage)
    return message


def test_text_is_read_with_its_words_and_sender() -> None:
    """A safe-mode text becomes an InboundMessage."""
    message = read(text_xml())

    assert ("shop", "oU", "oU", "text", (Text("你好"),), 1_700_000_000) == (
        message.account,
        message.peer,
        message.sender,
        message.kind,
        message.parts,
        message.created_at,
    )


@pytest.mark.parametrize(
    ("inner", "kind"),
    [
        ("<MsgType>image</MsgType><PicUrl>u</PicUrl><MediaId>m</MediaId><MsgId>1</MsgId>", "image"),
        ("<MsgType>voice</MsgType><MediaId>m</MediaId><Format>amr</Format><MsgId>1</MsgId>", "voice"),
        ("<MsgType>video</MsgType><MediaId>m</MediaId><MsgId>1</MsgId>", "video"),
        ("<MsgType>shortvideo</MsgType><MediaId>m</MediaId><MsgId>1</MsgId>", "video"),
        ("<MsgType>location</MsgType><Location_X>1</Location_X><MsgId>1</MsgId>", "location"),
        ("<MsgType>link</MsgType><Title>t</Title><Url>u</Url><MsgId>1</MsgId>", "link"),
        ("<MsgType>file</MsgType><Title>t</Title><MsgId>1</MsgId>", "file"),
        ("<MsgType>hologram</MsgType><MsgId>1</MsgId>", "unsupported"),
        (
            "<MsgType>text</MsgType><Content>【收到不支持的消息类型，暂无法显示】</Content><MsgId>1</MsgId>",
            "unsupported",
        ),
        ("<MsgType>event</MsgType><Event>subscribe</Event><EventKey></EventKey>", "subscribe"),
        ("<MsgType>event</MsgType><Event>unsubscribe</Event>", "unsubscribe"),
        ("<MsgType>event</MsgType><Event>CLICK</Event><EventKey>NEW</EventKey>", "click"),
        ("<MsgType>event</MsgType><Event>enter_agent</Event>", "enter_agent"),
        ("<MsgType>event</MsgType><Event>TEMPLATESENDJOBFINISH</Event><MsgID>2</MsgID>", "event"),
    ],
)
def test_every_kind_is_named(inner: str, kind: str) -> None:
    """Each kind of protocol A5, A6 and C2 gets its name; unknown ones are unsupported or other events."""
    assert kind == read(xml(inner)).kind


def test_event_keeps_name_and_key() -> None:
    """The event's name is lower-cased, its key kept as sent."""
    message = read(xml("<MsgType>event</MsgType><Event>SCAN</Event><EventKey>Zone7</EventKey>"))

    assert (Event("scan", "Zone7"),) == message.parts


def test_repeats_have_one_id_and_different_messages_different_ones() -> None:
    """MsgId counts within its sender; events are told apart by sender, second, name and key."""
    click = "<MsgType>event</MsgType><Event>CLICK</Event><EventKey>{}</EventKey>"
    same = {read(text_xml("a", "1")).msg_id, read(text_xml("a", "1")).msg_id}
    different = [
        read(text_xml("a", "1")).msg_id,
        read(text_xml("a", "2")).msg_id,
        read(text_xml("a", "1", sender="oV")).msg_id,
        read(xml(click.format("A"))).msg_id,
        read(xml(click.format("B"))).msg_id,
        read(xml(click.format("A"), created="1700000001")).msg_id,
        read(xml("<MsgType>event</MsgType><Event>VIEW</Event><EventKey>A</EventKey>")).msg_id,
    ]

    assert len(same) == 1
    assert len(different) == len(set(different))


@pytest.mark.parametrize(
    "inner",
    [
        "<xml></xml>",
        xml("<MsgType>text</MsgType>", sender=""),
        xml("<MsgType>text</MsgType>", sender="o\x7fU"),
        xml("<MsgType>text</MsgType>", sender="o" * 129),
        xml("<MsgType>text</MsgType>", created="soon"),
        xml("<MsgType>text</MsgType>", created="١٧"),
        xml(""),
        '{"ToUserName": "json"}',
        "",
    ],
)
def test_signed_but_absurd_messages_are_unreadable(inner: str) -> None:
    """Whoever could sign may still send nonsense: 400, not a crash."""
    query, body = safe(inner)

    with pytest.raises(Unreadable):
        official().read(query, body, NOW)


def test_compat_mode_is_read_by_its_encrypted_twin() -> None:
    """In compat mode the plain twin is ignored, whatever it claims."""
    query, body = safe(text_xml("true words"))
    body = body.replace(b"</xml>", b"<Content>forged words</Content></xml>")

    (message,) = official().read(query, body, NOW)

    assert isinstance(message, InboundMessage)
    assert message.text == "true words"


def test_plain_mode_reads_plain_bodies_and_asks_for_the_nonce_to_be_kept() -> None:
    """The free test account is plaintext only; its signature does not cover the body."""
    account = official(aes_key=None)
    stamp = str(int(NOW))
    query = {"signature": _wire.sign("AAAAA", stamp, "n"), "timestamp": stamp, "nonce": "n"}
    body = text_xml().encode()

    (message,) = account.read(query, body, NOW)
    first, second = account.nonce(query, body), account.nonce(query, body + b" ")

    assert isinstance(message, InboundMessage)
    assert first is not None
    assert second is not None
    assert first.value == second.value
    assert first.fingerprint != second.fingerprint


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda q, b: ({**q, "timestamp": "1600000000"}, b), "stale"),
        (lambda q, b: ({**q, "msg_signature": "0" * 40}, b), "signature"),
        (lambda q, b: ({**q, "msg_signature": "签名"}, b), "signature"),
        (lambda q, b: ({k: v for k, v in q.items() if k != "msg_signature"}, b), "signature"),
        (lambda q, b: (q, text_xml().encode()), "plaintext"),
        (
            lambda q, b: ({k: v for k, v in q.items() if k != "encrypt_type"}, text_xml().encode()),
            "plaintext",
        ),
        (lambda q, b: ({**q, "encrypt_type": "raw"}, text_xml().encode()), "plaintext"),
        (lambda q, b: (q, safe(text_xml("other"))[1]), "signature"),
        (lambda q, b: safe(text_xml(), receive_id="wxsomebodyelse000"), "receive_id"),
        (lambda q, b: safe(text_xml(), token="wrong"), "signature"),
    ],
)
def test_forgeries_are_refused_with_their_reason(change: object, reason: str) -> None:
    """Stale, unsigned, downgraded and wrongly addressed callbacks are 403, and logs can tell why."""
    assert callable(change)
    query, body = change(*safe(text_xml()))

    with pytest.raises(Forged) as refused:
        official().read(query, body, NOW)

    assert reason == refused.value.reason


def test_the_first_failing_check_decides() -> None:
    """Order: size, query, time, signature, decrypt, receive-id, parse."""
    query, body = safe(text_xml())
    wrong = {**query, "msg_signature": "0"}
    tries = [
        ({}, b"x" * 70_000, "size"),
        ({**wrong, "timestamp": "x"}, b"<xml", "query"),
        ({**wrong, "timestamp": "1"}, body, "stale"),
        (wrong, body, "signature"),
    ]

    reasons = []
    for found, sent, _ in tries:
        with pytest.raises(CallbackRefused) as refused:
            official().read(found, sent, NOW)
        reasons.append(refused.value.reason)

    assert [reason for _, _, reason in tries] == reasons


@pytest.mark.parametrize(
    ("inner", "allowance"),
    [
        (text_xml(), Allowance("typed", 5, 172_800)),
        (xml("<MsgType>image</MsgType><MediaId>m</MediaId><MsgId>1</MsgId>"), Allowance("typed", 5, 172_800)),
        (
            xml(
                "<MsgType>text</MsgType><Content>a</Content><MsgId>1</MsgId><bizmsgmenuid>101</bizmsgmenuid>"
            ),
            Allowance("tapped", 3, 60),
        ),
        (
            xml("<MsgType>event</MsgType><Event>CLICK</Event><EventKey>k</EventKey>"),
            Allowance("tapped", 3, 60),
        ),
        (xml("<MsgType>event</MsgType><Event>subscribe</Event>"), Allowance("tapped", 3, 60)),
        (xml("<MsgType>event</MsgType><Event>VIEW</Event><EventKey>u</EventKey>"), Allowance("tapped", 0, 0)),
    ],
)
def test_official_accounts_know_what_a_trigger_allows(inner: str, allowance: Allowance) -> None:
    """Protocol B2: five in 48 h for what was typed, three in a minute for taps, nothing for a link opened."""
    assert allowance == official().allowance(read(inner))


def test_wecom_reads_its_own_callbacks_only() -> None:
    """A WeCom app decrypts what is for its corp and refuses plaintext."""
    query, body = safe(text_xml(), token="QDG6eK", receive_id="wx5823bf96d3bd56c7")
    (message,) = wecom().read(query, body, NOW)

    assert isinstance(message, InboundMessage)
    assert message.text == "你好"
    with pytest.raises(Forged):
        wecom().read(query, text_xml().encode(), NOW)


def test_wecom_url_check_of_the_documentation() -> None:
    """The documented echostr opens to the documented number, and a fresh clock is asked for."""
    channel = wecom(aes_key="jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C")
    query = {
        "msg_signature": "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3",
        "timestamp": "1409659589",
        "nonce": "263014780",
        "echostr": "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==",
    }

    assert channel.verify(query, 1_409_659_600.0) == "1616140317555161061"
    with pytest.raises(Forged):
        channel.verify(query, time.time())


def test_official_url_check_echoes_byte_for_byte() -> None:
    """An official account's echostr is never encrypted, not even in safe mode."""
    query = {
        "signature": "899cf89e464efb63f54ddac96b0a0a235f53aa78",
        "timestamp": "1714037059",
        "nonce": "486452656",
        "echostr": "4375120948345356249",
    }

    assert official().verify(query, 1_714_037_060.0) == "4375120948345356249"
    with pytest.raises(Forged):
        official().verify({**query, "signature": "0" * 40}, 1_714_037_060.0)
