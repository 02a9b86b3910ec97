"""Free ports on this machine."""

import socket

from launching.words import LaunchError, both, say

TRIES = 200


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server can listen on *port*: nobody answers there, and binding to it works."""
    with socket.socket() as caller:
        caller.settimeout(0.5)
        if caller.connect_ex(("127.0.0.1", port)) == 0:
            return False
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError:
            return False
    return True


def free_port(name: str, wanted: int, host: str = "127.0.0.1", used: tuple[int, ...] = ()) -> int:
    """*wanted*, or the next free one after it, and then say so. Raises LaunchError when none is free."""
    for port in range(wanted, min(wanted + TRIES, 65536)):
        if port not in used and is_free(port, host):
            if port != wanted:
                say(both("端口被占用，改用", "port is taken, using another", f"{name} {wanted} → {port}"))
            return port
    raise LaunchError(both(f"{wanted} 起没有空闲端口", f"no port from {wanted} on is free"))


def exact_port(port: int, host: str) -> int:
    """*port*, which somebody asked for by name. Raises LaunchError when it is taken."""
    if not is_free(port, host):
        raise LaunchError(
            both(
                f"PORT={port} 被占用：换一个端口",
                f"PORT={port} is taken: stop what listens there, or set another PORT",
            )
        )
    return port
