"""What notices the owner is told: what can be wrong, and what people bring."""

from collections.abc import Mapping
from typing import Literal, get_args

from bot.store import keys

Kind = Literal[
    "ip_not_allowed",
    "ip_needs_consent",
    "secret_refused",
    "secret_frozen",
    "token_refused",
    "agent_refused",
    "app_disabled",
    "api_unauthorized",
    "api_banned",
    "answers_passively",
    "account_unfit",
    "unlicensed",
    "quota_spent",
    "undelivered",
    "dead_letter",
    "model_key_refused",
    "model_down_long",
    "money_runs_out",
    "money_spent",
    "complaint",
    "handover",
    "crisis",
    "digest",
]
"""What can be wrong; each has its words in config/texts (`notices.<kind>`)."""

KINDS: tuple[Kind, ...] = get_args(Kind)
INNER: tuple[Kind, ...] = ("complaint", "handover", "crisis", "digest", "money_runs_out", "money_spent")
"""What concerns an account's people and money, and so its own admins alone; what is broken concerns all."""
BROUGHT: Mapping[str, int] = {
    "complaint": keys.NOTICE_BURST_MS,
    "handover": keys.NOTICE_BURST_MS,
    "crisis": keys.NOTICE_CRISIS_MS,
}
"""What people bring is told anew, however often it arises; the quiet (ms) makes one notice of a burst."""
CRISES_A_DAY = 10
"""So many people of an account have a notice of their own; one stands for all who follow that day."""
_DETAILS_MOST, _BROUGHT_MOST = 3, 20


def details_most(kind: Kind) -> int:
    """So many details a notice of *kind* names: of people more, for nobody else knows of them."""
    return _BROUGHT_MOST if kind in BROUGHT else _DETAILS_MOST
