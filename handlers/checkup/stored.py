"""Checks of the store, of the workers, and of the disk it all lies on."""

import shutil
from pathlib import Path

from bot.errors import StoreAway, StoreError
from handlers.checkup.finding import Finding, Subject, unknown, well, wrong

FREE_BYTES = 500 * 1000**2
"""With less than this a day's logs, or the store rewriting its log, may fill the disk."""
MEMORY_SHARE = 0.9
_GB = 1000**3


def store(subject: Subject, _account: str) -> Finding:
    """It is there, and keeps what it is given."""
    if subject.stored is None:
        return unknown("store_unset")
    try:
        condition = subject.stored.health.condition()
    except StoreAway as away:
        return wrong("store_away", reason=away)
    except StoreError as refused:
        return wrong("store_unfit", reason=refused)
    unsafe = subject.settings.redis.allow_unsafe
    refusal = condition.refusal(allow_unsafe=unsafe)
    if refusal:
        return wrong("store_unfit", reason=refusal)
    if condition.problems:
        return unknown("store_allowed", reason="; ".join(condition.problems))
    return well("store_good")


def workers(subject: Subject, _account: str) -> Finding:
    """Somebody is there to answer."""
    count = subject.store.health.condition().workers
    return well("workers_good", count=count) if count else wrong("workers_none")


def disk(subject: Subject, _account: str) -> Finding:
    """There is room, here and in the store's memory, and the store could write its log anew."""
    here = Path("var") if Path("var").is_dir() else Path()
    free = shutil.disk_usage(here).free
    told = f"{free / _GB:.1f}"
    if free < FREE_BYTES:
        return wrong("disk_low", free=told)
    if subject.stored is None:
        return well("disk_here", free=told)
    try:
        found = subject.stored.health.disk()
    except StoreError:
        return well("disk_here", free=told)
    if not found.rewritten:
        return wrong("disk_rewrite")
    if found.most_bytes and found.used_bytes > MEMORY_SHARE * found.most_bytes:
        return wrong("memory_low", used=f"{found.used_bytes / _GB:.1f}", most=f"{found.most_bytes / _GB:.1f}")
    return well("disk_good", free=told)
