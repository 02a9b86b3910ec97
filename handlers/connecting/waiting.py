"""Waits at the callback address until the platform's own URL check has come, and explains what else comes."""

import errno
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from bot.channels.base import Channel
from handlers.connecting.doorstep import Doorstep, Knock
from handlers.connecting.talk import StopError, Talk

_NUDGE_AFTER_S = 60.0
_SAME_AGAIN_S = 3.0
"""A reason that was just told is not told again: platforms and probes repeat themselves."""

_SENTENCES: Mapping[str, str] = {
    "stale": "knock_stale",
    "signature": "knock_signature",
    "receive_id": "knock_receive_id",
    "query": "knock_query",
    "elsewhere": "knock_elsewhere",
}
"""What a refusal means to the owner; the others come from a key that does not fit."""


def wait_for_check(talk: Talk, channel: Channel, port: int, address: str, timeout_s: float) -> bool:
    """Whether the platform's check came within *timeout_s* seconds. Raises StopError if we may not listen."""
    with _doorstep(talk, channel, port) as doorstep:
        talk.say("waiting", port=port, minutes=max(round(timeout_s / 60), 1))
        return _watched(talk, doorstep, address, port, time.monotonic() + timeout_s)


def _watched(talk: Talk, doorstep: Doorstep, address: str, port: int, ends_at: float) -> bool:
    told: dict[str, float] = {}
    nudge_at = time.monotonic() + _NUDGE_AFTER_S
    while (now := time.monotonic()) < ends_at:
        knock = doorstep.wait(min(ends_at, nudge_at if not told else ends_at) - now)
        if knock is not None and knock.passed:
            return True
        if knock is not None:
            _explain(talk, knock, told, address)
        elif not told and time.monotonic() >= nudge_at:
            talk.warn("nobody_came", address=address, port=port)
            nudge_at = ends_at
    return False


def _explain(talk: Talk, knock: Knock, told: dict[str, float], address: str) -> None:
    sentence = _SENTENCES.get(knock.reason, "knock_key")
    now = time.monotonic()
    if now - told.get(sentence, -_SAME_AGAIN_S) >= _SAME_AGAIN_S:
        talk.bad(sentence, path=knock.path, address=address, seconds=abs(knock.off_s))
    told[sentence] = now


@contextmanager
def _doorstep(talk: Talk, channel: Channel, port: int) -> Iterator[Doorstep]:
    """Listen on *port*, waiting for Enter while somebody else does. Raises StopError where we may not."""
    while True:
        try:
            doorstep = Doorstep(channel, port)
            break
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise StopError("port_forbidden", port=port, reason=error.strerror) from error
        talk.bad("port_taken", port=port)
        talk.pause("press_enter")
    try:
        yield doorstep
    finally:
        doorstep.close()
