"""What is saved of a running turn: its plan, the parts that went out, and what it leaves behind."""

from dataclasses import asdict, dataclass, field
from typing import Literal, cast

from bot.channels.base import OutText
from bot.messages import State
from bot.store.values import dump, read, reading

PartState = Literal["planned", "sending", "sent"]


Op = Literal[
    "set",
    "del",
    "expire",
    "hset",
    "open",
    "change",
    "hdel",
    "add",
    "give",
    "tally",
    "active",
    "sadd",
    "srem",
    "pfadd",
    "last",
    "purge",
    "log",
    "deed",
    "cut",
    "requeue",
    "answer",
    "taken",
    "forward",
    "strip",
    "unsay",
]


@dataclass(frozen=True, slots=True)
class Write:
    """One key that changes together with the settling of a message.

    Attributes:
        op: what happens to *key*; lua/writes.lua says what each does with *value*.
        life_ms: lifetime in milliseconds from then; 0 where the key has none.
    """

    op: Op
    key: str
    value: str = ""
    life_ms: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """How a turn will end: decided once, saved before anything is sent, never decided again.

    Attributes:
        state: how the message is settled when all parts are out.
        parts: what is sent, in order.
        writes: what is kept afterwards.
        stoppable: whether a control word that comes between two parts ends it.
        begun: the model's words that the one part shows, of an answer that is still being written; empty in
            a plan that is whole.
    """

    state: State
    parts: tuple[OutText, ...] = ()
    writes: tuple[Write, ...] = ()
    stoppable: bool = False
    begun: str = ""

    @property
    def erases(self) -> bool:
        """Whether whoever is answered is erased with the settling: nothing may be kept of them behind it."""
        return any(write.op == "purge" for write in self.writes)

    def dump(self) -> str:
        """As it is stored."""
        return dump(asdict(self))

    @classmethod
    def load(cls, stored: str) -> "Plan":
        """The inverse of dump. Raises StoreUnfit."""
        value = read(stored)
        with reading():
            return cls(
                value["state"],
                tuple(OutText(**part) for part in value["parts"]),
                tuple(Write(**write) for write in value["writes"]),
                value["stoppable"],
                value.get("begun", ""),
            )


@dataclass(slots=True)
class Steps:
    """The finished and begun steps of a turn, as found when it is taken.

    Attributes:
        plan: None until the answer is made.
        sends: state of each part by index; a part that is not there is planned.
        deaths: how often a process died while it held this turn, or the turn itself crashed.
        tries: how often the turn was given back because the platform did not take it.
        doubled: how often a part was sent once more that may have been delivered.
        merged: inbox numbers of the lines that are one question with the head.
        asked: whether the model was asked, even if nobody knows what came of it.
    """

    plan: Plan | None = None
    sends: dict[int, PartState] = field(default_factory=dict)
    deaths: int = 0
    tries: int = 0
    doubled: int = 0
    merged: tuple[int, ...] = ()
    asked: bool = False

    @property
    def early(self) -> OutText | None:
        """The part of an answer still being written that went out, or may have: it is never taken back."""
        began = self.plan is not None and self.plan.begun and self.sends.get(0, "planned") != "planned"
        return self.plan.parts[0] if self.plan is not None and began else None

    @property
    def begun(self) -> str:
        """The model's words that `early` shows."""
        return self.plan.begun if self.plan is not None and self.early is not None else ""

    @classmethod
    def load(cls, fields: dict[str, str]) -> "Steps":
        """From the hash `turn:{chat}`. Raises StoreUnfit."""
        plan = fields.get("plan")
        sends: dict[int, PartState] = {}
        for name, value in fields.items():
            if name.startswith("send:"):
                sends[int(name[5:])] = cast(PartState, value)
        return cls(
            Plan.load(plan) if plan else None,
            sends,
            int(fields.get("deaths", 0)) + sum(name.startswith("death:") for name in fields),
            int(fields.get("tries", 0)),
            int(fields.get("doubled", 0)),
            tuple(map(int, fields.get("merged", "").split())),
            "model" in fields,
        )
