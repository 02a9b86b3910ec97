"""HTTP in, acknowledgement out: verify, keep, say 200, wake. It waits for the store and for nothing else."""

import secrets
import time
from collections.abc import Mapping

import structlog
from flask import Response, request

from bot.channels.base import BODY_BYTES, OWN_CHECK, Bell, Channel, Nonce, Poll
from bot.errors import CallbackRefused, StoreAway, StoreError, Unreadable
from bot.messages import InboundMessage
from bot.store.accepted import Accepted
from bot.wiring.door import Door
from config.logs import short_hash
from handlers import commands, parking

ACCEPT_S = 3.0
"""How long the store is asked before the platform is told to deliver again; it waits 5 s (protocol A4)."""
_RETRY_S = 0.05

log = structlog.get_logger(__name__)


def callback(door: Door, account: str) -> Response:
    """Answer one request of the platform; never a 5xx because of what was sent."""
    channel = door.channels.get(account)
    if channel is None:
        return _answer("", 404)
    try:
        return _accepted(door, channel) if request.method == "POST" else _verified(channel)
    except CallbackRefused as refused:
        if not _is_own_check():
            door.arrivals.refused(account, refused.reason)
        event = "callback clock" if refused.reason == "stale" else "callback refused"
        log.warning(event, account=account, reason=refused.reason, status=refused.status)
        return _answer("", refused.status)
    except StoreError as error:
        log.error("callback not kept", account=account, error=type(error).__name__, reason=str(error))
        return _answer("", 503)
    except Exception:  # The callback boundary: whatever a request holds, it is no 5xx.
        log.exception("callback crashed", account=account)
        return _answer("", 400)


def _verified(channel: Channel) -> Response:
    echo = channel.verify(_query(), time.time())
    log.info("callback verified", account=channel.account)
    return _answer(echo, 200)


def _accepted(door: Door, channel: Channel) -> Response:
    arrived_s = time.time()
    body = request.stream.read(BODY_BYTES + 1)
    query = _query()
    messages = channel.read(query, body, arrived_s)
    nonce = channel.nonce(query, body)
    kept = [_keep(door, channel, message, nonce, arrived_s) for message in messages]
    for message, accepted, _ in kept:
        if accepted.new and accepted.wake:
            door.waker.wake(str(message.chat))
    door.arrivals.seen(channel.account)
    door.failpoints.reach("pre_ack")
    for message, accepted, wait in kept:
        if wait == "answer" or (wait and accepted.new):
            delivery = parking.Delivery(channel, query, body, arrived_s, message, wait)
            return parking.answered(door, delivery, accepted)
    return _answer(channel.acknowledgement(), 200)


def _is_own_check() -> bool:
    """Whether this is the checkup's own URL check, of which only the checkup itself tells."""
    return request.method == "GET" and f"nonce={OWN_CHECK}".encode() in request.query_string


def _query() -> Mapping[str, str]:
    """The query of this request; raw bytes in it that are no UTF-8 make it unreadable."""
    try:
        return request.args
    except UnicodeDecodeError as error:
        raise Unreadable("query") from error


def _keep(
    door: Door, channel: Channel, message: InboundMessage | Bell | Poll, nonce: Nonce | None, arrived_s: float
) -> tuple[InboundMessage, Accepted, parking.Wait]:
    """Keep one message durably; and how its request waits for the answer."""
    if not isinstance(message, InboundMessage):
        raise Unreadable("kind")
    cuts, allowance, attempt = commands.cuts(message), channel.allowance(message), secrets.token_hex(8)
    door.failpoints.reach("pre_ingest")
    give_up = time.monotonic() + ACCEPT_S
    while True:
        began = time.monotonic()
        try:
            # A store that was away may come back as another one, which would lose what we acknowledge.
            door.health.insist(allow_unsafe=door.settings.redis.allow_unsafe)
            wait = parking.wait(door, channel, message)
            accepted = door.inbox.accept(
                message,
                cuts=cuts,
                allowance=allowance,
                nonce=nonce,
                attempt=attempt,
                counted=wait == "answer",
                waits_s=parking.offered_s(door, message, wait, arrived_s),
            )
            break
        except StoreAway:
            door.health.doubt()
            now = time.monotonic()
            if now + (now - began) >= give_up:  # another try would take as long
                raise
            time.sleep(_RETRY_S)
    door.failpoints.reach("post_ingest")
    event = "inbox full" if accepted.full else "accepted" if accepted.new else "repeat dropped"
    log.info(
        event, account=message.account, chat=short_hash(str(message.chat)), kind=message.kind, n=accepted.n
    )
    return message, accepted, wait or parking.for_known(door, channel, message, accepted, arrived_s)


def _answer(body: str, status: int) -> Response:
    return Response(body, status=status, content_type="text/plain; charset=utf-8")
