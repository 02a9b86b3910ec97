"""How the stand-in model answers: its speed, and what it does wrong on purpose."""

from dataclasses import dataclass
from typing import Literal, get_args

Mode = Literal["ok", "slow", "cut", "429", "500", "hang"]
MODES: tuple[Mode, ...] = get_args(Mode)
CHUNK_CHARS = 8


@dataclass(frozen=True, slots=True)
class Manner:
    """How the stand-in answers.

    Attributes:
        first_byte_s: time until the first chunk (8 s at least in mode `slow`).
        chunks_per_s: pace after it; 0 = the whole answer in one chunk.
        chunk_chars: characters in a chunk.
        chunks: into how many chunks an answer is divided, in place of chunk_chars.
        mode: ok · slow · cut (breaks off half-way) · 429 · 500 · hang (never answers).
        times: for how many calls the mode holds; None = until it is changed.
        retry_after_s: Retry-After of a 429.
    """

    first_byte_s: float = 0.3
    chunks_per_s: float = 40.0
    chunk_chars: int = CHUNK_CHARS
    chunks: int | None = None
    mode: Mode = "ok"
    times: int | None = None
    retry_after_s: float | None = 1.0

    def pieces(self, text: str) -> list[str]:
        """*text* as the chunks in which it is streamed; at least one."""
        if not self.chunks_per_s and self.chunks is None:
            return [text]
        size = self.chunk_chars if self.chunks is None else max(-(-len(text) // self.chunks), 1)
        return [text[start : start + size] for start in range(0, len(text), size)] or [""]
