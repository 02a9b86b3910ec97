"""One start of everything: store first, then the processes, then watching until somebody says stop."""

import http.client
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from launching import store
from launching.children import Program
from launching.journal import Journal
from launching.place import Place, write_pids
from launching.ports import free_port
from launching.signals import Signals
from launching.supervisor import Supervisor
from launching.words import both, say

STORE_PORT = 6390
LOOK_S = 0.3
READY_S = 30.0
STORE_RANK, SIMULATOR_RANK = 2, 1


@dataclass(frozen=True)
class Front:
    """What people see of a start: the page's address, when it is ready, and more lines to show."""

    page: str
    ready_url: tuple[str, int, str]
    lines: tuple[str, ...]
    opens_browser: bool = False


class House:
    """The processes of one start below *place*, with *environ* as their environment's base."""

    def __init__(self, place: Place, environ: Mapping[str, str], pids: str) -> None:
        self.place = place
        self.environ = environ
        self.signals = Signals()
        self.journal = Journal(place.logs)
        self.supervisor = Supervisor(
            place.logs, self.signals, lambda found: write_pids(place.var / pids, found)
        )

    def start_store(self, folder: str) -> str | None:
        """Start the embedded store with its files in var/*folder*, and wait for it.

        Its address, or None when somebody said stop meanwhile. Raises LaunchError when it does not start.
        """
        binary = store.find_binary()
        port = free_port("store", STORE_PORT)
        files = self.place.folder(folder).relative_to(self.place.root)
        child = self.supervisor.start(
            Program("store", store.command(binary, port, files), self.environ, STORE_RANK)
        )
        ready = store.await_ready(child, port, self.signals.wait, lambda: self.signals.stops > 0)
        say(both("存储", "store", f"{binary.version}  127.0.0.1:{port}  {files}/"))
        return f"redis://127.0.0.1:{port}/0" if ready else None

    def watch(self, front: Front, each_look: Callable[[], None]) -> None:
        """Keep everything running and say what happens, until somebody says stop."""
        self.place.tell(front.page)
        give_up_at: float | None = time.monotonic() + READY_S
        while not self.signals.stops:
            self.supervisor.look()
            each_look()
            for error in self.journal.errors():
                say(error)
            if give_up_at is not None and (_is_ready(*front.ready_url) or time.monotonic() > give_up_at):
                self._present(front, late=time.monotonic() > give_up_at)
                give_up_at = None
            self.signals.wait(self.supervisor.next_due_s(LOOK_S))

    def stop(self) -> None:
        """Stop everything in order; nothing is left when this returns."""
        if self.signals.stops:
            say(both("正在停下……再按一次 Ctrl-C 立即结束", "stopping… press Ctrl-C again to end it at once"))
        self.supervisor.stop()
        say(both("都停了", "all stopped"))

    def _present(self, front: Front, late: bool) -> None:
        if late:
            say(both("还没全部就绪", "not everything is ready yet", "var/log/"))
        for line in front.lines:
            say(line)
        say(both("日志", "logs", "var/log/"))
        say(both("停下", "stop", "Ctrl-C"))
        if front.opens_browser:
            open_browser(front.page, self.environ)


def add_loopback_to_no_proxy(environ: Mapping[str, str]) -> dict[str, str]:
    """*environ*, in which no proxy is asked for what runs on this very machine."""
    listed = environ.get("no_proxy") or environ.get("NO_PROXY") or ""
    value = ",".join(filter(None, (listed, "127.0.0.1,localhost")))
    return {**environ, "no_proxy": value, "NO_PROXY": value}


def gunicorn_args(environ: Mapping[str, str], own: str) -> str:
    """GUNICORN_CMD_ARGS with *own* ahead of what the person set there, which wins."""
    return f"{own} {environ.get('GUNICORN_CMD_ARGS', '')}".strip()


def open_browser(page: str, environ: Mapping[str, str]) -> None:
    """Open *page* where there is a screen and nobody forbade it; never wait for the browser."""
    has_screen = sys.platform != "linux" or "DISPLAY" in environ or "WAYLAND_DISPLAY" in environ
    if "CI" in environ or environ.get("BROWSER") == "none" or not has_screen:
        return
    subprocess.Popen(  # noqa: S603  The page's address is ours.
        [sys.executable, "-m", "webbrowser", page],
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _is_ready(host: str, port: int, path: str) -> bool:
    """Whether a GET of *path* answers 200."""
    line = http.client.HTTPConnection(host, port, timeout=1.0)
    try:
        line.request("GET", path)
        return line.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()
