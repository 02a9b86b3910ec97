"""Whether we are alive, ready, and how much was done: /healthz, /readyz, /metrics."""

from collections.abc import Iterator
from hmac import compare_digest
from ipaddress import ip_address

from flask import Response, jsonify, request
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.errors import StoreError
from bot.store.inbox import ANSWER_BUCKETS_S
from bot.wiring.door import Door

_COUNTERS = {
    "accepted": "messages and events kept",
    "ambiguous_sends": "sends that may have been delivered twice",
    "duplicates_dropped": "redelivered callbacks that were recognised",
    "model_calls": "questions put to the model",
    "requeued": "dead letters that were put back",
    "token_fetches": "access_tokens fetched",
    "token_failures": "token calls that gave none",
    "token_forced": "refreshes that were forced",
    "token_refusals": "access_tokens that the platform refused",
}

_GAUGES = {
    "waiting": "accepted and not settled yet",
    "running": "answers that are being made",
    "workers": "worker processes that live",
}


def healthz() -> Response:
    """200 as long as this process answers."""
    return jsonify(alive=True)


def readyz(door: Door) -> tuple[Response, int]:
    """200 when the store is reachable and fit and a worker lives, else 503 with what is missing."""
    try:
        condition = door.health.condition()
    except StoreError as error:
        return jsonify(ready=False, store=str(error), workers=0), 503
    unfit = condition.refusal(allow_unsafe=door.settings.redis.allow_unsafe)
    ready = not unfit and condition.workers > 0
    return jsonify(ready=ready, store=unfit or "up", workers=condition.workers), 200 if ready else 503


def metrics(door: Door) -> Response:
    """Prometheus text. 404 for strangers: without `web.metrics_token` only loopback may read."""
    if not _may_read(door):
        return Response("", status=404)
    try:
        counts = door.health.counts()
    except StoreError:
        return Response("", status=503)
    registry = CollectorRegistry()
    registry.register(_Counts(counts))
    return Response(generate_latest(registry), content_type="text/plain; version=0.0.4; charset=utf-8")


def _may_read(door: Door) -> bool:
    token = door.settings.web.metrics_token
    if token is not None:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return compare_digest(given.encode(), token.get_secret_value().encode())
    # Behind a proxy everybody comes from loopback, so a forwarded request counts as a stranger's.
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


class _Counts(Collector):
    """The store's counters in the shape prometheus_client writes."""

    def __init__(self, counts: dict[str, int]) -> None:
        self._counts = counts

    def collect(self) -> Iterator[Metric]:
        counts = self._counts
        for name, told in _COUNTERS.items():
            yield CounterMetricFamily(f"yingda_{name}", told, value=counts.get(name, 0))
        settled = CounterMetricFamily("yingda_settled", "messages by how they ended", labels=["state"])
        for name, value in counts.items():
            if name.startswith("settled:"):
                settled.add_metric([name.removeprefix("settled:")], value)
        yield settled
        for name, told in _GAUGES.items():
            yield GaugeMetricFamily(f"yingda_{name}", told, value=counts[name])
        yield self._answer_times()

    def _answer_times(self) -> HistogramMetricFamily:
        buckets, total = [], 0
        for limit in (*(f"{limit:g}" for limit in ANSWER_BUCKETS_S), "+Inf"):
            total += self._counts.get(f"answer_s:{limit}", 0)
            buckets.append((limit, total))
        seconds = self._counts.get("answer_ms", 0) / 1000
        return HistogramMetricFamily(
            "yingda_answer_seconds", "from accepted to answered", buckets=buckets, sum_value=seconds
        )
