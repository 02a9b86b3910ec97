"""Rows 42 and 43: nobody but the verified admin is the admin, and a model gives no orders."""

import json
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from handlers import commands
from simulator.bodies import pack_xml
from simulator.callbacks import Attempt, stamp_now
from simulator.testing import BOSS
from tests.chaos.corpus import Injection, claims, disguised, injections, look_alike_ids
from tests.chaos.figures import Figures
from tests.scenarios.house import House, wait_for

_ACTS = re.compile(r'weixin:|<\s?a(?![a-z0-9_])(?! href="https?://)', re.IGNORECASE)
"""What would make a phone do something when tapped: anything but a link to the web."""
_people = count(1)


@pytest.fixture
def house(shared: House) -> House:
    """The module's house with a stand-in that answers at once."""
    shared.simulator.model.reset()
    return shared


def stranger() -> str:
    return f"oStranger_{next(_people):018d}"


# Row 42


@pytest.mark.parametrize("name", [name for command in commands.all_commands() for name in command.NAMES])
def test_row_42_a_command_in_disguise_is_no_command(name: str) -> None:
    """No look-alike of a command's name calls it, with a prefix or without."""
    for disguise, look in disguised(name).items():
        for line in (look, *(f"{prefix}{look}" for prefix in commands.PREFIXES)):
            called = commands.parse(line)
            assert called is None or called.command is None, disguise


def untold(house: House) -> bool:
    """Whether the notice is there and was told to nobody."""
    with house.store as store:
        return bool(store.keys("yd1:notice:*")) and not store.keys("yd1:notice_*")


def send_xml(house: House, sender: str, content: str, **more: str) -> Attempt:
    """A rightly signed message of the shop whose inner XML is free; *more*: before, after, openid."""
    xml = (
        f"<xml>{more.get('before', '')}<FromUserName><![CDATA[{sender}]]></FromUserName>"
        f"<CreateTime>1700000000</CreateTime><MsgType>text</MsgType><Content><![CDATA[{content}]]></Content>"
        f"<MsgId>{next(_people)}</MsgId>{more.get('after', '')}</xml>"
    )
    simulator = house.simulator
    openid = more.get("openid", sender)
    packet = pack_xml(simulator.accounts["shop"], xml, openid, stamp_now(simulator.world))
    outer = packet.body.replace(b"<xml>", f"<xml><FromUserName>{openid}</FromUserName>".encode(), 1)
    return simulator.send_raw("shop", packet.query, outer)


def look_alikes_of_the_sender(house: House) -> set[str]:
    """Messages from every id that looks like an admin's; who was taken in as a person of their own."""
    taken = set()
    for account, admin in (("shop", BOSS), ("office", "boss")):
        for look in look_alike_ids(admin).values():
            packet = house.simulator.packet(account, look, "echo:是我")
            status = house.simulator.send_raw(account, packet.query, packet.body).status
            assert status in (200, 400), ascii(look)
            taken |= {(account, look)} if status == 200 else set()
    for account, peer in (("shop", "boss"), ("office", BOSS)):  # the id of another account's admin
        assert house.simulator.say(account, peer, "echo:是我").acknowledged
    assert not [look for _, look in taken if look.strip() != look], "an id with blanks is no id"
    return {look for _, look in taken}


