"""What the owner should know: kept until told, told once; what is broken again only after a day of quiet."""

import json
import secrets
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast

from bot.store import keys
from bot.store.client import Client, store_errors, text
from bot.store.kinds import BROUGHT, CRISES_A_DAY, INNER, Kind, details_most
from bot.store.scripts import Scripts
from bot.store.turns import Write
from bot.store.values import known, reading


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing the owner should know.

    Attributes:
        account: which account it is about; empty for what all share (the model).
        errcode: the platform's last code; 0 without one.
        details: different particulars so far, oldest first: addresses to allow, inbox numbers, a code.
        first_ms, last_ms, count: since when, until when and how often.
        told: whether it has reached the owner.
        tries: pushes that failed so far.
        whom: the short number of the one person it is about; 0 where it is about no one, or about several.
    """

    kind: Kind
    account: str
    errcode: int
    details: tuple[str, ...]
    first_ms: int
    last_ms: int
    count: int
    told: bool = False
    tries: int = 0
    whom: int = 0

    @property
    def name(self) -> str:
        return _name(self.kind, self.account, self.whom)


class Notices:
    """The durable list; one entry for each kind and account, of some kinds for each person.

    Every method raises StoreAway.
    """

    def __init__(self, client: Client, scripts: Scripts) -> None:
        self._client = client
        self._scripts = scripts

    def raise_(self, kind: Kind, account: str, *, errcode: int = 0, detail: str = "", whom: int = 0) -> bool:
        """Keep that *kind* arose at *account*; whether that is new. *detail* never holds a person's words.

        About *whom* it is, is a detail like others where too many people have one of their own that day.
        """
        if whom and not self._of_their_own(kind, account, whom):
            detail, whom = str(whom), 0
        name, quiet_ms = _name(kind, account, whom), BROUGHT.get(kind, keys.NOTICE_QUIET_MS)
        return self._keep(kind, secrets.token_hex(8), name, errcode, detail, quiet_ms)

    def _of_their_own(self, kind: Kind, account: str, whom: int) -> bool:
        """Whether *whom* has a notice, or the day one for them: who is erased comes back as another."""
        since_ms = int(time.time() * 1000) - keys.DAY_MS
        with store_errors():
            names = [text(name) for name in self._client.zrangebyscore(keys.notices, since_ms, "+inf")]
        others = [name for name in names if name.startswith(_name(kind, account) + ":")]
        return len(others) < CRISES_A_DAY or _name(kind, account, whom) in others

    def digest(self, account: str, date: str, text: str) -> None:
        """*text* is the digest of *date* for who steers *account*, in the place of the last one; told once,
        whichever processes say so again for that date."""
        self._keep("digest", date, _name("digest", account), 0, text, quiet_ms=-1)

    def digested(self, account: str) -> str:
        """The date of the last digest for *account*; empty before the first."""
        with store_errors():
            return text(self._client.hget(keys.notice(_name("digest", account)), "call") or b"")

    def _keep(self, kind: Kind, call: str, name: str, errcode: int, detail: str, quiet_ms: int) -> bool:
        begun = self._scripts.run(
            "notice_raise",
            [keys.notices, keys.notice(name), keys.notice_told(name), keys.notice_held(name)],
            [
                *(call, name, errcode, detail, details_most(kind)),
                *(quiet_ms, keys.NOTICE_MS, int(kind in BROUGHT)),
            ],
        )
        return bool(begun)

    def hold(self, holder: str, most: int, accounts: Sequence[str], *, digests: bool = True) -> list[Notice]:
        """Up to *most* untold notices for the answer *holder*, those `INNER` only of these *accounts*.

        They are held for 20 min; `told` is part of its settling. No digest where it is for somebody else.
        """
        kinds = [kind for kind in INNER if digests or kind != "digest"]
        found = (" ".join(INNER), *(f"{kind}:{account}" for kind in kinds for account in accounts))
        return self._claim(holder, keys.NOTICE_ANSWER_MS, most, pushes=False, of=found)

    def told(self, notice: Notice) -> tuple[Write, ...]:
        """What makes a held *notice* told, together with the settling of the answer that it stands before."""
        name = notice.name
        return (
            Write("set", keys.notice_told(name), str(notice.first_ms), keys.NOTICE_TOLD_MS),
            Write("del", keys.notice_held(name)),
        )

    def next_push(self, holder: str) -> Notice | None:
        """The notice that *holder* is to push now; None while another pushes, within 10 s of a push, or
        when nothing is due. End it with `pushed` or `put_off`; otherwise it is due again after 2 min."""
        found = self._claim(holder, keys.NOTICE_PUSH_MS, 1, pushes=True)
        return found[0] if found else None

    def pushed(self, notice: Notice, holder: str) -> None:
        """*notice* has reached the owner."""
        self._end_push(notice, holder, "")

    def put_off(self, notice: Notice, holder: str, delay_s: float) -> None:
        """*notice* could not be pushed and is due again after *delay_s*."""
        self._end_push(notice, holder, int(delay_s * 1000))

    def all(self) -> list[Notice]:
        """Every notice of the last 31 days, the one that arose last first."""
        with store_errors():
            names = [text(name) for name in self._client.zrevrange(keys.notices, 0, -1)]
            pipeline = self._client.pipeline(transaction=False)
            for name in names:
                pipeline.hgetall(keys.notice(name))
                pipeline.get(keys.notice_told(name))
            found = pipeline.execute()
        rows = zip(names, found[::2], found[1::2], strict=True)
        return [_load(name, _texts(fields), told) for name, fields, told in rows if fields]

    def model_failed(self) -> float:
        """Note one more failure of the model; seconds since the first one without an answer between."""
        return float(self._scripts.run("failing", [keys.model_failing], [keys.FAILING_MS])) / 1000

    def model_works(self) -> Write:
        """The model has answered: the row of failures ends."""
        return Write("del", keys.model_failing)

    def _claim(
        self, holder: str, life_ms: int, most: int, *, pushes: bool, of: Sequence[str] = ("",)
    ) -> list[Notice]:
        found = self._scripts.run(
            "notice_claim",
            [keys.notices, keys.notice_pace],
            [
                *(holder, life_ms, most, int(pushes)),
                *(keys.notice(""), keys.notice_told(""), keys.notice_held("")),
                *of,
            ],
        )
        return [_load(text(name), _paired(pairs), None) for name, *pairs in found]

    def _end_push(self, notice: Notice, holder: str, delay_ms: int | str) -> None:
        name = notice.name
        self._scripts.run(
            "notice_pushed",
            [keys.notice_pace, keys.notice(name), keys.notice_told(name), keys.notice_held(name)],
            [holder, keys.NOTICE_PACE_MS, notice.first_ms, keys.NOTICE_TOLD_MS, delay_ms],
        )


def untold(writes: Iterable[Write]) -> tuple[Write, ...]:
    """*writes* when the answer went out without the notices before it: these are due again at once."""
    return tuple(write for write in writes if not write.key.startswith(keys.notice_told("")))


def of_notices(writes: Iterable[Write]) -> tuple[Write, ...]:
    """Those of *writes* that end the telling of notices."""
    return tuple(
        write for write in writes if write.key.startswith((keys.notice_told(""), keys.notice_held("")))
    )


def _name(kind: str, account: str, whom: int = 0) -> str:
    """What stands for a notice in its keys; an account's name holds no colon."""
    return f"{kind}:{account}:{whom}" if whom else f"{kind}:{account}"


def _texts(fields: dict[bytes, bytes]) -> dict[str, str]:
    return {text(key): text(value) for key, value in fields.items()}


def _paired(pairs: Sequence[bytes]) -> dict[str, str]:
    words = [text(word) for word in pairs]
    return dict(zip(words[::2], words[1::2], strict=True))


def _load(name: str, fields: dict[str, str], told: bytes | None) -> Notice:
    kind, _, about = name.partition(":")
    account, _, whom = about.partition(":")
    with reading():
        known(int(fields["v"]))
        return Notice(
            kind=cast(Kind, kind),
            account=account,
            errcode=int(fields["errcode"]),
            details=tuple(json.loads(fields["details"])),
            first_ms=int(fields["first"]),
            last_ms=int(fields["last"]),
            count=int(fields["count"]),
            told=told is not None and text(told) == fields["first"],
            tries=int(fields.get("tries", 0)),
            whom=int(whom or 0),
        )
