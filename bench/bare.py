"""The baseline of a callback: a Flask route that reads and answers, under the same gunicorn settings.

It logs one line for each request, as the callback does: `gunicorn -c config/gunicorn.py bench.bare:app`.
"""

import structlog
from flask import Flask, request

app = Flask(__name__)
log = structlog.get_logger(__name__)


@app.get("/healthz")
def healthz() -> dict[str, bool]:
    """Whether it serves."""
    return {"ok": True}


@app.post("/callback/<account>")
def callback(account: str) -> str:
    """Nothing but what every route costs."""
    log.info("accepted", account=account, bytes=len(request.get_data()))
    return "success"
