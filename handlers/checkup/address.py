"""Checks of the public address: port and DNS, the certificate, and a URL check that we send to ourselves."""

import ipaddress
import socket
import ssl
import time
from urllib.parse import SplitResult, urlencode, urlsplit

from bot.channels import checkup
from handlers.checkup import requesting
from handlers.checkup.finding import Finding, Subject, unknown, well, wrong

PORTS = {"http": 80, "https": 443}
"""The only ones that the platforms call (protocol A1)."""
WAITS_S = {"official": 5.0, "wecom": 1.0}
"""How long a platform waits for the answer to its URL check (protocol A4, C1)."""
RENEW_DAYS = 7
_DAY_S = 24 * 3600
_TIMEOUT_S = 5.0
_SAID = {
    403: "callback_forbidden",
    404: "callback_elsewhere",
    405: "callback_elsewhere",
    503: "callback_busy",
    **dict.fromkeys((502, 504), "callback_gateway"),
    **dict.fromkeys((301, 302, 303, 307, 308), "callback_moved"),
}
"""What an answer other than 200 mostly means."""


def address(subject: Subject, _account: str) -> Finding:
    """The address is one that the platforms can call."""
    parts = _parts(subject)
    if parts is None:
        return unknown("address_unset")
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    if port != PORTS[parts.scheme]:
        return wrong("address_port", port=port)
    try:
        found = {str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError):
        return wrong("address_unknown", host=host)
    closed = sorted(ip for ip in found if not ipaddress.ip_address(ip.partition("%")[0]).is_global)
    if closed:
        return wrong("address_private", host=host, ip=closed[0])
    return well("address_good", host=host)


def certificate(subject: Subject, _account: str) -> Finding:
    """The certificate is for this address, whole in its chain, and valid for a while."""
    parts = _parts(subject)
    if parts is None or parts.scheme != "https":
        return unknown("certificate_none")
    host, port = parts.hostname or "", parts.port or PORTS["https"]
    try:
        with (
            socket.create_connection((host, port), min(_TIMEOUT_S, subject.left_s)) as line,
            requesting.certificates(own=False).wrap_socket(line, server_hostname=host) as safe,
        ):
            told = safe.getpeercert() or {}
    except ssl.SSLError as error:
        return wrong("certificate_bad", reason=requesting.reason_of(error))
    except OSError as error:
        return unknown("certificate_unreached", host=host, reason=requesting.reason_of(error))
    days = int((ssl.cert_time_to_seconds(str(told["notAfter"])) - time.time()) // _DAY_S)
    return (wrong if days < RENEW_DAYS else well)(
        "certificate_soon" if days < RENEW_DAYS else "certificate_good", days=days
    )


def callback(subject: Subject, account: str) -> Finding:
    """The platform's URL check, signed by ourselves, comes back through the public address."""
    base = subject.settings.web.public_url
    if base is None:
        return unknown("callback_unset")
    settings = subject.account(account)
    query, echo = checkup.url_check(settings)
    try:
        answer = requesting.get(
            f"{base}/callback/{account}?{urlencode(query)}", min(_TIMEOUT_S, subject.left_s)
        )
    except requesting.UnreachedError as error:
        return wrong("callback_unreached", reason=error.reason)
    if answer.status != 200:
        return wrong(_SAID.get(answer.status, "callback_other"), status=answer.status, account=account)
    if answer.body != echo.encode():
        return wrong("callback_stranger", account=account)
    waits_s = WAITS_S[settings.channel]
    if answer.ms > waits_s * 1000:
        return wrong("callback_slow", ms=answer.ms, seconds=round(waits_s))
    return well("callback_good", ms=answer.ms)


def _parts(subject: Subject) -> SplitResult | None:
    base = subject.settings.web.public_url
    return urlsplit(base) if base is not None else None
