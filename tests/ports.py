"""Ports for servers under test."""

import random
import socket

LOWEST, HIGHEST = 15_000, 32_000
"""Below what Linux gives to outgoing connections (from 32768): between choice and use nobody takes one by chance."""


def free_port() -> int:
    """A port nobody listens on, and neither on the next one."""
    while True:
        port = random.randrange(LOWEST, HIGHEST)
        try:
            for each in (port, port + 1):
                socket.create_server(("127.0.0.1", each)).close()
        except OSError:
            continue
        return port
