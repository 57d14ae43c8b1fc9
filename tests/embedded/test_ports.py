import socket

import pytest

from bookingflow.embedded import EmbeddedProblem, ports


def test_a_port_that_somebody_serves_on_is_refused_in_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = ports.resolve("127.0.0.1", server.getsockname()[1])
        with pytest.raises(EmbeddedProblem, match=r"^Port \d+ on 127\.0\.0\.1: .* in use\. Choose"):
            ports.reserve(address)


def test_a_port_reserved_by_another_copy_is_refused_while_our_servers_may_share_it() -> None:
    port = free_port()
    with ports.reserve(ports.resolve("127.0.0.1", port)):
        with pytest.raises(EmbeddedProblem):
            ports.reserve(ports.resolve("127.0.0.1", port))
        with socket.socket() as ours:
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            ours.bind(("127.0.0.1", port))
            ours.listen()
            socket.create_connection(("127.0.0.1", port)).close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(
    ("host", "url"),
    [("127.0.0.1", "http://127.0.0.1:80"), ("0.0.0.0", "http://127.0.0.1:80"), ("::", "http://[::1]:80")],
)
def test_the_address_to_visit(host: str, url: str) -> None:
    assert ports.base_url(ports.resolve(host, 80)) == url


def test_an_unknown_host_is_refused() -> None:
    with pytest.raises(EmbeddedProblem, match=r"can't be resolved"):
        ports.resolve("no such host", 80)
