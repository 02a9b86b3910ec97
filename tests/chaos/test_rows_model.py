"""Rows 21 to 26: the model fails in every way it can. Everybody gets one text, nobody waits for another."""

import signal
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bot.faulty_model import (
    Behaviour,
    Exchange,
    FaultyModel,
    answers,
    hangs,
    refuses,
    serving,
    streams,
)
from tests.chaos.talk import TEXTS, Talk, asked_with, first
from tests.scenarios.house import House, wait_for

DEADLINE_S = 4.0
FAILED, DOWN = TEXTS.say("answer_failed"), TEXTS.say("model_down")
BLOCKED = TEXTS.say("blocked_content")
FINE = "好。"
HALF = "这句话是完整的。" * 12
CUT_OFF = b'data: {"choices":[{"delta":{"content":"%s"}}]}\n\n'
KB = 1024


@pytest.fixture(scope="module")
def provider() -> Iterator[FaultyModel]:
    """The provider that fails."""
    with serving() as faulty:
        yield faulty


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, provider: FaultyModel) -> Iterator[House]:
    """A house that asks this provider, with a short deadline."""
    settings = {"YINGDA_CHAT__BASE_URL": provider.url, "YINGDA_CHAT__DEADLINE_S": str(DEADLINE_S)}
    folder: Path = tmp_path_factory.mktemp("house")
    with House(folder, environment=settings) as house:
        yield house


@pytest.fixture
def talk(house: House, provider: FaultyModel) -> Talk:
    """People nobody has heard of yet."""
    return Talk(house, provider)


def test_row_21_a_busy_model_is_asked_when_it_said(talk: Talk) -> None:
    """429 with Retry-After waits that long, one beyond the deadline not at all; the others do not wait."""
    talk.say(
        {
            "稍等": first(refuses(429, headers={"retry_after": "1"}), answers(FINE)),
            "久等": refuses(429, headers={"retry_after": "3600"}),
            "总忙": refuses(429),
            "旁人": answers(FINE),
        }
    )

    assert [talk.heard(word) for word in ("稍等", "久等", "总忙", "旁人")] == [FINE, DOWN, DOWN, FINE]
    asked, again = talk.asked_at["稍等"]
    assert 1.0 <= again - asked < 2.0
    assert len(talk.asked_at["久等"]) == 1
    assert 2 <= len(talk.asked_at["总忙"]) <= 6
    assert talk.took_s("总忙") <= DEADLINE_S + 1
    assert talk.took_s("旁人") < talk.took_s("总忙")


def test_row_22_a_failing_model_is_asked_within_a_budget(talk: Talk) -> None:
    """500 for ever: a few attempts, then one text in place of the answer; 500 twice costs only time."""
    talk.say({"总坏": refuses(500), "一时": first(refuses(500), first(refuses(500), answers(FINE)))})

    assert [talk.heard(word) for word in ("总坏", "一时")] == [FAILED, FINE]
    assert 2 <= len(talk.asked_at["总坏"]) <= 6
    assert talk.took_s("总坏") <= DEADLINE_S + 1


async def dribbles(exchange: Exchange) -> None:
    """A byte now and then, for ever: no single read ever times out."""
    await exchange.head()
    while True:
        await exchange.chunk(b":")
        await exchange.lull(0.5)


def test_row_23_the_deadline_is_total(talk: Talk) -> None:
    """No byte at all, a byte now and then, or a stream that stops: one text at the deadline, ± 1 s."""
    stops = streams(CUT_OFF % "没".encode(), end="hang")
    talk.say({"无声": hangs, "滴漏": dribbles, "停住": stops, "旁人": answers(FINE)})

    for word in ("无声", "滴漏", "停住"):
        assert talk.heard(word) == FAILED
        assert abs(talk.took_s(word) - DEADLINE_S) <= 1.0, word
    assert talk.heard("旁人") == FINE
    assert talk.took_s("旁人") < DEADLINE_S - 1


def test_row_24_a_stream_that_is_cut_is_never_taken_for_an_answer(talk: Talk) -> None:
    """FIN or RST without an end: too little is asked again, what helps is shown and kept as broken off."""
    little, half = CUT_OFF % "没说".encode(), CUT_OFF % HALF.encode()
    talk.say(
        {
            "短完": first(streams(little, end="cut"), answers(FINE)),
            "短断": first(streams(little, end="reset"), answers(FINE)),
            "收尾": streams(half, end="end"),
            "半完": streams(half, end="cut"),
            "半断": streams(half, end="reset"),
        },
        "office",
    )

    assert [talk.heard(word, "office") for word in ("短完", "短断")] == [FINE, FINE]
    assert [len(talk.asked_at[word]) for word in ("短完", "短断")] == [2, 2]
    for word in ("收尾", "半完", "半断"):
        assert talk.heard(word, "office").split("\n")[0] == f"{HALF}…"

    talk.say_more("半断", "然后呢", answers(FINE), "office")
    messages = asked_with(talk.provider.requests[-1])
    remembered = [message["content"] for message in messages if message["role"] == "assistant"]
    assert remembered == [f"{HALF}…"]


