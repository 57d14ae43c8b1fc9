"""The port that `manage.py up` serves on."""

import http.client
import socket
import time

from bookingflow.embedded.errors import EmbeddedProblem

# A killed copy's servers may need a moment to let go of the port.
PATIENCE_SECONDS = 1.0

Address = tuple[socket.AddressFamily, str, int]


def resolve(host: str, port: int) -> Address:
    try:
        family, *_, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[
            0
        ]
    except socket.gaierror:
        raise EmbeddedProblem(f"The host {host} can't be resolved: give another one with --host.") from None
    return family, str(where[0]), port


def reserve(address: Address) -> socket.socket:
    """A socket that is bound but doesn't listen: keeps a second `up` off the port, and lets our web processes on it.

    Raises EmbeddedProblem where the port is taken or not allowed. The web servers bind with SO_REUSEPORT, which
    alone would let two copies share a port without noticing.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return _reserve(address)
        except PermissionError:
            reason = "not allowed for this user"
            break
        except OSError as fault:
            reason = fault.strerror or "unusable"
            if time.monotonic() > deadline:
                break
            time.sleep(0.05)
    raise EmbeddedProblem(
        f"Port {address[2]} on {address[1]}: {reason}. Choose another one with PORT or --port."
    )


def _reserve(address: Address) -> socket.socket:
    family, *where = address
    with socket.socket(family) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        trial.bind(tuple(where))
    reserved = socket.socket(family)
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    reserved.bind(tuple(where))
    return reserved


def base_url(address: Address) -> str:
    """Where a client on this machine reaches the server."""
    family, host, port = address
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
        host = "127.0.0.1" if host == "0.0.0.0" else "::1"  # noqa: S104
    return f"http://[{host}]:{port}" if family == socket.AF_INET6 else f"http://{host}:{port}"


def is_ready(address: Address, *, host_name: str) -> bool:
    """Whether /readyz answers 200 when asked under this name."""
    url = base_url(address).removeprefix("http://")
    connection = http.client.HTTPConnection(url, timeout=2)
    try:
        connection.request("GET", "/readyz", headers={"Host": host_name})
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
