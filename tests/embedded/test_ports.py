import socket

import pytest

from bookingflow.embedded import EmbeddedProblem, ports


def test_a_port_that_somebody_serves_on_is_refused_in_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = ports.resolve("127.0.0.1", server.getsockname()[1])
        with pytest.raises(EmbeddedProblem, match=r"^Port \d+ on 127\.0\.0\.1: .* in use\. Choose"):
            ports.listen(address)


def test_a_port_just_let_go_of_can_be_used_again_at_once() -> None:
    with ports.listen(ports.resolve("127.0.0.1", 0)) as first:
        port = first.getsockname()[1]
        client = socket.create_connection(("127.0.0.1", port))
        first.accept()[0].close()  # leaves the connection's end waiting in the kernel
    with client, ports.listen(ports.resolve("127.0.0.1", port)) as second:
        assert second.getsockname()[1] == port


def test_small_answers_are_not_held_back_by_the_kernel() -> None:
    with (
        ports.listen(ports.resolve("127.0.0.1", 0)) as listener,
        socket.create_connection(listener.getsockname()),
        listener.accept()[0] as accepted,
    ):
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


@pytest.mark.parametrize(
    ("host", "url"),
    [("127.0.0.1", "http://127.0.0.1:80"), ("0.0.0.0", "http://127.0.0.1:80"), ("::", "http://[::1]:80")],
)
def test_the_address_to_visit(host: str, url: str) -> None:
    assert ports.base_url(ports.resolve(host, 80)) == url


def test_an_unknown_host_is_refused() -> None:
    with pytest.raises(EmbeddedProblem, match=r"can't be resolved"):
        ports.resolve("no such host", 80)
