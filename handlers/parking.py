"""A request that waits for its answer: where an account may only answer in the callback's own response.

The platform delivers a message three times, five seconds each. Until the answer is there a delivery gets no
response, so that the next one comes; the last is told where the answer will be.
"""

import math
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, cast

import structlog
from flask import Response

from bot.channels.base import Answering, Channel, tappable
from bot.errors import StoreAway, StoreError
from bot.messages import InboundMessage
from bot.store.accepted import Accepted
from bot.store.answers import Answer, Told
from bot.text import fitting, shortened
from bot.wiring.door import Door
from handlers import at_once, commands

HANGS_UP_S = 5.0
"""When the platform gives up one delivery (protocol A4)."""
_GONE_S = 7.0
"""Then it certainly has, whatever the way here took; a response before would end the deliveries."""
_LOOK_S = 0.3
"""How soon a store that was away, or an answer that another delivery holds, is looked at again."""
_UNANSWERED = frozenset({"event", "unsubscribe"})
_QUESTION_CHARS, _QUESTION_BYTES = 12, 60
_STEP_S = 5
"""The time that an answer may still take is told in steps."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery of a message that may be answered in its response.

    Attributes:
        arrived_s: when the request came, by our clock.
        wait: how it waits; one that waits `at_once` is acknowledged in time in any case.
    """

    channel: Channel
    query: Mapping[str, str]
    body: bytes
    arrived_s: float
    message: InboundMessage
    wait: "Wait"


Wait = Literal["", "answer", "at_once"]
"""Whether a request waits: not, for its answer whatever that takes, or for one that needs no model."""


def wait(door: Door, channel: Channel, message: InboundMessage) -> Wait:
    """How the request that brought *message* waits. Raises StoreAway."""
    if not channel.limits.response_bytes or message.kind in _UNANSWERED:
        return ""
    settings = door.settings.accounts[channel.account]
    reply = settings.reply
    if reply == "passive" or (reply == "auto" and door.deliveries.of(channel.account) != "service"):
        return "answer"
    return "at_once" if at_once.is_meant(message, settings) else ""


def offered_s(door: Door, message: InboundMessage, wait: Wait, arrived_s: float) -> float:
    """How long the request that brought *message* then waits to be offered something before the turn ends."""
    if wait != "at_once" and not (wait and commands.hands_over(message)):
        return 0.0
    return left_s(door, arrived_s)


def for_known(
    door: Door, channel: Channel, message: InboundMessage, accepted: Accepted, arrived_s: float
) -> Wait:
    """How the request waits if the owner wrote the answer to *message*, which was just accepted.

    Only then: one that the model answers is acknowledged as soon as ever. The list is as new as the message.
    """
    if not accepted.faq or not accepted.new or accepted.full or message.kind != "text":
        return ""
    if not channel.limits.response_bytes:
        return ""
    try:
        if door.faq.of(channel.account, accepted.faq).asked(message.text) is None:
            return ""
        door.answers.park(message.chat, accepted.n, left_s(door, arrived_s))
    except StoreError as error:  # The message is kept: its answer is sent as any other.
        log.warning("owner's answers not read", account=channel.account, error=type(error).__name__)
        return ""
    return "at_once"


def left_s(door: Door, arrived_s: float) -> float:
    """How long a request that came then may still be offered an answer."""
    return max(0.0, arrived_s + door.settings.reply.passive_answer_s - time.time())


