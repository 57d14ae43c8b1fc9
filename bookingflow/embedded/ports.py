"""The port that `manage.py up` serves on."""

import http.client
import socket

from bookingflow.embedded.errors import EmbeddedProblem

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
    family, host, port = address
    try:
        with socket.socket(family) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind((host, port))
        reserved = socket.socket(family)
        reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        reserved.bind((host, port))
    except PermissionError:
        raise EmbeddedProblem(
            f"Port {port} is not allowed for this user: choose another one with PORT."
        ) from None
    except OSError as fault:
        raise EmbeddedProblem(
            f"Port {port} on {host} can't be used ({fault.strerror}): choose another one with PORT or --port."
        ) from None
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
