"""A real gunicorn with our settings and a tiny app behind it."""

import http.client
import os
import socket
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

REPO = Path(__file__).parents[2]
APP = """
def app(environ, start_response):
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{len(body)} {environ['CONTENT_LENGTH']} {environ['PATH_INFO']}".encode()]
"""
CONFIG = """
[chat]
base_url = "http://127.0.0.1:9/v1"

[accounts.shop]
channel = "official"
encryption = "plain"
app_id = "wxb04bbe2df0945897"
app_secret = "ff3e8311e645aaeec3b663b4e614fffd"
token = "5063eb420c442f623380ef9e"
"""


@dataclass(frozen=True)
class Server:
    """A running gunicorn: its master's pid, its port, and the folder that is its home."""

    pid: int
    port: int
    home: Path

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)

    def post(self, body: bytes) -> tuple[int, str]:
        """Status and body of the answer to a POST."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        with closing(line):
            line.request("POST", "/callback/shop", body)
            answer = line.getresponse()
            return answer.status, answer.read().decode()


def environ(folder: Path, port: int, **more: str) -> dict[str, str]:
    """The variables of a web process, whose app and configuration are put into *folder*."""
    (folder / "tiny.py").write_text(APP, "utf-8")
    (folder / "yingda.toml").write_text(CONFIG, "utf-8")
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "PYTHONPATH": str(REPO),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PORT": str(port),
        "WEB_CONCURRENCY": "1",
        "REDIS_URL": "redis://127.0.0.1:6390/0",
        **more,
    }


def command() -> list[str]:
    """gunicorn as the Procfile runs it, with our settings; a warning ends it."""
    config = str(REPO / "config" / "gunicorn.py")
    return [sys.executable, "-W", "error", "-m", "gunicorn", "-c", config, "tiny:app"]


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
