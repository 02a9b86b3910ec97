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
| lease:{chat} | string: the fence token of the holder | 5 s, renewed |
| cut:{chat} | string: inbox number up to which messages are stopped | 1 day |
| seen:{account}:{id} | string: the accepting call | 24 h |
| nonce:{account}:{nonce} | string: body fingerprint (plain mode) | 10 min |
| allowance:{chat} | hash: what may be sent, until when | 48 h |
| memory:{chat} | string: the current session's exchanges | `memory.days`, renewed by use |
| memory:{chat}:{n} | string: an older session | `memory.days` |
| rest:{chat} | string: what 「继续」 fetches | 48 h |
| noticed:{person} | string: the person was told that answers are AI-made | 400 days |
| token:{account} | string: access_token | a little less than the platform's |
| token_lock:{account} | string: who fetches it now | 15 s |
| token_rest:{account} | string: the last refusal, no fetch meanwhile | 10 s |
| worker:{process} | string | 10 s, renewed |
"""

from bot.messages import Chat, Person

PREFIX = "yd1:"
SCHEMA = 1

DAY_MS = 24 * 3600 * 1000
SEEN_MS = DAY_MS
NONCE_MS = 600_000  # twice the window in which a timestamp counts as fresh, to both sides
LEASE_MS = 5_000
SWEEP_MS = 1_500
CUT_MS = DAY_MS
REST_MS = 2 * DAY_MS
NOTICED_MS = 400 * DAY_MS
WORKER_MS = 10_000
TOKEN_LOCK_MS = 15_000
TOKEN_REST_MS = 10_000

FOREVER = ("schema", "counts", "ready", "workers", "dead", "inbox:", "turn:")
"""What may stand without a lifetime: bounded, or gone as soon as nothing waits."""

schema = PREFIX + "schema"
counts = PREFIX + "counts"
ready = PREFIX + "ready"
workers = PREFIX + "workers"
dead = PREFIX + "dead"


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


def noticed(person: Person) -> str:
    return f"{PREFIX}noticed:{person}"


def token(account: str) -> str:
    return f"{PREFIX}token:{account}"


def token_lock(account: str) -> str:
    return f"{PREFIX}token_lock:{account}"


def token_rest(account: str) -> str:
    return f"{PREFIX}token_rest:{account}"


def worker(process: str) -> str:
    return f"{PREFIX}worker:{process}"