def test_row_24_characters_that_are_split_between_chunks_arrive_whole(talk: Talk) -> None:
    """UTF-8 cut after every byte, an emoji in two escapes, a cut within a character: no mojibake."""
    said = "好👩‍👩‍👧‍👦𠮷"
    whole = (CUT_OFF % said.encode()) + b'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n'
    halves = (CUT_OFF % rb"\ud83d") + (CUT_OFF % rb"\ude00")
    ended = b'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
    broken = (CUT_OFF % f"{HALF}𠮷".encode()).split("𠮷".encode())[0] + "𠮷".encode()[:2]
    talk.say(
        {
            "逐字节": streams(*(bytes([byte]) for byte in whole)),
            "两半": streams(halves + ended),
            "断字": first(streams(broken, end="cut"), answers(FINE)),
        }
    )

    assert [talk.heard(word) for word in ("逐字节", "两半", "断字")] == [said, "😀", FINE]


def flood(piece: bytes, pieces: int) -> Behaviour:
    """A page of *pieces* × *piece*, as fast as it is taken."""

    async def behave(exchange: Exchange) -> None:
        await exchange.head(content_type="text/html")
        for _ in range(pieces):
            await exchange.chunk(piece)
        await exchange.raw(b"0\r\n\r\n")

    return behave


async def gzip_bomb(exchange: Exchange) -> None:
    """200 KB that would be 200 MB."""
    packer, million = zlib.compressobj(9, wbits=31), bytes(1_000_000)
    packed = b"".join(packer.compress(million) for _ in range(200)) + packer.flush()
    await exchange.head(content_encoding="gzip")
    await exchange.chunk(packed)
    await exchange.raw(b"0\r\n\r\n")


def resident_kb(house: House, peak: bool) -> int:
    """Memory of the worker, now or at its peak."""
    status = Path(f"/proc/{house.processes['worker0'].pid}/status").read_text()
    name = "VmHWM:" if peak else "VmRSS:"
    return int(next(line for line in status.splitlines() if line.startswith(name)).split()[1])


def test_row_25_what_is_no_answer_costs_little_memory(talk: Talk, house: House) -> None:
    """Broken JSON, HTML, another form, 200 MB, a gzip bomb: one text each, while memory hardly grows."""
    talk.say({"热身": answers(FINE)})
    assert talk.heard("热身") == FINE
    Path(f"/proc/{house.processes['worker0'].pid}/clear_refs").write_text("5")  # begins VmHWM anew
    before_kb = resident_kb(house, peak=False)
    plan = {
        "坏格式": streams(b"data: {nonsense\n\n"),
        "网页": streams(b"<!doctype html><title>login</title>"),
        "别的": streams(b'data: {"result": 1}\n\n'),
        "列表": streams(b"data: [1, 2]\n\n"),
        "大": flood(b"x" * 64 * KB, 3_200),
        "长行": flood(b"data: " + b"x" * 64 * KB, 3_200),
        "炸弹": gzip_bomb,
    }
    talk.say(plan)

    assert [talk.heard(word) for word in plan] == [FAILED] * len(plan)
    assert resident_kb(house, peak=True) - before_kb < 40 * KB


def test_row_26_everybody_gets_a_text(talk: Talk) -> None:
    """Nothing, blanks, filtered, all spent on thinking: words of ours; what ran into its length is shown."""
    plan = {
        "空": answers(""),
        "空白": answers(" \n\t　"),
        "一回空": first(answers(""), answers(FINE)),
        "过滤": answers("", finish="content_filter"),
        "只想": answers("<think>想来想去", finish="length"),
        "到长": answers("先说这些", finish="length"),
    }
    talk.say(plan, "office")

    expected = [FAILED, FAILED, FINE, BLOCKED, FAILED, "先说这些…"]
    assert [talk.heard(word, "office").split("\n")[0] for word in plan] == expected
    wait_for(lambda: len(talk.asked_at["空"]) == 2, "nothing at all is asked once more")


def test_row_22_a_model_out_of_reach_is_given_up(house: House) -> None:
    """Connection refused, and a name that nobody knows: one reply each time, and the workers live on."""
    house.stop("worker0", signal.SIGKILL)
    addresses = {"worker1": "http://127.0.0.1:1/v1", "worker2": "http://nowhere.invalid/v1"}
    for number, address in enumerate(addresses.values(), 1):
        settings = {"YINGDA_CHAT__BASE_URL": address, "YINGDA_CHAT__DEADLINE_S": "1"}
        house.start_worker(number, settings)
    for name in addresses:
        wait_for(lambda name=name: "worker started" in house.log(name), "the worker starts", 40.0)  # type: ignore[misc]

    peers: list[str] = []
    while "ConnectionRefusedError" not in house.log("worker1") or "gaierror" not in house.log("worker2"):
        assert len(peers) < 20, "one worker takes everything"
        peers.append(f"oReach_{len(peers)}")
        house.simulator.say("shop", peers[-1], "在吗")
        house.simulator.wait_replies("shop", peers[-1], 1, 20.0)
    house.drained()

    assert [[sent.text for sent in house.simulator.replies("shop", peer)] for peer in peers] == [
        [FAILED] for _ in peers
    ]
    assert all(house.processes[name].poll() is None for name in addresses)
