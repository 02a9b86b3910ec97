"""What is done with each kind of message: one file a kind or family, found by scanning this folder.

A module has `KINDS` (the kinds of InboundMessage it answers) and `reply(bot, turn, recalled) -> Plan`.
"""

import importlib
import pkgutil
from collections.abc import Mapping
from typing import Protocol, cast

from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from bot.wiring.bot import Bot


class Handler(Protocol):
    """What a module in this folder looks like."""

    KINDS: tuple[str, ...]

    def reply(self, bot: Bot, turn: Turn, recalled: Recalled) -> Plan:
        """How the turn ends. Raises ModelError, StoreAway, LeaseLost."""


def _scan() -> dict[str, Handler]:
    modules = (
        cast(Handler, importlib.import_module(f"{__name__}.{found.name}"))
        for found in pkgutil.iter_modules(__path__)
    )
    return {kind: module for module in modules for kind in module.KINDS}


HANDLERS: Mapping[str, Handler] = _scan()
