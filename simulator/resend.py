"""Sends a callback of the wire once more: unchanged as WeChat repeats it, or with one character changed."""

from simulator.accounts import Account
from simulator.bodies import Inbound, Packet, pack
from simulator.callbacks import stamp_now
from simulator.server import Platform
from simulator.wire import Row
from simulator.words import UserError, words


def _callback(platform: Platform, row_id: str) -> tuple[Account, Inbound, Packet]:
    """The account, the message and the request of a callback's row. Raises UserError for every other row."""
    row = platform.world.wire.rows.get(row_id)
    if row is None or row.packet is None or row.inbound is None:
        raise UserError("只有回调能再送一次", "only callbacks can be sent again")
    return platform.world.accounts[row.account], row.inbound, row.packet


async def resend(platform: Platform, row_id: str) -> Row:
    """The same message, freshly signed, once: it must not be answered a second time."""
    account, inbound, _ = _callback(platform, row_id)
    packet = pack(account, inbound, stamp_now(platform.world))
    groups = platform.world.wire.groups
    group = groups.begin((inbound.account, inbound.peer), "", inbound.identity, inbound.title)
    what = words("再送一次", "sent again")
    return (await platform.caller.post(account, inbound, packet, what, group, None))[2]


async def tamper(platform: Platform, row_id: str) -> Row:
    """The same request with one character of its body changed and the old signature: it must get 403."""
    account, inbound, packet = _callback(platform, row_id)
    forged = Packet(packet.query, changed(packet.body), packet.inner)
    what = words("改了一个字", "one character changed")
    _, _, row = await platform.caller.post(account, inbound, forged, what, None, None)
    row.topic, row.ok = "tampered", row.status == 403
    platform.world.feed.publish("row_update", row.as_json())
    return row


def changed(body: bytes) -> bytes:
    """*body* with one character replaced: of the ciphertext where there is one, else of the words."""
    mark = b"<Encrypt><![CDATA[" if b"<Encrypt>" in body else b"<Content><![CDATA["
    at = body.find(mark)
    at = (
        at + len(mark) + 20
        if b"<Encrypt>" in body
        else at + len(mark)
        if at >= 0
        else body.find(b"<CreateTime>") + 12
    )
    if body[at : at + 1].isascii():
        other = b"B" if body[at : at + 1] != b"B" else b"C"
        return body[:at] + other + body[at + 1 :]
    whole = next(width for width in (2, 3, 4) if _decodes(body[at : at + width]))
    return body[:at] + "改".encode() + body[at + whole :]


def _decodes(piece: bytes) -> bool:
    try:
        return len(piece.decode()) == 1
    except UnicodeDecodeError:
        return False
