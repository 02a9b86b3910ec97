"""Keeps every process running, replaces one without a gap, and stops them all in order."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from launching.children import Child, Program
from launching.journal import last_line
from launching.signals import Signals
from launching.words import both, say

FIRST_DELAY_S = 0.2
LONGEST_DELAY_S = 5.0
SETTLED_S = 10.0
"""A process that ran this long has earned a quick restart again."""
STOP_S = 10.0
KEPT_FOR_LATER_S = 1.5
"""What each rank must leave of STOP_S to every rank after it."""
DRAIN_S = 30.0
"""How long a replaced process may finish what it began: the worker's own 25 s and some."""


@dataclass
class _Post:
    """A program's place: the child in it, or the time at which the next one starts."""

    program: Program
    child: Child | None = None
    delay_s: float = FIRST_DELAY_S
    due_at: float = 0.0


class Supervisor:
    """Runs programs, their output in *logs*; *started* is told all pids after every start."""

    def __init__(self, logs: Path, signals: Signals, started: Callable[[dict[str, int]], None]) -> None:
        self._logs = logs
        self._signals = signals
        self._started = started
        self._posts: dict[str, _Post] = {}
        self._draining: list[tuple[Child, float]] = []

    def start(self, program: Program) -> Child:
        """Start *program* and keep it running from now on."""
        post = self._posts[program.name] = _Post(program)
        return self._fill(post)

    def replace(self, program: Program) -> None:
        """Start *program* in the place of the one of its name, which gets DRAIN_S to finish its work."""
        post = self._posts[program.name]
        if post.child is not None:
            post.child.ask_to_stop()
            self._draining.append((post.child, time.monotonic() + DRAIN_S))
        post.program = program
        post.delay_s = FIRST_DELAY_S
        self._fill(post)

    def look(self) -> None:
        """Notice who has ended, and start again whose time has come."""
        now = time.monotonic()
        for post in self._posts.values():
            if post.child is not None and post.child.has_ended():
                self._vacate(post, post.child, now)
            elif post.child is None and now >= post.due_at:
                self._fill(post)
        for child, deadline in tuple(self._draining):
            if now > deadline:
                child.kill()
            if child.has_ended():
                self._draining.remove((child, deadline))

    def next_due_s(self, at_most: float) -> float:
        """Seconds until a start is due, never more than *at_most*."""
        now = time.monotonic()
        return min([at_most, *(post.due_at - now for post in self._posts.values() if post.child is None)])

    def stop(self) -> None:
        """Stop all, rank by rank, within STOP_S; a further wish to stop kills at once. Nothing is left."""
        children = [post.child for post in self._posts.values() if post.child is not None]
        children += [child for child, _ in self._draining]
        deadline = time.monotonic() + STOP_S
        ranks = sorted({child.program.stop_rank for child in children})
        for left, rank in zip(reversed(range(len(ranks))), ranks, strict=True):
            group = [child for child in children if child.program.stop_rank == rank]
            for child in group:
                child.ask_to_stop()
            self._await_end(group, deadline - left * KEPT_FOR_LATER_S)
        for child in children:
            child.kill()
        self._await_end(children, deadline + STOP_S, even_if_hurried=True)

    def _await_end(self, group: list[Child], deadline: float, even_if_hurried: bool = False) -> None:
        """Wait for *group*, and kill what is left of it at *deadline* or at the second wish to stop."""
        while not all([child.has_ended() for child in group]):  # noqa: C419  Each one must be looked at.
            hurried = self._signals.stops > 1 and not even_if_hurried
            if hurried or time.monotonic() > deadline:
                for child in group:
                    child.kill()
                return
            self._signals.wait(0.1)

    def _fill(self, post: _Post) -> Child:
        name = post.program.name
        post.child = child = Child(post.program, self._logs / f"{name}.log")
        self._started({name: post.child.pid for name, post in self._posts.items() if post.child is not None})
        return child

    def _vacate(self, post: _Post, child: Child, now: float) -> None:
        if now - child.started_at > SETTLED_S:
            post.delay_s = FIRST_DELAY_S
        name, how, delay = post.program.name, child.how_it_ended(), post.delay_s
        say(both(f"{name} 停了（{how}），{delay:g} 秒后重开", f"{name} ended ({how}), again in {delay:g} s"))
        if how.startswith("code") and how != "code 0":
            say(f"  {last_line(child.log)}")
        post.child = None
        post.due_at = now + delay
        post.delay_s = min(delay * 2, LONGEST_DELAY_S)
