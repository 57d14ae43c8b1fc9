"""The port that `manage.py up` serves on."""

import errno
import http.client
import os
import socket
import time

from bookingflow.embedded.errors import EmbeddedProblem

# A killed copy's servers may need a moment to let go of the port.
PATIENCE_SECONDS = 1.0
BACKLOG = 1024

Address = tuple[socket.AddressFamily, str, int]


def resolve(host: str, port: int) -> Address:
    try:
        family, *_, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[
            0
        ]
    except socket.gaierror:
        raise EmbeddedProblem(f"The host {host} can't be resolved: give another one with --host.") from None
    return family, str(where[0]), port


def listen(address: Address) -> socket.socket:
    """A listening socket, on which connections wait until a web server takes them.

    Raises EmbeddedProblem where the port is taken or not allowed.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return _listen(address)
        except OSError as fault:
            if fault.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                reason = os.strerror(fault.errno or 0)
                break
            time.sleep(0.05)
    raise EmbeddedProblem(
        f"Port {address[2]} on {address[1]}: {reason}. Choose another one with PORT or --port."
    )


def _listen(address: Address) -> socket.socket:
    listener = socket.create_server(address[1:], family=address[0], backlog=BACKLOG)
    # Inherited by every connection: without it an answer may wait 40 ms for the client's acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def base_url(address: Address) -> str:
    """Where a client on this machine reaches the server."""
    family, host, port = address
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
        host = "127.0.0.1" if host == "0.0.0.0" else "::1"  # noqa: S104
    return f"http://[{host}]:{port}" if family == socket.AF_INET6 else f"http://{host}:{port}"


def is_ready(address: Address, *, host_name: str) -> bool:
    """Whether /readyz answers 200 when asked under this name."""
    url = base_url(address).removeprefix("http://")
    connection = http.client.HTTPConnection(url, timeout=1)
    try:
        connection.request("GET", "/readyz", headers={"Host": host_name})
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
