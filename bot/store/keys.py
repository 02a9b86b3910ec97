"""Every key in the store: its type and its lifetime.

All begin with `yd1:`. A `{chat}` is `account:peer`. Times are milliseconds by the store's clock.

| key | type | lifetime |
|---|---|---|
| schema | string: the schema's number | for ever |
| counts | hash of counters | for ever |
| ready | zset chat → when a sweeper may hint at it | while anything waits |
| workers | zset process → when its key ends | while a worker lives |
| dead | list of dead letters, newest first, 1 000 at most | while it holds any |
| inbox:{chat} | list of messages, head first | while anything waits |
| turn:{chat} | hash: fence token, steps of the head's turn | while a lease or an unfinished turn is there |
| lease:{chat} | string: the fence token of the holder | 4 s, renewed |
| cut:{chat} | string: inbox number up to which messages are stopped | 1 day |
| seen:{account}:{id} | string: the accepting call | 24 h |
| nonce:{account}:{nonce} | string: body fingerprint (plain mode) | 10 min |
| allowance:{chat} | hash: what may be sent, until when | 48 h |
| memory:{chat} | string: the current session's exchanges | `memory.days`, renewed by use |
| memory:{chat}:{n} | string: an older session, the 9 last ones | `memory.days` |
| answers:{chat} | hash: answers that wait, their numbers, which were handed over last | 7 days, renewed |
| attempts:{account}:{id} | set: deliveries of a message that may be answered in its request | 1 min |
| delivery:{account} | string: `service` or `passive`, as the platform last showed | 7 days |
| arrivals:{account} | hash: when a callback was last kept, and last refused and why | 31 days, renewed |
| person:{person} | hash: number, since, last seen, what they chose, what was granted | 400 days, renewed |
| people:{account} | hash: short number → sender; `last` is the highest | for ever |
| admins:{account} | set of senders that were paired as admins | for ever |
| bans:{account} | set of salted hashes of banned senders | for ever |
| admitted:{account} | set of salted hashes of who was let in, where not everybody is | for ever |
| active:{account} | zset short number → when they last spoke, the 200 last | for ever |
| codes:{account} | hash: open one-time code, salted → its worth; `last`: highest batch | 400 days, renewed |
| code_used:{account}:{code} | string: which try used it, and its worth | 1 day |
| tries:{account}:{what}:{person} | hash: wrong tries at codes; the person salted | 1 hour at most |
| pairing:{account} | hash: salted hash of a one-time code, tries left | 10 min |
| audit:{account} | list of what admins did, newest first, 10 000 at most | a line: `privacy.audit_days` |
| ledger:{account}:{day} | hash: tokens and cost by short number and model | 400 days |
| aside:{account} | hash: chat → what is set aside for the answer that is being made | 1 day, renewed |
| limits:{account} | hash: limits set from the chat, of one person under their salted hash | for ever |
| changes:{account} | hash: what admins changed from the chat: `paused`, … | for ever |
| faq:{account} | hash: number → the owner's question and answer; `last` is the highest | for ever |
| carried:{account}:{day} | hash: what people used that day before they were erased, salted | 2 days |
| broadcasts | set of accounts with a notice to everybody under way | while there is one |
| broadcast:{account} | hash: that notice or the last one, how far it has come | 7 days, renewed |
| broadcast_held:{account} | string: who hands it out now | 1 to 20 s |
| draft:{person} | string: a notice that its author has to confirm | 5 min |
| cases:{account} | hash: number → complaint, who wants a human (500 closed); `last` | 400 days, renewed |
| day:{account}:{day} | hash: messages by end, answers by time, what was stopped, scans | 400 days |
| day_people:{account}:{day} | HyperLogLog of senders | 400 days |
| recent:{account} | list of questions and answers, newest first, 50 at most | 7 days, renewed |
| votes:{account} | list of votes, newest first, 1 000 at most | 400 days, renewed |
| salt | string: what makes hashes of this store unlike any other's | for ever |
| rest:{chat} | string: what 「继续」 fetches | 48 h |
| picks:{chat} | string: what a number alone stands for, right after a list | 5 min |
| failed:{chat} | string: the question that was not answered, for 「重答」 | 1 day |
| noticed:{person} | string: the person was told that answers are AI-made | 400 days |
| access_token:{account} | hash: token, whether it works, who gets or tries it, the account's rest | 1 day |
| token_forced:{account} | list of times of forced refreshes, newest first, 20 at most | 1 day |
| pace:{chat} | list of times of sends, newest last, 1 000 at most (WeCom) | 1 hour |
| notices | zset of what the owner should know, kind:account → when it last arose | 31 days, renewed |
| notice:{kind}:{account} | hash: since when, how often, errcode, details (`:{number}`: a person) | 31 days |
| notice_told:{kind}:{account} | string: when the notice that was told began | 62 days |
| notice_held:{kind}:{account} | string: who is about to tell it | 2 min for a push, 20 min for an answer |
| notice_pace | string: who pushes now; afterwards the pause until the next push | 2 min, then 10 s |
| model_failing | string: since when the model gives no answer | 30 min, renewed |
| worker:{process} | string: how many turns it runs, and when it said so | 10 s, renewed |
| beat | string: since when workers renew without a gap, and when they last did | 10 s, renewed |
| flood:{chat} | string: the person was told that their inbox is full | 1 min |
"""

from collections.abc import Callable

from bot.messages import Chat, Person

PREFIX = "yd1:"
SCHEMA = 1
TURN_SCHEMA = 2
"""Of a turn under way: who knows only version 1 would not end the lines that are joined to its message."""

