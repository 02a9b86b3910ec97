"""What admins changed of an account from the chat, besides limits; recalled with each turn."""

from bot.store import keys
from bot.store.turns import Write


class Changes:
    """Writes that become true when a message is settled; `Recalled.changes` is what was written."""

    def keep(self, account: str, name: str, value: str) -> Write:
        """*name* (without a blank) is *value* from now on."""
        return Write("hset", keys.changes(account), f"{name} {value}")

    def drop(self, account: str, name: str) -> Write:
        """*name* is as the owner's settings say."""
        return Write("hdel", keys.changes(account), name)


def load_changes(flat: list[bytes]) -> dict[str, str]:
    """From the hash `changes:{account}` as the store returns it."""
    words = [word.decode() for word in flat]
    return dict(zip(words[::2], words[1::2], strict=True))
