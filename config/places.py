"""The fail-points there are: where a process kills itself when the settings say so (bot/failpoints.py)."""

import re
from typing import Annotated

from pydantic import AfterValidator

from config.checks import Names
from config.problems import wrong

PLACES = (
    "pre_ingest",  # web: a callback is read, nothing is kept yet
    "post_ingest",  # web: it is kept, no worker was told
    "pre_ack",  # web: a worker is being told, the platform has no answer yet
    "pre_lease",  # worker: a wake-up was taken from the queue, its chats were not
    "mid_llm",  # worker: the model is at it
    "pre_send",  # worker: the answer is saved, nothing of this part has begun
    "post_send",  # worker: the platform has taken a part, which is not recorded
    "pre_done",  # worker: everything is out, the message is not settled
)

_WRITTEN = re.compile(rf"({'|'.join(PLACES)})(:[1-9][0-9]{{0,5}})?")


def _known(armed: tuple[str, ...]) -> tuple[str, ...]:
    if not all(_WRITTEN.fullmatch(one) for one in armed):
        raise wrong(f"must name places, each like pre_send or pre_send:3; there are {', '.join(PLACES)}")
    return armed


Places = Annotated[Names, AfterValidator(_known)]