DAY_MS = 24 * 3600 * 1000
SEEN_MS = DAY_MS
NONCE_MS = 600_000  # twice the window in which a timestamp counts as fresh, to both sides
LEASE_MS = 4_000  # renewed every second; what a dead process costs its chats
SWEEP_MS = 1_500
CUT_MS = DAY_MS
REST_MS = 2 * DAY_MS
ANSWERS_MS = 7 * DAY_MS
ATTEMPTS_MS = 60_000  # a platform gives up after 15 s
DELIVERY_MS = 7 * DAY_MS
ARRIVALS_MS = 31 * DAY_MS
NOTICED_MS = 400 * DAY_MS
PERSON_MS = 400 * DAY_MS
PAIRING_MS = 600_000
CODES_MS = 400 * DAY_MS
CODE_USED_MS = DAY_MS
LEDGER_MS = 400 * DAY_MS
CARRIED_MS = 2 * DAY_MS
CASES_MS = 400 * DAY_MS
RECENT_MS = 7 * DAY_MS
VOTES_MS = 400 * DAY_MS
DAYS_MS = 400 * DAY_MS
PICKS_MS = 300_000
BROADCAST_MS = 7 * DAY_MS
DRAFT_MS = 300_000
FAILED_MS = DAY_MS
WORKER_MS = 10_000
BEAT_GAP_MS = 2_500  # workers renew every second: after a longer gap the store was away, or all of them
BEAT_GRACE_MS = 3_000  # in this time after a gap whoever lives has renewed again
FLOOD_MS = 60_000
TOKEN_MS = DAY_MS
TOKEN_HOLD_MS = 15_000  # longer than a call to the platform can take
NOTICE_MS = 31 * DAY_MS
NOTICE_TOLD_MS = 2 * NOTICE_MS
NOTICE_QUIET_MS = DAY_MS
NOTICE_BURST_MS = 10 * 60_000
NOTICE_CRISIS_MS = 60 * 60_000
NOTICE_PUSH_MS = 120_000  # longer than a push can take: a token twice, the message twice
NOTICE_ANSWER_MS = 20 * 60_000  # longer than an answer is tried (handlers.turn.TRIES_MAX)
NOTICE_PACE_MS = 10_000
FAILING_MS = 30 * 60_000

FOREVER = (
    *("schema", "counts", "ready", "workers", "dead", "inbox:", "turn:"),
    *("salt", "people:", "admins:", "bans:", "admitted:", "active:", "limits:", "changes:", "faq:"),
    "broadcasts",
)
"""What may stand without a lifetime: bounded, or gone as soon as nothing waits."""

schema = PREFIX + "schema"
counts = PREFIX + "counts"
ready = PREFIX + "ready"
workers = PREFIX + "workers"
dead = PREFIX + "dead"
beat = PREFIX + "beat"
notices = PREFIX + "notices"
notice_pace = PREFIX + "notice_pace"
model_failing = PREFIX + "model_failing"
salt = PREFIX + "salt"
broadcasts = PREFIX + "broadcasts"


def _of_chat(name: str) -> Callable[[Chat], str]:
    return lambda chat: f"{PREFIX}{name}:{chat}"


def _of_person(name: str) -> Callable[[Person], str]:
    return lambda person: f"{PREFIX}{name}:{person}"


def _of(name: str) -> Callable[[str], str]:
    """Keys of an account, a process, a notice."""
    return lambda whose: f"{PREFIX}{name}:{whose}"


inbox = _of_chat("inbox")
turn = _of_chat("turn")
cut = _of_chat("cut")
allowance = _of_chat("allowance")
rest = _of_chat("rest")
picks = _of_chat("picks")
failed = _of_chat("failed")
pace = _of_chat("pace")
flood = _of_chat("flood")
noticed = _of_person("noticed")
person = _of_person("person")
draft = _of_person("draft")
broadcast = _of("broadcast")
broadcast_held = _of("broadcast_held")
delivery = _of("delivery")
arrivals = _of("arrivals")
people = _of("people")
admins = _of("admins")
bans = _of("bans")
admitted = _of("admitted")
active = _of("active")
codes = _of("codes")
pairing = _of("pairing")
audit = _of("audit")
cases = _of("cases")
recent = _of("recent")
votes = _of("votes")
aside = _of("aside")
limits = _of("limits")
changes = _of("changes")
faq = _of("faq")
access_token = _of("access_token")
token_forced = _of("token_forced")
notice = _of("notice")
notice_told = _of("notice_told")
notice_held = _of("notice_held")
worker = _of("worker")


def lease(chat: Chat | str) -> str:
    return f"{PREFIX}lease:{chat}"


def seen(account: str, msg_id: str) -> str:
    return f"{PREFIX}seen:{account}:{msg_id}"


def nonce(account: str, value: str) -> str:
    return f"{PREFIX}nonce:{account}:{value}"


def memory(chat: Chat, older: int | None = None) -> str:
    return f"{PREFIX}memory:{chat}" + ("" if older is None else f":{older}")


def answers(chat: Chat | str) -> str:
    return f"{PREFIX}answers:{chat}"


def attempts(account: str, msg_id: str) -> str:
    return f"{PREFIX}attempts:{account}:{msg_id}"


def day(account: str, date: str) -> str:
    return f"{PREFIX}day:{account}:{date}"


def day_people(account: str, date: str) -> str:
    return f"{PREFIX}day_people:{account}:{date}"


def code_used(account: str, salted: str) -> str:
    return f"{PREFIX}code_used:{account}:{salted}"


def tries(account: str, what: str, mark: str) -> str:
    return f"{PREFIX}tries:{account}:{what}:{mark}"


def carried(account: str, date: str) -> str:
    return f"{PREFIX}carried:{account}:{date}"


def ledger(account: str, day: str) -> str:
    return f"{PREFIX}ledger:{account}:{day}"