def answered(door: Door, delivery: Delivery, accepted: Accepted) -> Response:
    """The answer, where it will be, an acknowledgement, or nothing in time so that it is delivered again."""
    if accepted.settled or not accepted.n:
        return _response(delivery.channel.acknowledgement())
    reply, request = door.settings.reply, secrets.token_hex(8)
    hang_up_s = delivery.arrived_s + reply.passive_answer_s
    total_s = delivery.message.created_at + reply.passive_total_s
    if total_s < delivery.arrived_s:
        # The platform has given up a message so old: one of the clocks is wrong, and counting is left.
        log.warning(
            "callback clock", account=delivery.channel.account, behind_s=round(delivery.arrived_s - total_s)
        )
        total_s = math.inf
    last = accepted.attempts >= reply.passive_attempts or total_s < delivery.arrived_s + HANGS_UP_S
    until_s = min(hang_up_s, total_s) if delivery.wait == "answer" else hang_up_s
    found = _awaited(door, delivery, accepted.n, request, until_s, last=last and delivery.wait == "answer")
    if isinstance(found, Answer):
        return _handed_over(door, delivery, accepted.n, found)
    if isinstance(found, Told):
        log.info("told to wait", account=delivery.channel.account, n=accepted.n, number=found.number)
        return _response(_sealed(delivery, _told(door, delivery, found)))
    if found == "done" or delivery.wait == "at_once" or (last and found == "busy"):
        return _response(delivery.channel.acknowledgement())
    time.sleep(max(delivery.arrived_s + _GONE_S - time.time(), 0.0))
    return _response("", 503)


def _awaited(
    door: Door, delivery: Delivery, n: int, request: str, until_s: float, *, last: bool
) -> Answer | Told | str:
    """What there is to say until then; the last delivery is told where the answer will wait."""
    chat = delivery.message.chat
    with door.parked.waits(chat) as woken:
        while True:
            woken.clear()
            left_s, hold_s = until_s - time.time(), delivery.arrived_s + HANGS_UP_S - time.time()
            try:
                if left_s <= 0 and last:
                    numbered = not commands.fetches(delivery.message)
                    return door.answers.claim_or_tell(chat, n, request, hold_s, numbered=numbered)
                found = door.answers.claim(chat, n, request, hold_s)
            except StoreAway:
                found = "away"
            if isinstance(found, Answer) or found == "done" or left_s <= 0:
                return found
            woken.wait(left_s if found == "wait" else min(left_s, _LOOK_S))


def _handed_over(door: Door, delivery: Delivery, n: int, answer: Answer) -> Response:
    """The answer; it counts as delivered once it was handed to the socket before the platform hung up."""
    if answer.transfer:
        channel = cast(Answering, delivery.channel)
        body = channel.hand_over(delivery.query, delivery.body, time.time()).encode()
    else:
        body = _sealed(delivery, answer.text).encode()

    def handing() -> Iterator[bytes]:
        yield body
        # Only reached when the server has written all of it.
        if time.time() > delivery.arrived_s + HANGS_UP_S:
            return
        try:
            door.answers.done(delivery.message.chat, n)
        except StoreError as error:
            log.warning("answer not ticked off", account=delivery.channel.account, error=type(error).__name__)
        log.info("answered in its request", account=delivery.channel.account, n=n, bytes=len(body))

    response = Response(handing(), content_type="text/xml; charset=utf-8")
    response.content_length = len(body)
    return response


def _told(door: Door, delivery: Delivery, told: Told) -> str:
    """That the answer takes longer, about how long, and how to fetch it."""
    texts = door.texts[delivery.channel.account]
    left_s = max(told.usual_s - (time.time() - delivery.message.created_at), 1.0)
    fetch = texts.say("fetch_words", number=told.number or "").strip()
    question = fitting(shortened(delivery.message.text, _QUESTION_CHARS), _QUESTION_BYTES)
    words = {"link": tappable(fetch, texts.say("fetch_here")), "fetch": fetch}
    words["seconds"] = str(_STEP_S * math.ceil(left_s / _STEP_S))
    if not question or not told.number:
        return texts.say("still_working", **words)
    return texts.say("still_thinking", question=question, **words)


def _sealed(delivery: Delivery, text: str) -> str:
    channel = cast(Answering, delivery.channel)
    # Longer than planned only by a mistake: the platform would show a fault in place of all of it.
    shown = fitting(text, channel.limits.response_bytes)
    return channel.respond(delivery.query, delivery.body, shown, time.time())


def _response(body: str, status: int = 200) -> Response:
    kind = "text/xml" if body.startswith("<") else "text/plain"
    return Response(body, status=status, content_type=f"{kind}; charset=utf-8")
