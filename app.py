"""The web process: a Flask app made from a Door, its routes and its commands."""

import sys

import structlog
from flask import Flask, Response
from handlers.connect import connect_command

from bot.errors import StoreAway, StoreUnfit
from bot.wiring.door import Door, open_door
from config import logs
from config.settings import ConfigError, load
from handlers import callback, health

log = structlog.get_logger(__name__)


_APP_LOAD_ERROR = 4
"""The exit status by which gunicorn's master knows that starting again would not help."""


def create_app(door: Door | None = None) -> Flask:
    """Flask with our routes and commands; without a *door* the routes answer 503 and the commands work."""
    app = Flask(__name__, static_folder=None)
    app.cli.add_command(connect_command)
    if door is None:
        app.before_request(lambda: Response("", status=503))
        return app

    @app.route("/callback/<account>", methods=["GET", "POST"])
    def receive(account: str) -> Response:
        return callback.callback(door, account)

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
    """The app of this process.

    With a refused configuration only the commands work: `flask connect` is there to write one. (gunicorn does
    not come this far then: config/gunicorn.py reads the configuration first.) An unfit store ends the start.
    """
    logs.configure()
    try:
        door = open_door(load())
    except ConfigError as refused:
        log.warning("not configured", reason=str(refused))
        return create_app()
    try:
        door.health.check(allow_unsafe=door.settings.redis.allow_unsafe)
    except StoreUnfit as unfit:
        print(f"yingda: {unfit}", file=sys.stderr)  # noqa: T201 - for whoever starts it, before any log is read
        sys.exit(_APP_LOAD_ERROR)
    except StoreAway as away:
        log.warning("store away", reason=str(away))
    return create_app(door)


app = _start()
