"""The log of everything between WeChat, Yingda and the model: rows, newest 2 000 kept, bodies on request."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from simulator.bodies import Inbound, Packet
from simulator.errcodes import meaning
from simulator.explain import explain
from simulator.feed import Feed
from simulator.groups import BACKGROUND, Groups
from simulator.masking import mask
from simulator.words import Words

KEEP_ROWS = 2000
BODY_CHARS = 16_000
"""How much of a body the drawer shows."""
KEPT_CHARS = 32_000

Direction = Literal["callback", "api", "model"]


@dataclass(slots=True)
class Row:
    """One request and its answer. *topic* chooses the explanation; *packet* lets a callback be sent again."""

    id: str
    direction: Direction
    what: Words
    topic: str
    account: str = ""
    peer: str = ""
    group: str = BACKGROUND
    t_ms: int = 0
    began: float = 0.0
    ok: bool = True
    status: int = 0
    errcode: int | None = None
    ms: float = 0.0
    size: int = 0
    limit: int | None = None
    bubble: str | None = None
    open: bool = False
    decrypted: str | None = None
    raw: str = ""
    response: str = ""
    packet: Packet | None = None
    inbound: Inbound | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "group": self.group,
            "t_ms": self.t_ms,
            "direction": self.direction,
            "what": self.what,
            "account": self.account,
            "peer": self.peer,
            "ok": self.ok,
            "status": self.status,
            "errcode": self.errcode,
            "meaning": meaning(self.errcode) if self.errcode is not None else None,
            "ms": round(self.ms, 1),
            "bytes": self.size,
            "limit": self.limit,
            "bubble": self.bubble,
            "open": self.open,
        }


@dataclass
class Wire:
    """The rows and groups that the page shows.

    Attributes:
        secrets: what must not be shown in full; asked whenever a body is read.
    """

    feed: Feed
    groups: Groups
    secrets: Callable[[], list[str]]
    keep: int = KEEP_ROWS
    rows: OrderedDict[str, Row] = field(default_factory=OrderedDict)
    _numbers: int = 0

    def begin(self, direction: Direction, what: Words, topic: str, *, show: bool = True) -> Row:
        """A row whose request has begun now; *show* tells the page at once that it is open."""
        self._numbers += 1
        row = Row(f"R{self._numbers}", direction, what, topic, t_ms=int(time.time() * 1000), open=True)
        row.began = time.perf_counter()
        self.rows[row.id] = row
        if len(self.rows) > self.keep:
            self.rows.popitem(last=False)
        if show:
            self.announce(row)
        return row

    def announce(self, row: Row) -> None:
        """Tell the page about a new row."""
        self.feed.publish("row", row.as_json())

    def end(self, row: Row, *, ok: bool, status: int, errcode: int | None = None, shown: bool = True) -> None:
        """The answer is there (status 0: there was none)."""
        row.ok, row.status, row.errcode, row.open = ok, status, errcode, False
        row.raw, row.response = row.raw[:KEPT_CHARS], row.response[:KEPT_CHARS]
        row.ms = (time.perf_counter() - row.began) * 1000
        self.feed.publish("row_update" if shown else "row", row.as_json())

    def bodies(self, row_id: str) -> dict[str, Any] | None:
        """What the drawer shows of a row, secrets masked; None if the row is kept no more."""
        row = self.rows.get(row_id)
        if row is None:
            return None
        secrets = self.secrets()

        def shown(text: str) -> str:
            return mask(text, secrets)[:BODY_CHARS]

        return {
            "decrypted": None if row.decrypted is None else shown(row.decrypted),
            "raw": shown(row.raw),
            "response": shown(row.response),
            "why": explain(row.topic, row.errcode),
        }

    def export(self) -> list[dict[str, Any]]:
        """Every kept row with its bodies, secrets masked."""
        return [row.as_json() | (self.bodies(row.id) or {}) for row in self.rows.values()]

    def clear(self) -> None:
        self.rows.clear()
        self.groups.clear()
        self.feed.publish("cleared", {})