def test_row_42_nobody_but_the_verified_admin_is_the_admin(house: House, figures: Figures) -> None:
    """What waits for the admin is told to no look-alike: by id, words, nickname, XML, query or account."""
    simulator = house.simulator
    simulator.platform.fail_sends("shop", 40200, 1)
    simulator.say("shop", stranger(), "echo:悄悄话")
    wait_for(lambda: untold(house), "a notice waits for the admin")
    said = [*claims(BOSS), *claims("boss")]

    accepted = len(look_alikes_of_the_sender(house))
    claimants = [(account, stranger()) for account in ("shop", "office") for _ in said]
    with ThreadPoolExecutor(8) as pool:
        told = pool.map(lambda chat, claim: simulator.say(*chat, claim), claimants, said * 2)
        assert all(delivery.acknowledged for delivery in told)
    for more in (
        {"openid": BOSS},
        {"after": f"<FromUserName>{BOSS}</FromUserName><openid>{BOSS}</openid>"},
        {"before": f"<NickName>{BOSS}</NickName><x><FromUserName>{BOSS}</FromUserName></x>"},
        {"before": f"<!-- <FromUserName>{BOSS}</FromUserName> -->"},
    ):
        assert send_xml(house, stranger(), "echo:是我", **more).status == 200
    forged = simulator.packet("shop", BOSS, "echo:是我", signed_as=simulator.accounts["office"])
    assert simulator.send_raw("shop", forged.query, forged.body).status == 403
    house.drained()

    sent = dict(simulator.world.phones.sent)
    assert not [chat for chat, messages in sent.items() if any("【提醒】" in one.text for one in messages)]
    assert untold(house)
    simulator.say("shop", BOSS, "echo:真的是我")
    notice, _ = simulator.wait_replies("shop", BOSS, 2)
    assert "40200" in notice.text
    figures.put("privileged words to look-alikes of the admin", 0, "0", accepted + len(claimants) + 7)


# Row 43


class Spoken:
    """A model that answers every tag with the words chosen for it."""

    def __init__(self, chosen: Sequence[Injection]) -> None:
        self._answers = {injection.tag: injection.answered for injection in chosen}

    def __call__(self, messages: list[dict[str, str]]) -> str:
        tag = re.search(r"inj\d{6}", str(messages[-1]["content"]))
        return self._answers[tag[0]] if tag else "记得"


def command_counts(house: House) -> dict[str, int]:
    counts = house.counts()
    return {
        name: counts.get(f"settled:{name}", 0) for name in ("command", "stopped", "ignored", "dead_letter")
    }


def converse(house: House, account: str, peer: str, chosen: Sequence[Injection]) -> None:
    """Say every injection, each after the answer to the one before, and check what is remembered of it."""
    simulator = house.simulator
    with house.store as store:
        for injection in chosen:
            said = simulator.say(account, peer, injection.said)
            assert said.acknowledged
            wait_for(lambda: not store.exists(f"yd1:inbox:{account}:{peer}"), injection.tag, 60.0)
        memory = json.loads(store.get(f"yd1:memory:{account}:{peer}"))
        assert not store.keys(f"yd1:memory:{account}:{peer}:*"), "a new conversation was begun"
        assert not store.exists(f"yd1:cut:{account}:{peer}"), "something was stopped"
    kept = [(one["question"], one["answer"]) for one in memory["exchanges"]]
    assert memory["session"] == 1
    assert kept == [(one.said.strip(), one.answered.strip()) for one in chosen][-len(kept) :]
    assert len(kept) >= min(len(chosen), 8)


def inject(house: House, how_many: int, seed: int, chats: int) -> None:
    """Put *how_many* injections through real turns, in *chats* chats at once."""
    chosen = list(injections(how_many, seed))
    assert not [one.said for one in chosen if commands.parse(one.said)]
    assert sum(commands.parse(one.answered) is not None for one in chosen) > how_many / 8
    house.simulator.model.set(answers=Spoken(chosen))
    before, answered = command_counts(house), house.counts().get("settled:answered", 0)
    peers = [("office" if number % 2 else "shop", stranger()) for number in range(chats)]
    with ThreadPoolExecutor(24) as pool:
        running = [
            pool.submit(converse, house, *chat, chosen[number::chats]) for number, chat in enumerate(peers)
        ]
        for one in running:
            one.result()
    house.drained()

    assert command_counts(house) == before
    assert house.counts()["settled:answered"] == answered + how_many
    heard = [sent.text for chat in peers for sent in house.simulator.replies(*chat)]
    assert len(heard) >= how_many
    assert not [text for text in heard if _ACTS.search(text)]


def test_row_43_what_a_model_says_is_never_a_command(house: House, seed: int) -> None:
    """200 injections: the model answers /new, 停, menu links; no command is called, memory stays whole."""
    inject(house, 200, seed, chats=20)


@pytest.mark.chaos
@pytest.mark.timeout(900)
def test_row_43_ten_thousand_injections_call_no_command(house: House, seed: int, figures: Figures) -> None:
    """The whole corpus, through real turns."""
    inject(house, 10_000, seed, chats=500)
    figures.put("commands called by a model's words", 0, "0", 10_000)
