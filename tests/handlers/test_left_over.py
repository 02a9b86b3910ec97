"""What an admin has still to read, or could not be sent: found again by its number, and lost nowhere."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from bot.channels.base import OutText
from bot.errors import AccountUnfit, ContentRefused, PersonUnreachable, PlatformError
from bot.messages import Chat, InboundMessage, Text
from bot.store import keys
from bot.store.memory import Rest
from handlers.handed import carried
from tests.handlers.test_words_of_ours import BOSS, XIAOYU, Desk, opened

ADMIN = Chat("shop", BOSS)


@pytest.fixture
def passive(store: Redis, store_url: str, tmp_path: Path) -> Desk:
    """An official account that may only answer: everything is read page by page."""
    return opened(store, store_url, tmp_path, "shop", reply="passive")


@pytest.fixture
def shop(store: Redis, store_url: str, tmp_path: Path) -> Desk:
    """An official account that may write to people."""
    return opened(store, store_url, tmp_path, "shop")


def everything(store: Redis) -> Iterator[str]:
    """What waits for the admin, and the cases."""
    yield from (value.decode() for value in store.hvals(keys.answers(ADMIN)))
    yield from (value.decode() for value in store.hvals(keys.cases("shop")))
    yield (store.get(keys.rest(ADMIN)) or b"").decode()


def brought(desk: Desk, words: str) -> None:
    """*words* of XIAOYU wait for the admin."""
    number = desk.numbered(XIAOYU)
    relay = InboundMessage("shop", BOSS, BOSS, "r1", "relay", (Text(f"#{number}：{words}"),), 1)
    desk.bot.inbox.accept(relay, cuts=False, allowance=None, nonce=None, attempt="a")
    desk.turns(BOSS)


@pytest.mark.parametrize(
    ("said", "left", "found"),
    [
        ("#12：第一", "第二", "#12 …第二"),
        ("#1：甲\n\n#12：第一", "第二", "#12 …第二"),
        ("#12：第一\n\n#1：", "第二", "#1 …第二"),
        ("#12：第一", "#1：乙", "#1：乙"),
        ("甲 #12", "乙", "乙"),
        ("甲\n#12", "乙", "乙"),
        ("", "乙", "乙"),
        ("#12：第一", "", ""),
    ],
)
def test_what_is_left_begins_with_whose_it_is(said: str, left: str, found: str) -> None:
    """With the number of the paragraph that was cut; a paragraph of its own has one already."""
    assert carried(said, left) == found


@pytest.mark.parametrize("pages", [0, 1, 2])
def test_who_is_erased_is_erased_from_every_page(passive: Desk, pages: int) -> None:
    """However far the admin has read."""
    passive.say(XIAOYU, "/whoami")
    brought(passive, "秘密的事。" * 700)
    for line in ("取", "继续")[:pages]:
        passive.say(BOSS, line)
    assert any("秘密的事" in words for words in everything(passive.store))

    passive.say(XIAOYU, "/forget", "确认删除")
    passive.say(BOSS, "/continue")
    assert not any("秘密的事" in words for words in everything(passive.store))


@pytest.mark.parametrize("reply", ["passive", "service"])
def test_a_case_of_many_lines_is_erased_too(store: Redis, store_url: str, tmp_path: Path, reply: str) -> None:
    """The admin has read the first page of it."""
    desk = opened(store, store_url, tmp_path, "shop", reply=reply)
    for begin in range(0, 90, 30):
        desk.say(XIAOYU, "/投诉 " + "\n".join(f"第{n}条，他们骗了我的钱" for n in range(begin, begin + 30)))
    desk.say(BOSS, "#待办 T1")
    desk.say(XIAOYU, "/forget", "确认删除")
    desk.say(BOSS, "/continue")

    assert not any("骗了我的钱" in words for words in everything(store))


@pytest.mark.parametrize("error", [PersonUnreachable, ContentRefused])
@pytest.mark.parametrize("line", ["取", "继续", "在吗"])
def test_what_was_fetched_and_not_delivered_waits_on(
    shop: Desk, line: str, error: type[PlatformError]
) -> None:
    """Unless the platform refuses the very words, which hold up nothing; what did more is not tried again."""
    shop.say(XIAOYU, "/human 要退货")
    number = shop.numbered(XIAOYU)
    shop.line.spent = {XIAOYU}
    shop.say(BOSS, f"#{number} 已退款")
    shop.line.spent = set()

    def refuse(peer: str, out: OutText) -> None:
        if peer == XIAOYU:
            raise error(1, "refused")

    send, shop.line.send = shop.line.send, refuse  # type: ignore[method-assign]
    shop.say(XIAOYU, line)
    shop.line.send = send  # type: ignore[method-assign]

    put_aside = shop.store.llen(keys.dead)
    assert (shop.waiting(XIAOYU), put_aside) == (
        (["【人工】已退款"], 0) if error is PersonUnreachable else ([], int(line != "在吗"))
    )
    if error is PersonUnreachable:
        assert shop.say(XIAOYU, line) != []
        assert "【人工】已退款" in "".join(shop.line.sent[XIAOYU])


def test_a_rest_that_was_not_delivered_is_still_behind_continue(shop: Desk) -> None:
    """It was neither read nor refused."""
    shop.say(XIAOYU, "/whoami")
    shop.keep_rest(XIAOYU, Rest("后文。", ai=False))

    def away(peer: str, out: OutText) -> None:
        raise PersonUnreachable(43004, "require subscribe")

    send, shop.line.send = shop.line.send, away  # type: ignore[method-assign]
    shop.say(XIAOYU, "继续")
    shop.line.send = send  # type: ignore[method-assign]

    assert shop.say(XIAOYU, "继续") == ["后文。"]


def test_humans_words_are_read_in_their_order(passive: Desk) -> None:
    """A later one does not come first because an earlier one is long, and the others are told of."""
    passive.say(XIAOYU, "/human 要退货")
    number = passive.numbered(XIAOYU)
    passive.say(BOSS, f"#{number} {'长' * 900}", f"#{number} 完了")
    passive.say(XIAOYU, "/whoami")

    assert "完了" not in passive.answered(XIAOYU)
    assert "前面还有给你的回复" in passive.answered(XIAOYU)


def test_words_of_despair_are_kept_nowhere(store: Redis, store_url: str, tmp_path: Path) -> None:
    """Also where what is said instead has to wait in the answer inbox, which shows what it answers."""
    desk = opened(store, store_url, tmp_path, "shop", reply="auto")
    desk.bot.deliveries.learn("shop", "service")

    def unauthorized(peer: str, out: OutText) -> None:
        raise AccountUnfit(48001, "api unauthorized")

    desk.line.send = unauthorized  # type: ignore[method-assign]
    desk.say(XIAOYU, "我想自杀")

    assert "12356" in desk.answered(XIAOYU)
    assert not any("自杀".encode() in value for value in store.hvals(keys.answers(Chat("shop", XIAOYU))))
