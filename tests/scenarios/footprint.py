"""What the store holds besides the traces of those who speak: what only an admin may change."""

from collections.abc import Collection

from tests.scenarios.house import House

OF_EVERY_MESSAGE = (
    *("counts", "day:", "day_people:", "seen:", "ready", "workers", "worker:", "beat", "access_token:"),
    *("delivery:", "answers:", "active:", "arrivals:"),
)
"""Counters of the house and of its days, and what receiving and sending any message at all leaves behind."""
OF_TALK = ("ledger:", "aside:", "recent:")
"""What an answer of the model leaves behind besides."""
_READ = {
    "hash": lambda pipeline, key: pipeline.hgetall(key),
    "set": lambda pipeline, key: pipeline.smembers(key),
    "list": lambda pipeline, key: pipeline.lrange(key, 0, -1),
    "zset": lambda pipeline, key: pipeline.zrange(key, 0, -1, withscores=True),
    "string": lambda pipeline, key: pipeline.get(key),
    "none": lambda pipeline, key: pipeline.get(key),
}


def footprint(
    house: House, *, without: Collection[str], but: Collection[str] = (), account: str = ""
) -> dict[str, object]:
    """Every other key with its value, of *account* alone if one is named; as if people *but* were unknown."""
    ignored = tuple(f"yd1:{name}" for name in without)
    theirs = set(but)
    with house.store as store:
        names = [name.decode() for name in store.keys("yd1:*")]
        names = [
            name
            for name in sorted(names)
            if not name.startswith(ignored)
            and not theirs.intersection(name.split(":"))
            and (not account or f":{account}" in name)
        ]
        pipeline = store.pipeline(transaction=False)
        for name in names:
            pipeline.type(name)
        kinds = [kind.decode() for kind in pipeline.execute()]
        for name, kind in zip(names, kinds, strict=True):
            _READ[kind](pipeline, name)
        found = dict(zip(names, pipeline.execute(), strict=True))
    for name in names:
        if name.startswith("yd1:people:"):
            found[name] = {
                number: who
                for number, who in found[name].items()
                if number != b"last" and who.decode() not in theirs
            }
    return found
