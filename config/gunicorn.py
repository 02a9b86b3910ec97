"""How the web process is served: gunicorn with gevent, and a body that arrives in time or not at all."""

# gevent must patch the standard library before anything else imports from it.
from gevent import monkey

monkey.patch_all()

import resource  # noqa: E402
import sys  # noqa: E402
from collections.abc import Callable, Iterable  # noqa: E402
from io import BytesIO  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any, NoReturn  # noqa: E402

import gevent  # noqa: E402
from gunicorn.glogging import Logger  # type: ignore[import-untyped]  # noqa: E402
from gunicorn.http.errors import (  # type: ignore[import-untyped]  # noqa: E402
    InvalidHeader,
    ParseException,
    UnsupportedTransferCoding,
)
from gunicorn.workers.ggevent import GeventWorker  # type: ignore[import-untyped]  # noqa: E402

from config.cores import leave_no_core  # noqa: E402
from config.logs import configure  # noqa: E402
from config.settings import ConfigError, Settings, load  # noqa: E402

MAX_BODY_BYTES = 64 * 1024
BODY_DEADLINE_S = 3.0
WANTED_CONNECTIONS = 5000
SPARE_FILES = 200
"""Open files beside the connections: the store's pool, logs, listeners, Python's own."""

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
WSGIApp = Callable[[Environ, StartResponse], Iterable[bytes]]


class HouseLogger(Logger):  # type: ignore[misc]
    """Hands gunicorn's lines to the house's logging; there is no access log."""

    def setup(self, cfg: Any) -> None:
        """Keep gunicorn's levels, but none of its handlers."""
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


class HouseWorker(GeventWorker):  # type: ignore[misc]
    """gunicorn's gevent worker, which never answers 5xx because of what somebody sent."""

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """Answer 400 to a transfer coding we do not know, where gunicorn 27 would answer 501."""
        if isinstance(exc, UnsupportedTransferCoding):
            exc = InvalidHeader("TRANSFER-ENCODING")
        super().handle_error(req, client, addr, exc)


class PatientBody:
    """Reads a request's body before *app* sees it: whole, in time, and never more than it may be.

    A body that takes longer than *deadline_s* gets 408 and one that is malformed or ends early 400, both
    without the app.  Of a longer one the app is handed *max_bytes* + 1 bytes, so that it can answer 413.
    """

    def __init__(self, app: WSGIApp, max_bytes: int = MAX_BODY_BYTES, deadline_s: float = BODY_DEADLINE_S):
        self._app = app
        self._max_bytes = max_bytes
        self._deadline_s = deadline_s

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        source = environ["wsgi.input"]
        body: bytes | None = None
        try:
            with gevent.Timeout(self._deadline_s, False):
                body = source.read(self._max_bytes + 1)
        except ParseException:
            return _refuse(source, start_response, "400 Bad Request")
        if body is None:
            return _refuse(source, start_response, "408 Request Timeout")
        promised = environ.get("CONTENT_LENGTH") or "0"
        if len(body) < min(int(promised), self._max_bytes + 1):
            return _refuse(source, start_response, "400 Bad Request")
        if len(body) > self._max_bytes and int(promised) != len(body):
            source.failed = True  # there is more, which would be taken for the next request
        environ["wsgi.input"] = BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        return self._app(environ, start_response)


def _refuse(source: Any, start_response: StartResponse, status: str) -> list[bytes]:
    """Answer *status*; `failed` makes gunicorn close the connection, whose next request it cannot find."""
    source.failed = True
    start_response(status, [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", "0")])
    return []


def _stop(line: str) -> NoReturn:
    """End the start with one line: gunicorn turns every Exception here into a traceback, so it gets none."""
    sys.stderr.write(f"{line}\n")
    raise SystemExit(1)


def _settings() -> Settings:
    """The configuration, complete enough for a web process that was started on its own."""
    try:
        settings = load()
    except ConfigError as error:
        _stop(str(error))
    if settings.redis.url is None:
        _stop("REDIS_URL (redis.url) is missing: name the store, or start everything with `make run`")
    return settings


def _connections() -> int:
    """Let this process open as many files as it may, and return how many connections that carries."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = WANTED_CONNECTIONS + SPARE_FILES
    allowed = needed if hard == resource.RLIM_INFINITY else hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, allowed), hard))
    if allowed >= needed:
        return WANTED_CONNECTIONS
    if allowed < 2 * SPARE_FILES:
        _stop(f"at most {allowed} open files are allowed; the web process needs {needed} (ulimit -Hn)")
    sys.stderr.write(
        f"at most {allowed} open files are allowed, so each web process holds {allowed - SPARE_FILES} "
        f"connections instead of {WANTED_CONNECTIONS} (ulimit -Hn, or LimitNOFILE= in systemd)\n"
    )
    return allowed - SPARE_FILES


def post_worker_init(worker: Any) -> None:
    """Put the patient body in front of the app, in each web process once it has loaded it."""
    worker.wsgi = PatientBody(worker.wsgi)


configure()
leave_no_core()
_loaded = _settings()

wsgi_app = "app:app"
bind = f"0.0.0.0:{_loaded.port}"
workers = _loaded.web_concurrency
worker_class = HouseWorker
worker_connections = _connections()
logger_class = HouseLogger
accesslog = None
# At its default gunicorn 27 would put a control socket into the home directory.
control_socket_disable = True
# Also the time in which a request's head must have arrived; a proxy must drop idle connections sooner.
keepalive = 5
graceful_timeout = 10
timeout = 30
limit_request_line = 4094
limit_request_fields = 60
limit_request_field_size = 8190
# No header may rename the path of a request, not even through a proxy on this machine.
forwarder_headers = ""
# The heartbeat's file lives in memory where there is such a place: a slow disk must not look like a hang.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
