"""The check of what came last from the platform, and of what was refused."""

from bot.store.arrivals import Arrival
from handlers.checkup.finding import Finding, Subject, unknown, well, wrong
from handlers.owner import moment

_WHY = {
    "stale": "stale",
    "signature": "signature",
    "receive_id": "receive_id",
    "plaintext": "plaintext",
    **dict.fromkeys(("base64", "decrypt", "padding", "length"), "key"),
}
"""Refusals that the platform itself may meet with; the others are of strangers who knock at random."""


def arrivals(subject: Subject, account: str) -> Finding:
    """The last callback was kept; one that was refused later says why."""
    found = subject.store.arrivals.of(account)
    seen = moment(subject.settings, found.seen_ms)
    if found.reason in _WHY and found.refused_ms > found.seen_ms:
        refused = moment(subject.settings, found.refused_ms)
        return wrong(f"refused_{_WHY[found.reason]}", refused=refused)
    if not found.seen_ms:
        return unknown("arrivals_none")
    return well("arrivals_after" if _was_refused(found) else "arrivals_good", **_told(subject, found, seen))


def _was_refused(found: Arrival) -> bool:
    return found.refused_ms > 0


def _told(subject: Subject, found: Arrival, seen: str) -> dict[str, object]:
    if not _was_refused(found):
        return {"seen": seen}
    return {"seen": seen, "refused": moment(subject.settings, found.refused_ms), "word": found.reason}
