"""The ports of the demo: taken by listening, and asked whether somebody answers."""

from __future__ import annotations

import http.client
import socket

from weftmail.core.failure import UsageError


def listening(first: int, most: int) -> socket.socket:
    """Return a socket that listens at the first free port of the loopback from ``first`` on.

    It is taken by listening, not looked at: what two programs look at, both find free.  Raises UsageError where the
    ``most`` ports are all taken.
    """
    for port in range(first, min(first + most, 65536)):
        door = socket.socket()
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind(("127.0.0.1", port))
            door.listen(128)
        except OSError:
            door.close()
            continue
        return door
    raise UsageError(f"the ports {first} to {first + most - 1} of this machine are all taken; free one of them")


def answers(place: str) -> bool:
    """Say whether somebody listens at this socket of the file system."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as trial:
        trial.settimeout(1)
        return trial.connect_ex(place) == 0


def serves(host: str, port: int) -> bool:
    """Say whether a site answers there; a port alone takes connections before anybody answers them."""
    asked = http.client.HTTPConnection(host, port, timeout=1)
    try:
        asked.request("GET", "/healthz")
        asked.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asked.close()
    return True
