"""The answer in a callback's own response: whole, addressed the right way round, sealed like the callback."""

import re
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto

from bot.channels import _wire
from bot.channels.base import tappable
from tests.bot.channels.accounts import KEY, official

APP_ID = "wxba5fad812f8e6fb9"
MESSAGE = (
    "<xml><ToUserName><![CDATA[gh_shop]]></ToUserName><FromUserName><![CDATA[oXiaoyu]]></FromUserName>"
    "<CreateTime>1700000000</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[hi]]></Content>"
    "<MsgId>1</MsgId></xml>"
)
NOT_IN_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def signed_query(encrypted: str) -> dict[str, str]:
    """What the platform appends to our address."""
    envelope = _wire.Envelope("AAAAA", KEY, APP_ID)
    stamp = {"timestamp": "1700000000", "nonce": "n<&>1"}
    signature = envelope.sign(stamp["timestamp"], stamp["nonce"], encrypted)
    return {**stamp, "msg_signature": signature}


def sealed_callback() -> tuple[dict[str, str], bytes]:
    """A callback in safe mode."""
    encrypted = _wire.Envelope("AAAAA", KEY, APP_ID).encrypt(MESSAGE.encode())
    body = f"<xml><ToUserName>gh_shop</ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
    return signed_query(encrypted), body.encode()


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=400) | st.sampled_from(["]]>", "a]]]]>b", "<xml>&amp;</xml>", "\x00\x0b好"]))
def test_wechatpy_reads_any_answer_that_we_seal(text: str) -> None:
    """Whatever a model says, the envelope opens and holds it, without the characters that XML forbids."""
    query, body = sealed_callback()
    sealed = official().respond(query, body, text, 1_700_000_002.5)

    outer = _wire.fields(sealed.encode())
    assert (outer["TimeStamp"], outer["Nonce"]) == ("1700000002", query["nonce"])
    opened = WeChatCrypto("AAAAA", KEY, APP_ID).decrypt_message(
        sealed, outer["MsgSignature"], outer["TimeStamp"], outer["Nonce"]
    )
    found = _wire.fields(opened)
    shown = NOT_IN_XML.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    assert found == {
        "ToUserName": "oXiaoyu",
        "FromUserName": "gh_shop",
        "MsgType": "text",
        "Content": shown,
        "CreateTime": "1700000002",
    }


def test_a_message_is_given_to_the_agents_in_the_response() -> None:
    """Sealed like every response, addressed the right way round, without any words (protocol A7)."""
    query, body = sealed_callback()
    sealed = official().hand_over(query, body, 1_700_000_002.5)
    outer = _wire.fields(sealed.encode())
    opened = WeChatCrypto("AAAAA", KEY, APP_ID).decrypt_message(
        sealed, outer["MsgSignature"], outer["TimeStamp"], outer["Nonce"]
    )

    assert _wire.fields(opened) == {
        "ToUserName": "oXiaoyu",
        "FromUserName": "gh_shop",
        "MsgType": "transfer_customer_service",
        "CreateTime": "1700000002",
    }


def test_a_plain_account_answers_in_plain() -> None:
    """The reply is encrypted only where the callback was."""
    query = {"timestamp": "1700000000", "nonce": "n", "signature": ""}
    query["signature"] = _wire.sign("AAAAA", query["timestamp"], query["nonce"])
    reply = official(aes_key=None).respond(query, MESSAGE.encode(), "好", 1_700_000_002.0)

    assert _wire.fields(reply.encode())["Content"] == "好"
    assert reply.startswith("<xml><ToUserName><![CDATA[oXiaoyu]]>")


@pytest.mark.parametrize("says", ["取 3", "继续", "a&b=c#d?%", '"><script>'])
def test_a_link_says_what_it_is_for(says: str) -> None:
    """Whatever the words are, tapping sends exactly those, and nothing of them leaves the link."""
    link = tappable(says, "点这里")

    found = re.fullmatch(
        r'<a href="weixin://bizmsgmenu\?msgmenucontent=([^"&<>]*)&msgmenuid=1">点这里</a>', link
    )
    assert found is not None
    assert unquote(found[1]) == says
