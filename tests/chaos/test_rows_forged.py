"""Rows 39 to 41: XML bombs, wrong signatures, replays and downgrades; nothing of it comes in."""

import errno
import os
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from simulator.crypto import sign
from simulator.testing import Packet
from tests.chaos.figures import Figures
from tests.chaos.fuzzing import TEXT, Case, Gun
from tests.chaos.readings import rss_mb
from tests.scenarios.house import House

_people = count(1)
REJECTED_MS = 50


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One web process and one worker, for all of this file."""
    with House(tmp_path_factory.mktemp("house")) as house:
        yield house


@pytest.fixture
def peer() -> str:
    return f"oForged_{next(_people):020d}"


def bombs(pipe: Path, port: int) -> dict[str, bytes]:
    """XML that harms a careless parser, or has it read *pipe* or call *port*."""
    body = b"<xml><Encrypt>&x;</Encrypt><FromUserName>&x;</FromUserName></xml>"
    nested = b"".join(b"<!ENTITY x%d '%s'>" % (n, b"&x%d;" % (n - 1) * 10) for n in range(1, 12))
    laughs = b"<!DOCTYPE xml [<!ENTITY x0 'ha'>" + nested + b"<!ENTITY x '&x11;'>]>" + body
    web = b"http://127.0.0.1:%d/" % port
    file = b"file://" + bytes(pipe)
    seven = b'<?xml version="1.0" encoding="utf-7"?>' + TEXT.decode().encode("utf-7")
    include = b"<xml xmlns:xi='http://www.w3.org/2001/XInclude'><xi:include parse='text' href='%s'/></xml>"
    return {
        "billion laughs": laughs,
        "quadratic": b"<!DOCTYPE xml [<!ENTITY x '"
        + b"a" * 20_000
        + b"'>]><xml>"
        + b"&x;" * 5000
        + b"</xml>",
        "file entity": b"<!DOCTYPE xml [<!ENTITY x SYSTEM '" + file + b"'>]>" + body,
        "web entity": b"<!DOCTYPE xml [<!ENTITY x SYSTEM '" + web + b"'>]>" + body,
        "parameter entity": b"<!DOCTYPE xml [<!ENTITY % p SYSTEM '" + web + b"'> %p;]>" + body,
        "web DTD": b"<!DOCTYPE xml SYSTEM '" + web + b"'>" + body,
        "file DTD": b"<!DOCTYPE xml PUBLIC '-//W3C//x' '" + file + b"'>" + body,
        "XInclude of a file": include % file,
        "XInclude of the web": include % web,
        "style sheet": b"<?xml-stylesheet href='" + web + b"'?><xml/>",
        "UTF-7": b"<?xml version='1.0' encoding='utf-7'?>" + seven,
        "UTF-7 entity": b"<?xml version='1.0' encoding='utf-7'?>+ADwAIQ-DOCTYPE xml SYSTEM '" + web + b"'>",
        "UTF-16": TEXT.decode().encode("utf-16"),
        "UTF-16 without mark": TEXT.decode().encode("utf-16-be"),
        "UTF-16 entity": f"<!DOCTYPE xml SYSTEM '{web.decode()}'><xml/>".encode("utf-16"),
        "UTF-16 bomb": laughs.decode().encode("utf-16-be"),
        "UTF-16 bomb, little end": laughs.decode().encode("utf-16-le"),
        "UTF-32": TEXT.decode().encode("utf-32"),
        "deep": b"<a>" * 16_000,
        "deep and closed": b"<a>" * 6_500 + b"</a>" * 6_500,
        "100 000 deep": b"<a>" * 100_000,
        "attributes": b"<xml " + b" ".join(b"a%d=''" % number for number in range(4_500)) + b"/>",
        "one attribute": b"<xml " + b"a='' " * 9_000 + b"/>",
        "namespaces": b"<xml " + b" ".join(b"xmlns:a%d='b'" % number for number in range(2_500)) + b"/>",
        "siblings": b"<xml>" + b"<a/>" * 11_000 + b"</xml>",
    }


@pytest.mark.parametrize("layer", ["body", "inner"])
def test_row_39_xml_bombs_are_refused_fast(house: House, figures: Figures, layer: str) -> None:
    """Outside and validly signed: refused in 50 ms, no memory kept, no file and no address asked for."""
    pipe = house.folder / f"pipe-{layer}"
    os.mkfifo(pipe)
    web, gun = house.processes["web0"].pid, Gun(house.simulator.accounts)
    took_ms: dict[str, float] = {}
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        harmful = bombs(pipe, listener.getsockname()[1])
        house.simulator.verify("shop")
        before = rss_mb(web)
        for name, payload in harmful.items():
            tries = []
            for _ in range(6):
                shot = gun.load(Case("shop", layer, payload))
                closed = {"Connection": "close"}
                attempt = house.simulator.send_raw("shop", shot.query, shot.body, headers=closed)
                # What is longer than 64 KiB may be cut off while it is being sent: then the status is 0.
                assert attempt.status in (400, 403, 413, 0 if len(shot.body) > 65_536 else 400), (
                    name,
                    attempt,
                )
                tries.append(attempt.ms)
            took_ms[name] = min(tries)  # The machine may be busy once, a parser that is slow is so each time.
        grown = rss_mb(web) - before
        with pytest.raises(BlockingIOError):
            listener.accept()
    with pytest.raises(OSError) as nobody_reads:  # noqa: PT011 - which OSError is asserted below
        os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)

    assert nobody_reads.value.errno == errno.ENXIO
    assert max(took_ms.values()) < REJECTED_MS, took_ms
    assert grown < 10
    worst = f"{max(took_ms.values()):.0f} ms, +{grown:.1f} MB"
    figures.put(f"XML bombs refused ({layer})", worst, "< 50 ms, < 10 MB", f"{len(took_ms)} bombs x 6")
    assert "callback crashed" not in house.log("web0")


def spoiled(packet: Packet, how: str) -> dict[str, str] | str:
    """The query of *packet* with its signature made wrong."""
    query, right = dict(packet.query), packet.query["msg_signature"]
    if how == "array":
        del query["msg_signature"]
        return "&".join(f"{name}={value}" for name, value in {**query, "msg_signature[]": right}.items())
    if how == "second of two":
        return "msg_signature=0&" + "&".join(f"{name}={value}" for name, value in query.items())
    if how == "missing":
        del query["msg_signature"]
        return query
    changed = {
        "wrong": "0" * 40,
        "empty": "",
        "one digit": right[:-1] + ("0" if right[-1] != "0" else "1"),
        "cut": right[:20],
        "longer": right + "0",
        "upper case": right.upper() if right.upper() != right else "0" * 40,
        "full width": right.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789"}) + "０",
        "not ASCII": "é" * 40,
        "half a pair": "%ED%A0%80",
        "nul": right + "\x00",
        "the plain one": packet.query.get("signature", "0" * 40),
        "zero": "0",
        "null": "null",
    }
    return {**query, "msg_signature": changed[how]}


HOWS = (
    *("array", "second of two", "missing", "wrong", "empty", "one digit", "cut", "longer", "upper case"),
    *("full width", "not ASCII", "half a pair", "nul", "the plain one", "zero", "null"),
)


@pytest.mark.parametrize("how", HOWS)
def test_row_40_a_wrong_signature_is_forged(house: House, peer: str, how: str) -> None:
    """403 in whatever way it is wrong, on both channels; nothing is accepted."""
    before = house.counts().get("accepted", 0)
    for account in ("shop", "office"):
        packet = house.simulator.packet(account, peer, "echo:x")
        attempt = house.simulator.send_raw(account, spoiled(packet, how), packet.body)
        assert (attempt.status, attempt.body) == (403, b"")
    assert house.counts().get("accepted", 0) == before


def test_row_40_a_blank_token_or_key_refuses_to_boot(house: House) -> None:
    """Web and worker, both channels, token and key, empty and blank: one line that names it, and the end."""
    cases = [
        ("web", "YINGDA_ACCOUNTS__SHOP__TOKEN", ""),
        ("web", "YINGDA_ACCOUNTS__OFFICE__AES_KEY", ""),
        ("worker", "YINGDA_ACCOUNTS__SHOP__AES_KEY", " "),
        ("worker", "YINGDA_ACCOUNTS__OFFICE__TOKEN", " "),
    ]
    with ThreadPoolExecutor(2) as two:
        ends = list(two.map(lambda case: house.try_start(case[0], {case[1]: case[2]}), cases))
    for (process, key, _), (status, error) in zip(cases, ends, strict=True):
        assert status != 0, (process, key)
        assert key in error
        assert len(error.splitlines()) == 1, error


@pytest.mark.parametrize("age_s", [310, 86_400, -310])
@pytest.mark.parametrize("account", ["shop", "office"])
def test_row_41_an_old_request_is_refused(house: House, peer: str, account: str, age_s: int) -> None:
    """Captured and sent again later, or dated ahead: its signature is right, its time is not."""
    packet = house.simulator.packet(account, peer, "x", timestamp=int(time.time()) - age_s)

    assert house.simulator.send_raw(account, packet.query, packet.body).status == 403


def test_row_41_the_same_request_again_buys_nothing(house: House, peer: str) -> None:
    """Within its five minutes it is a repeat: acknowledged, and answered once."""
    assert house.simulator.say("shop", peer, "echo:先").acknowledged
    house.simulator.wait_replies("shop", peer, 1)
    packet = house.simulator.packet("shop", peer, "echo:一次")
    statuses = [house.simulator.send_raw("shop", packet.query, packet.body).status for _ in range(5)]

    assert statuses == [200] * 5
    house.simulator.wait_replies("shop", peer, 2)
    house.drained()
    assert len(house.simulator.replies("shop", peer)) == 2


@pytest.mark.parametrize("account", ["shop", "office"])
def test_row_41_a_captured_query_carries_no_other_body(house: House, peer: str, account: str) -> None:
    """The signature covers the encrypted text."""
    captured, other = (house.simulator.packet(account, peer, text) for text in ("x", "/new"))

    assert house.simulator.send_raw(account, captured.query, other.body).status == 403


@pytest.mark.parametrize("mode", ["removed", "raw", "kept"])
def test_row_41_plaintext_is_never_accepted_in_safe_mode(house: House, peer: str, mode: str) -> None:
    """With a plain signature that is right, whatever encrypt_type says: the account's setting decides."""
    packet = house.simulator.packet("shop", peer, "/new", mode="plain")
    query = dict(packet.query) | {"raw": {"encrypt_type": "raw"}, "kept": {"encrypt_type": "aes"}}.get(
        mode, {}
    )
    account = house.simulator.accounts["shop"]
    assert query["signature"] == sign(account.token, query["timestamp"], query["nonce"])

    assert house.simulator.send_raw("shop", query, packet.body).status == 403
    assert (
        house.simulator.send_raw("shop", query, packet.body + b"<!-- <Encrypt>x</Encrypt> -->").status == 403
    )


@pytest.mark.parametrize("account", ["shop", "office"])
@pytest.mark.parametrize("tail", ["wx0000000000000000", "", "longer", "shorter", "other account"])
def test_row_41_a_wrong_receive_id_is_refused(house: House, peer: str, account: str, tail: str) -> None:
    """Signed and encrypted with our token and key, but meant for another AppID or CorpID."""
    mine = house.simulator.accounts[account]
    own, other = (
        mine.receive_id,
        house.simulator.accounts["office" if account == "shop" else "shop"].receive_id,
    )
    tails = {"longer": own + "0", "shorter": own[:-1], "other account": other}
    signer = replace(mine, receive_id=tails.get(tail, tail))
    packet = house.simulator.packet(account, peer, "x", signed_as=signer)

    assert house.simulator.send_raw(account, packet.query, packet.body).status == 403
