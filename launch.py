"""Starts all of Yingda on one machine: `launch.py run` for your own accounts, `launch.py demo` to try it."""

import argparse
import os
import secrets
import sys
from pathlib import Path

from config.settings import ConfigError, load
from launching.children import Program
from launching.demo import child_environ, write_config
from launching.house import SIMULATOR_RANK, Front, House, add_loopback_to_no_proxy, gunicorn_args
from launching.model import ModelChoice, ModelFile, from_environ
from launching.place import Place
from launching.ports import exact_port, free_port
from launching.procfile import read_procfile
from launching.words import LaunchError, both, say

WEB_PORT = 8000
SIMULATOR_PORT = 8010


def main(words: list[str]) -> int:
    """Do what the command line says, and return the exit code."""
    parser = argparse.ArgumentParser(prog="launch.py", description=__doc__)
    parser.add_argument("what", choices=("run", "demo"))
    parser.add_argument("--no-open", action="store_true", help="do not open the page in a browser")
    chosen = parser.parse_args(words)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        if chosen.what == "demo":
            demo(Path.cwd(), opens_browser=not chosen.no_open)
        else:
            run(Path.cwd())
    except (LaunchError, ConfigError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def run(root: Path) -> None:
    """Run the Procfile in *root* for the accounts of yingda.toml, with a store of our own if none is set."""
    commands = read_procfile(root / "Procfile")
    environ = add_loopback_to_no_proxy(os.environ)
    settings = load(environ)
    place = Place(root)
    host = "0.0.0.0"  # noqa: S104  The platforms call it from outside.
    port = exact_port(settings.port, host) if "PORT" in environ else free_port("web", settings.port, host)
    environ |= {"PORT": str(port), "GUNICORN_CMD_ARGS": gunicorn_args(environ, f"--bind {host}:{port}")}
    house = House(place, environ, "processes.json")
    try:
        if settings.redis.url is None:
            address = house.start_store("store")
            if address is None:
                return
            environ["REDIS_URL"] = address
        for name, command in commands.items():
            house.supervisor.start(Program(name, command, environ))
        house.watch(_front_of_run(port, tuple(settings.accounts)), lambda: None)
    finally:
        house.stop()


def _front_of_run(port: int, accounts: tuple[str, ...]) -> Front:
    """What is shown of a start with one's own accounts."""
    page = f"http://127.0.0.1:{port}/"
    paths = "  ".join(f"/callback/{name}" for name in accounts)
    lines = (both("应答已就绪", "Yingda is ready", page), both("回调地址", "callback paths", paths))
    return Front(page, ("127.0.0.1", port, "/readyz"), lines)


def demo(root: Path, opens_browser: bool) -> None:
    """Run the Procfile in *root* against the simulator, with two made-up accounts and a store of its own."""
    Demo(root).run(opens_browser)


class Demo:
    """One start of the demo; what it remembers between starts lies in var/demo."""

    def __init__(self, root: Path) -> None:
        self.commands = read_procfile(root / "Procfile")
        self.place = Place(root)
        self.folder = self.place.folder("demo").relative_to(root)
        self.web_port = free_port("web", _wanted_port())
        self.page_port = free_port("simulator", SIMULATOR_PORT, used=(self.web_port,))
        self.key = secrets.token_urlsafe(16)
        self.page_url = f"http://127.0.0.1:{self.page_port}"
        self.model_file = ModelFile(root / self.folder / "model.json")
        self.fallback = from_environ(os.environ, f"{self.page_url}/v1")
        self.house = House(self.place, add_loopback_to_no_proxy(os.environ), "demo/processes.json")
        self.environ: dict[str, str] = {}

    def run(self, opens_browser: bool) -> None:
        """Start everything, watch over it, and stop it all when told to."""
        try:
            redis_url = self.house.start_store("demo/store")
            if redis_url is None:
                return
            self._configure(redis_url)
            for name in self.commands:
                self.house.supervisor.start(self._program(name))
            self.house.supervisor.start(self._simulator())
            self.house.watch(self._front(opens_browser), self._follow_model)
        finally:
            self.house.stop()

    def _configure(self, redis_url: str) -> None:
        config = write_config(self.folder, self.page_url, self.fallback)
        environ = child_environ(self.house.environ, config, redis_url, self.web_port)
        bind = f"--bind 127.0.0.1:{self.web_port} --keep-alive 2"
        self.environ = environ | {"GUNICORN_CMD_ARGS": gunicorn_args(environ, bind)}
        load(self.environ | self.fallback.environ())

    def _program(self, name: str) -> Program:
        """A process of the Procfile; only the workers follow the model that was set in the page."""
        model = self.fallback if name == "web" else self._model()
        return Program(name, self.commands[name], self.environ | model.environ())

    def _simulator(self) -> Program:
        words = f"-m simulator --port {self.page_port} --callback http://127.0.0.1:{self.web_port}".split()
        files = ("--config", self.environ["YINGDA_CONFIG"], "--state", str(self.folder))
        environ = self.environ | {"SIMULATOR_KEY": self.key}
        return Program("simulator", (sys.executable, *words, *files), environ, SIMULATOR_RANK)

    def _model(self) -> ModelChoice:
        return self.model_file.choice() or self.fallback

    def _follow_model(self) -> None:
        """When the page was given another model, let new workers take over with it; the web stays."""
        if self.model_file.has_changed():
            for name in self.commands:
                if name != "web":
                    self.house.supervisor.replace(self._program(name))
            say(self._model_line())

    def _model_line(self) -> str:
        model = self._model()
        if model.is_stand_in:
            return both("模型：替身模型，不是真 AI", "model: a stand-in, not a real AI")
        if self.model_file.choice() is not None:
            return both("模型（网页里设的）", "model, as set in the page:", model.model)
        return both("模型", "model", model.model)

    def _front(self, opens_browser: bool) -> Front:
        page = f"{self.page_url}/?k={self.key}"
        lines = (self._model_line(), both("打开", "open", page))
        return Front(page, ("127.0.0.1", self.web_port, "/readyz"), lines, opens_browser)


def _wanted_port() -> int:
    """PORT if it is a port, else the usual one: the demo moves on anyway when it is taken."""
    wanted = os.environ.get("PORT", "")
    return int(wanted) if wanted.isdecimal() and 0 < int(wanted) < 65536 else WEB_PORT


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
