"""One question to the model: as other threads see it, as it is pursued, and the answer it ends with."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.conversation import USUAL, Wanted
from bot.errors import ModelBusy, ModelDown, ModelError, ModelStopped
from bot.model.faults import AttemptError, flaw, pause_s
from bot.model.stream import Draft, Finish, Usage


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model said.

    Attributes:
        text: 1 to 200 000 characters, without the model's thinking.
        finish: `stop`, `length`, `content_filter`, or `cut` when the stream broke off or met the deadline.
        attempts: requests made, at least 1.
        first_token_s: seconds from asking to the first piece of text (a `<think>` block counts).
        total_s: seconds from asking to the end.
        whole: false when the end is missing, but what came is worth showing.
    """

    text: str
    finish: Finish
    usage: Usage
    attempts: int
    first_token_s: float | None
    total_s: float
    whole: bool


class Call:
    """One running request; its methods may be called from any thread."""

    def __init__(self, cancel: Callable[["Call"], None], pursuit: "Pursuit") -> None:
        self._cancel = cancel
        self._pursuit = pursuit
        self._done = threading.Event()
        self._settling = threading.Lock()
        self._outcome: Answer | ModelError = ModelStopped()

    def wait(self, timeout_s: float) -> bool:
        """Wait at most *timeout_s* seconds; true when the call is done."""
        return self._done.wait(timeout_s)

    def so_far(self) -> str:
        """The text as far as it has come, if it is worth showing: then the answer will begin with it."""
        draft = self._pursuit.draft
        return draft.text if draft.worth_showing else ""

    def result(self) -> Answer:
        """The answer, as soon as it is there. Raises ModelError."""
        self._done.wait()
        if isinstance(self._outcome, Answer):
            return self._outcome
        raise self._outcome

    def stop(self) -> None:
        """End the call: result() raises ModelStopped at once, and the connection is closed."""
        self.settle(ModelStopped("stopped"))
        self._cancel(self)

    def settle(self, outcome: Answer | ModelError) -> None:
        """Make *outcome* the result, unless there is one already."""
        with self._settling:
            if not self._done.is_set():
                self._outcome = outcome
                self._done.set()


@dataclass(slots=True)
class Pursuit:
    """How far the attempts to get one answer have come; belongs to the event loop's thread.

    Attributes:
        deadline_s: seconds for everything, from *started*, which is by the monotonic clock.
        asks_usage: whether the provider is asked to count tokens.
        wanted: what is asked for; a provider that refuses a wish is asked again without any.
        fault: why the last attempt failed.
    """

    messages: Sequence[Mapping[str, str]]
    deadline_s: float
    asks_usage: bool
    wanted: Wanted = USUAL
    attempts: int = 0
    draft: Draft = field(default_factory=Draft)
    fault: AttemptError | None = None
    _repeated_once: bool = False
    _first_token_s: float | None = None
    started: float = field(default_factory=time.monotonic)

    @property
    def left_s(self) -> float:
        """Seconds to the deadline."""
        return self.deadline_s - self._since_start_s()

    def begin_attempt(self) -> None:
        """Start again from an empty draft."""
        self.attempts += 1
        self.draft = Draft()
        self._first_token_s = None

    def feed(self, chunk: bytes) -> None:
        """Read the next bytes. Raises NotAStreamError, ProviderError."""
        try:
            self.draft.feed(chunk)
        finally:
            if self._first_token_s is None and self.draft.begun:
                self._first_token_s = self._since_start_s()

    def pause_after(self, fault: AttemptError) -> float | None:
        """Seconds until the next attempt; None when *fault* or the deadline allows none."""
        self.fault = fault
        if fault.without_usage and self.asks_usage:
            self.asks_usage = False
            return 0.0
        if fault.without_wishes and self.wanted != Wanted(self.wanted.model):
            self.wanted = Wanted(self.wanted.model)
            return 0.0
        if not fault.retry or (fault.once and self._repeated_once):
            return None
        self._repeated_once = self._repeated_once or fault.once
        pause = pause_s(fault, self.attempts)
        return pause if pause < self.left_s else None

    def overdue(self) -> AttemptError | None:
        """The deadline has passed: None when what came can be shown, else why there is nothing."""
        if flaw(self.draft) is None:
            return None
        # A provider that said "too many requests" all the time is busy, not down.
        busy = self.fault is not None and self.fault.raises is ModelBusy
        return AttemptError(ModelBusy if busy else ModelDown, "deadline")

    def answer(self) -> Answer:
        """The draft as an answer; only when it has no flaw."""
        draft = self.draft
        return Answer(
            text=draft.text,
            finish=draft.finish,
            usage=draft.usage,
            attempts=self.attempts,
            first_token_s=self._first_token_s,
            total_s=self._since_start_s(),
            whole=draft.finish == "stop",
        )

    def _since_start_s(self) -> float:
        return time.monotonic() - self.started
