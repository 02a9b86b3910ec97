"""The web process: a Flask app made from a Door, its routes and its commands."""

import sys

import click
import structlog
from flask import Flask, Response

from bot.errors import StoreAway, StoreUnfit
from bot.wiring.door import Door, open_door
from config import logs
from config.settings import ConfigError, load
from handlers import callback, commands, health, privacy
from handlers.admin_code import admin_code_command
from handlers.adopt import adopt_command
from handlers.connect import connect_command
from handlers.dead_letters import dead_command, requeue_command
from handlers.doctor import doctor_command
from handlers.notices import notices_command

log = structlog.get_logger(__name__)


_APP_LOAD_ERROR = 4
"""The exit status by which gunicorn's master knows that starting again would not help."""


def create_app(door: Door | None = None) -> Flask:
    """Flask with our routes and commands; without a *door* the routes answer 503 and the commands work."""
    commands.registry()
    app = Flask(__name__, static_folder=None)
    app.cli.add_command(connect_command)
    app.cli.add_command(admin_code_command)
    app.cli.add_command(adopt_command)
    app.cli.add_command(dead_command)
    app.cli.add_command(requeue_command)
    app.cli.add_command(notices_command)
    app.cli.add_command(doctor_command)
    if door is None:
        app.before_request(lambda: Response("", status=503))
        return app

    @app.route("/callback/<account>", methods=["GET", "POST"])
    def receive(account: str) -> Response:
        return callback.callback(door, account)

    @app.get("/privacy/<account>")
    def privacy_page(account: str) -> Response:
        return privacy.page(door.settings, door.texts.get(account), account)

    @app.get("/healthz")
    def healthz() -> Response:
        return health.healthz()

    @app.get("/readyz")
    def readyz() -> tuple[Response, int]:
        return health.readyz(door)

    @app.get("/metrics")
    def metrics() -> Response:
        return health.metrics(door)

    return app


def _start() -> Flask:
    """The app of this process: under `flask` the commands alone, which need neither configuration nor store.

    Under gunicorn a refused configuration or an unfit store ends the start with one line.
    """
    logs.configure()
    if click.get_current_context(silent=True) is not None:
        return create_app()
    try:
        door = open_door(load())
        door.health.check(allow_unsafe=door.settings.redis.allow_unsafe)
    except (ConfigError, StoreUnfit) as refused:
        print(f"yingda: {refused}", file=sys.stderr)  # noqa: T201 - for whoever starts it, before any log is read
        sys.exit(_APP_LOAD_ERROR)
    except StoreAway as away:
        log.warning("store away", reason=str(away))
    if door.failpoints.armed:
        log.warning("failpoints armed", places=door.failpoints.armed)
    return create_app(door)


app = _start()
