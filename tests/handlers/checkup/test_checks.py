"""Checks that no house can show: certificates, providers of other manners, full disks, slow parts."""

import shutil
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any, cast

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bot.store.arrivals import Arrival
from bot.store.health import Disk
from config.settings import load
from handlers.checkup import address, arrivals, examine, model, requesting, stored, written
from handlers.checkup.finding import Check, Finding, StoreSide, Subject, well
from tests.config.conftest import COMPLETE

Speaks = Callable[[BaseHTTPRequestHandler], None]


@pytest.fixture
def subject(tmp_path: Path) -> Callable[..., Subject]:
    """What is looked at, with the given variables and no store."""

    def made(within_s: float = 5.0, **environ: str) -> Subject:
        (tmp_path / "yingda.toml").write_text(COMPLETE)
        settings = load(environ, tmp_path / "yingda.toml")
        return Subject(settings, None, lambda account: 0, time.monotonic() + within_s)

    return made


@contextmanager
def serving(answer: Speaks, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """A server on loopback that answers every request so; its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        def do_POST(self) -> None:
            answer(self)

        def log_message(self, *_: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.block_on_close = False
        server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client that hangs up is expected
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def says(status: int, body: bytes = b"", **headers: str) -> Speaks:
    """Always the same answer."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


@pytest.mark.parametrize(
    ("url", "key", "ok"),
    [
        ("", "address_unset", None),
        ("https://8.8.8.8", "address_good", True),
        ("http://8.8.8.8", "address_good", True),
        ("https://8.8.8.8:8443", "address_port", False),
        ("http://8.8.8.8:443", "address_port", False),
        ("https://nowhere.invalid", "address_unknown", False),
        (f"https://{'a' * 70}.example", "address_unknown", False),
        ("https://localhost", "address_private", False),
        ("https://192.168.1.5", "address_private", False),
        ("https://[::1]", "address_private", False),
    ],
)
def test_an_address_is_one_the_platforms_can_call(
    subject: Callable[..., Subject], url: str, key: str, ok: bool | None
) -> None:
    """Port, name, and not inside of a home."""
    found = address.address(subject(**({"YINGDA_WEB__PUBLIC_URL": url} if url else {})), "")

    assert (found.ok, found.key) == (ok, f"checkup.{key}")


def certified(folder: Path, days: int, name: str = "127.0.0.1") -> ssl.SSLContext:
    """A server's context with a certificate that it signed itself, written to *folder* as ca.pem."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    names: x509.GeneralName = x509.IPAddress(ip_address(name))
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(who, who, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=40))
        .not_valid_after(now + timedelta(days=days, hours=1))
        .add_extension(x509.SubjectAlternativeName([names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "ca.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "ca.pem", folder / "key.pem")
    return context


@pytest.mark.parametrize(
    ("days", "name", "trusted", "key", "ok"),
    [
        (60, "127.0.0.1", True, "certificate_good", True),
        (3, "127.0.0.1", True, "certificate_soon", False),
        (-2, "127.0.0.1", True, "certificate_bad", False),
        (60, "127.0.0.2", True, "certificate_bad", False),
        (60, "127.0.0.1", False, "certificate_bad", False),
    ],
)
def test_a_certificate_is_verified_as_platforms_do(
    subject: Callable[..., Subject],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    days: int,
    name: str,
    *,
    trusted: bool,
    key: str,
    ok: bool,
) -> None:
    """Its chain, its name and its time."""
    context = certified(tmp_path, days, name)
    if trusted:
        monkeypatch.setattr(requesting.certifi, "where", lambda: str(tmp_path / "ca.pem"))
    with serving(says(200), context) as port:
        found = address.certificate(subject(YINGDA_WEB__PUBLIC_URL=f"https://127.0.0.1:{port}"), "")

    assert (found.ok, found.key) == (ok, f"checkup.{key}"), found


def test_no_certificate_is_looked_at_where_there_is_none(subject: Callable[..., Subject]) -> None:
    """Without https, and where nobody answers."""
    plain = address.certificate(subject(YINGDA_WEB__PUBLIC_URL="http://127.0.0.1:9"), "")
    nobody = address.certificate(subject(YINGDA_WEB__PUBLIC_URL="https://127.0.0.1:9"), "")

    assert (plain.ok, plain.key) == (None, "checkup.certificate_none")
    assert (nobody.ok, nobody.key) == (None, "checkup.certificate_unreached")


@pytest.mark.parametrize("account", ["shop", "office"])
@pytest.mark.parametrize(
    ("answer", "key"),
    [
        (says(200, b"hello"), "callback_stranger"),
        (says(403), "callback_forbidden"),
        (says(404), "callback_elsewhere"),
        (says(502), "callback_gateway"),
        (says(503), "callback_busy"),
        (says(301, Location="http://127.0.0.1:9/"), "callback_moved"),
        (says(418), "callback_other"),
        (lambda handler: None, "callback_unreached"),
    ],
)
def test_a_knock_that_is_not_answered_rightly(
    subject: Callable[..., Subject],
    account: str,
    answer: Speaks,
    key: str,
) -> None:
    """Each answer says what mostly is the matter; a redirect is not followed."""
    with serving(answer) as port:
        found = address.callback(subject(YINGDA_WEB__PUBLIC_URL=f"http://127.0.0.1:{port}"), account)

    assert (found.ok, found.key) == (False, f"checkup.{key}")


def stream(*pieces: str) -> bytes:
    """Lines as a provider streams them."""
    return "".join(f"data: {piece}\n\n" for piece in pieces).encode()


WORDS = '{"choices":[{"delta":{"content":"2"}}]}'
END = '{"choices":[{"delta":{},"finish_reason":"stop"}]}'


@pytest.mark.parametrize(
    ("answer", "key", "ok"),
    [
        (says(200, stream(WORDS, END, "[DONE]")), "checkup.model_good", True),
        (says(200, stream(WORDS, "[DONE]")), "checkup.model_broken", False),
        (says(200, stream(WORDS.replace("content", "reasoning_content"), END)), "checkup.model_good", True),
        (says(200, stream(": hello", "{}", WORDS, END)), "checkup.model_good", True),
        (says(200, stream(END, "[DONE]")), "checkup.model_broken", False),
        (says(200, stream('{"error":{"message":"sk-secret"}}')), "checkup.model_broken", False),
        (says(200, stream('{"choices":["no"]}', "[1]", "null")), "checkup.model_broken", False),
        (says(200, b"<html>no</html>"), "checkup.model_broken", False),
        (says(200, b"x" * 200_000), "checkup.model_broken", False),
        (says(401, b"bad sk-secret"), "notices.model_key_refused", False),
        (says(404), "notices.model_key_refused", False),
        (says(402), "notices.quota_spent.model", False),
        (says(429), "checkup.model_busy", False),
        (says(500), "checkup.model_failed", False),
        (says(302, Location="http://127.0.0.1:9/"), "checkup.model_failed", False),
        (lambda handler: None, "checkup.model_away", False),
    ],
)
def test_a_provider_of_any_manner_is_understood(
    subject: Callable[..., Subject], answer: Speaks, key: str, *, ok: bool
) -> None:
    """No word of the provider's is told: it may quote the key."""
    with serving(answer) as port:
        found = model.model(subject(OPENAI_BASE_URL=f"http://127.0.0.1:{port}/v1"), "")

    assert (found.ok, found.key) == (ok, key)
    assert "secret" not in str(found.fields)


def test_the_model_is_asked_as_answers_are(subject: Callable[..., Subject]) -> None:
    """The configured model and key; a stream."""
    heard: list[tuple[str, str | None, bytes]] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        heard.append((handler.path, handler.headers["Authorization"], body))
        says(200, stream(WORDS, END))(handler)

    with serving(answer) as port:
        model.model(subject(OPENAI_BASE_URL=f"http://127.0.0.1:{port}/v1", OPENAI_MODEL="m1"), "")

    assert heard[0][:2] == ("/v1/chat/completions", "Bearer sk-toml-1234567890")
    assert b'"model": "m1"' in heard[0][2]
    assert b'"stream": true' in heard[0][2]


def test_a_model_that_dribbles_is_left(subject: Callable[..., Subject]) -> None:
    """Past the time there is, however busy it seems."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(40):
            handler.wfile.write(b": still here\n")
            time.sleep(0.1)

    began = time.monotonic()
    with serving(answer) as port:
        found = model.model(subject(1.0, OPENAI_BASE_URL=f"http://127.0.0.1:{port}/v1"), "")

    assert found.key == "checkup.model_silent"
    assert time.monotonic() - began < 3


def test_a_full_disk_is_told(subject: Callable[..., Subject], monkeypatch: pytest.MonkeyPatch) -> None:
    """Below half a gigabyte."""
    usage = type("Usage", (), {"free": 300 * 1000**2})
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)

    assert stored.disk(subject(), "").key == "checkup.disk_low"


@pytest.mark.parametrize(
    ("disk", "key", "ok"),
    [
        (Disk(True, 10, 0), "disk_good", True),
        (Disk(True, 10, 100), "disk_good", True),
        (Disk(False, 10, 0), "disk_rewrite", False),
        (Disk(True, 95, 100), "memory_low", False),
    ],
)
def test_how_the_store_keeps_things_is_told(
    subject: Callable[..., Subject], disk: Disk, key: str, *, ok: bool
) -> None:
    """Its last rewriting, and its memory."""
    health = type("Health", (), {"disk": lambda self: disk})()
    side = cast(StoreSide, type("Side", (), {"health": health})())
    found = stored.disk(replace(subject(), stored=side), "")

    assert (found.ok, found.key) == (ok, f"checkup.{key}")


@pytest.mark.parametrize(
    ("arrival", "key", "ok"),
    [
        (Arrival(), "arrivals_none", None),
        (Arrival(2), "arrivals_good", True),
        (Arrival(2, 1, "signature"), "arrivals_after", True),
        (Arrival(2, 3, "query"), "arrivals_after", True),
        (Arrival(0, 3, "query"), "arrivals_none", None),
        (Arrival(2, 3, "stale"), "refused_stale", False),
        (Arrival(2, 3, "signature"), "refused_signature", False),
        (Arrival(0, 3, "receive_id"), "refused_receive_id", False),
        (Arrival(0, 3, "plaintext"), "refused_plaintext", False),
        (Arrival(0, 3, "padding"), "refused_key", False),
    ],
)
def test_only_what_the_platform_may_meet_with_is_told_as_wrong(
    subject: Callable[..., Subject], arrival: Arrival, key: str, ok: bool | None
) -> None:
    """A stranger who opens the address is no reason to worry."""
    kept = type("Kept", (), {"of": lambda self, account: arrival})()
    side = cast(StoreSide, type("Side", (), {"arrivals": kept})())
    found = arrivals.arrivals(replace(subject(), stored=side), "shop")

    assert (found.ok, found.key) == (ok, f"checkup.{key}")


def test_nobody_waits_for_what_does_not_end(
    subject: Callable[..., Subject], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are told in their order."""
    ended = threading.Event()

    def endless(_subject: Subject, _account: str) -> Finding:
        ended.wait(10)
        return well("store_good")

    checks = (Check("clock", endless), Check("store", lambda *_: well("store_good")))
    monkeypatch.setattr(examine, "SHARED", checks)
    monkeypatch.setattr(examine, "OF_ACCOUNT", ())
    began = time.monotonic()
    lines = list(examine.examine(subject(0.5), ["shop"]))
    ended.set()

    assert time.monotonic() - began < 2
    assert [(line.name, line.finding.ok) for line in lines] == [("clock", False), ("store", True)]


def test_every_model_without_a_price_is_named(subject: Callable[..., Subject]) -> None:
    """One known price hides no other."""
    models = {"YINGDA_CHAT__MODEL": "gpt-4o", "YINGDA_CHAT__MODELS": "nobody-knows, nor-this"}
    found = written.prices(subject(**models), "")
    known = written.prices(subject(YINGDA_CHAT__MODEL="gpt-4o"), "")

    assert (found.key, found.fields["model"]) == ("checkup.prices_none", "nobody-knows、nor-this")
    assert known.key == "checkup.prices_good"
