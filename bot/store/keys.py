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
| rest:{chat} | string: what 「继续」 fetches | 48 h |
| noticed:{person} | string: the person was told that answers are AI-made | 400 days |
| access_token:{account} | hash: token, whether it works, who gets or tries it, the account's rest | 1 day |
| token_forced:{account} | list of times of forced refreshes, newest first, 20 at most | 1 day |
| pace:{chat} | list of times of sends, newest last, 1 000 at most (WeCom) | 1 hour |
| notices | zset of what the owner should know, kind:account → when it last arose | 31 days, renewed |
| notice:{kind}:{account} | hash: since when, how often, errcode, details | 31 days, renewed |
| notice_told:{kind}:{account} | string: when the notice that was told began | 62 days |
| notice_held:{kind}:{account} | string: who is about to tell it | 2 min for a push, 20 min for an answer |
| notice_pace | string: who pushes now; afterwards the pause until the next push | 2 min, then 10 s |
| model_failing | string: since when the model gives no answer | 30 min, renewed |
| worker:{process} | string: how many turns it runs, and when it said so | 10 s, renewed |
| beat | string: since when workers renew without a gap, and when they last did | 10 s, renewed |
| flood:{chat} | string: the person was told that their inbox is full | 1 min |
"""

from bot.messages import Chat, Person

PREFIX = "yd1:"
SCHEMA = 1

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
NOTICED_MS = 400 * DAY_MS
WORKER_MS = 10_000
BEAT_GAP_MS = 2_500  # workers renew every second: after a longer gap the store was away, or all of them
BEAT_GRACE_MS = 3_000  # in this time after a gap whoever lives has renewed again
FLOOD_MS = 60_000
TOKEN_MS = DAY_MS
TOKEN_HOLD_MS = 15_000  # longer than a call to the platform can take
NOTICE_MS = 31 * DAY_MS
NOTICE_TOLD_MS = 2 * NOTICE_MS
NOTICE_QUIET_MS = DAY_MS
NOTICE_PUSH_MS = 120_000  # longer than a push can take: a token twice, the message twice
NOTICE_ANSWER_MS = 20 * 60_000  # longer than an answer is tried (handlers.turn.TRIES_MAX)
NOTICE_PACE_MS = 10_000
FAILING_MS = 30 * 60_000

FOREVER = ("schema", "counts", "ready", "workers", "dead", "inbox:", "turn:")
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


def inbox(chat: Chat) -> str:
    return f"{PREFIX}inbox:{chat}"


def turn(chat: Chat) -> str:
    return f"{PREFIX}turn:{chat}"


def lease(chat: Chat | str) -> str:
    return f"{PREFIX}lease:{chat}"


def cut(chat: Chat) -> str:
    return f"{PREFIX}cut:{chat}"


def seen(account: str, msg_id: str) -> str:
    return f"{PREFIX}seen:{account}:{msg_id}"


def nonce(account: str, value: str) -> str:
    return f"{PREFIX}nonce:{account}:{value}"


def allowance(chat: Chat) -> str:
    return f"{PREFIX}allowance:{chat}"


def memory(chat: Chat, older: int | None = None) -> str:
    return f"{PREFIX}memory:{chat}" + ("" if older is None else f":{older}")


def rest(chat: Chat) -> str:
    return f"{PREFIX}rest:{chat}"


def answers(chat: Chat | str) -> str:
    return f"{PREFIX}answers:{chat}"


def attempts(account: str, msg_id: str) -> str:
    return f"{PREFIX}attempts:{account}:{msg_id}"


def delivery(account: str) -> str:
    return f"{PREFIX}delivery:{account}"


def noticed(person: Person) -> str:
    return f"{PREFIX}noticed:{person}"


def access_token(account: str) -> str:
    return f"{PREFIX}access_token:{account}"


def token_forced(account: str) -> str:
    return f"{PREFIX}token_forced:{account}"


def pace(chat: Chat) -> str:
    return f"{PREFIX}pace:{chat}"


def notice(name: str) -> str:
    return f"{PREFIX}notice:{name}"


def notice_told(name: str) -> str:
    return f"{PREFIX}notice_told:{name}"


def notice_held(name: str) -> str:
    return f"{PREFIX}notice_held:{name}"


def flood(chat: Chat) -> str:
    return f"{PREFIX}flood:{chat}"


def worker(process: str) -> str:
    return f"{PREFIX}worker:{process}"
