"""`python -m simulator`: the platform, the stand-in model and the page, in one process on loopback."""

import argparse
import asyncio
import logging
import os
import secrets
import signal
import sys
import tomllib
from pathlib import Path
from typing import Any

from simulator.accounts import load
from simulator.page_api import with_page
from simulator.people import demo_people
from simulator.server import build, listen
from simulator.world import World

KEY_VARIABLE = "SIMULATOR_KEY"
STAND_IN = "stand-in"


def main(words: list[str]) -> int:
    """Serve until SIGTERM or Ctrl-C; 2 when the configuration cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m simulator", description=__doc__)
    parser.add_argument(
        "--config", type=Path, required=True, help="the bot's TOML: accounts and their secrets"
    )
    parser.add_argument("--port", type=int, default=8010)
    parser.add_argument("--callback", required=True, help="address of the bot, such as http://127.0.0.1:8000")
    parser.add_argument("--state", type=Path, required=True, help="folder for phones.json and model.json")
    chosen = parser.parse_args(words)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    key = os.environ.get(KEY_VARIABLE) or secrets.token_urlsafe(16)
    try:
        world = make_world(chosen.config, chosen.state)
    except (OSError, ValueError, KeyError) as error:
        sys.stderr.write(f"simulator: {chosen.config}: {error}\n")
        return 2
    asyncio.run(_serve(world, chosen.callback, chosen.port, key))
    return 0


def make_world(config: Path, state: Path) -> World:
    """The world for the accounts of *config*, with the people *state* remembers and the demo's own."""
    state.mkdir(parents=True, exist_ok=True)
    world = World(load(config), state)
    world.started_with = _real_model(config)
    for account in world.accounts.values():
        for person in demo_people(account.name, account.channel, account.admins):
            world.phones.people[person.account, person.peer] = person
    world.phones.load()
    return world


def _real_model(config: Path) -> dict[str, Any] | None:
    """The model the configuration names, unless it is the stand-in; its key stays where it is."""
    with config.open("rb") as file:
        chat = tomllib.load(file).get("chat", {})
    model = chat.get("model", STAND_IN)
    return None if model == STAND_IN else {"base_url": chat.get("base_url", ""), "model": model}


async def _serve(world: World, callback: str, port: int, key: str) -> None:
    app, _ = build(world, [callback], with_page(key))
    runner, bound = await listen(app, "127.0.0.1", port)
    # A key that was handed in is known to whoever handed it in, and belongs in no log.
    address = f"http://127.0.0.1:{bound}/"
    sys.stdout.write(f"{address}\n" if KEY_VARIABLE in os.environ else f"{address}?k={key}\n")
    sys.stdout.flush()
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    await stopped.wait()
    await runner.cleanup()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
