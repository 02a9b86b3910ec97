"""What became of a callback in the store."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of a callback.

    Attributes:
        new: false for a repeat.
        n: its inbox number; 0 where only an older version knows it.
        wake: nobody holds the chat yet.
        full: the inbox was full: the message is settled as refused, or waits to be told so.
        settled: nobody will answer it any more.
        attempts: which delivery this is, from 1; 0 where they are not counted.
        faq: which version of its owner's questions the account has now; "" where it never had any.
    """

    new: bool
    n: int
    wake: bool
    full: bool = False
    settled: bool = False
    attempts: int = 0
    faq: str = ""
