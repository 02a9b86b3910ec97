"""Runs every check in a thread of its own, and waits for none of them longer than is left."""

import threading
import time
from collections.abc import Iterator, Sequence
from queue import Empty, SimpleQueue

from bot.errors import PlatformError, StoreError
from handlers.checkup import accounts, address, arrivals, model, stored, written
from handlers.checkup.finding import Check, Finding, Line, NoStoreError, Subject, unknown, wrong

SHARED: tuple[Check, ...] = (
    Check("settings", written.settings),
    Check("store", stored.store),
    Check("workers", stored.workers),
    Check("disk", stored.disk),
    Check("model", model.model),
    Check("prices", written.prices),
    Check("address", address.address),
    Check("certificate", address.certificate),
)
"""Checks of what all accounts share."""
OF_ACCOUNT: tuple[Check, ...] = (
    Check("clock", accounts.clock),
    Check("token", accounts.token),
    Check("permission", accounts.permission),
    Check("callback", address.callback),
    Check("arrivals", arrivals.arrivals),
    Check("about", written.about),
    Check("notice", written.notice),
)
"""Checks of one account."""


def examine(subject: Subject, names: Sequence[str]) -> Iterator[Line]:
    """Every line in its order, as soon as it and those before it are there; at the latest at the end.

    A refusal that two checks of an account meet with is told once.
    """
    waits_s = subject.left_s
    asked = [(check, "") for check in SHARED]
    asked += [(check, account) for account in names for check in OF_ACCOUNT]
    coming = [_begun(check, subject, account) for check, account in asked]
    told: set[tuple[str, str]] = set()
    for (check, account), found in zip(asked, coming, strict=True):
        finding = _awaited(found, subject.until_s, waits_s)
        if finding.ok is False and (account, finding.key) in told:
            finding = unknown("see_above")
        elif finding.ok is False:
            told.add((account, finding.key))
        yield Line(check.name, account, finding)


def _begun(check: Check, subject: Subject, account: str) -> "SimpleQueue[Finding]":
    """Where the finding will be; a check that breaks leaves nothing there, and a traceback."""
    found: SimpleQueue[Finding] = SimpleQueue()
    # A daemon: whoever asked is not kept by a platform that does not answer.
    threading.Thread(
        target=lambda: found.put(_looked(check, subject, account)), name=f"check-{check.name}", daemon=True
    ).start()
    return found


def _looked(check: Check, subject: Subject, account: str) -> Finding:
    try:
        return check.look(subject, account)
    except (StoreError, NoStoreError):
        return unknown("needs_store")
    except PlatformError as error:
        return accounts.refusal(subject, account, error)


def _awaited(found: "SimpleQueue[Finding]", until_s: float, waits_s: float) -> Finding:
    try:
        return found.get(timeout=max(until_s - time.monotonic(), 0.01))
    except Empty:
        return wrong("no_result", seconds=round(waits_s))
