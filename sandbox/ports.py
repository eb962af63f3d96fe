"""Ports on loopback: the usual one where it is free, another where it is not."""

import socket

LOOPBACK = "127.0.0.1"


def listen(preferred: int = 0) -> socket.socket:
    """A listening socket, on `preferred` if nobody listens there, else on any free port of loopback.

    Held from here on, so that nobody else can take the port before a server is up that uses it.
    """
    for port in (preferred, 0):
        try:
            return socket.create_server((LOOPBACK, port), backlog=100)
        except OSError:
            continue
    raise OSError("no port is free on the loopback interface")
