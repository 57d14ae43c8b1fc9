import pytest

from bookingflow.lib.client_addresses import client_address, limited_as

PEER = "198.51.100.9"


@pytest.mark.parametrize(
    ("trusted", "forwarded_for", "client"),
    [
        (0, "", PEER),
        (0, "192.0.2.1", PEER),
        (1, "", PEER),
        (1, "192.0.2.1", "192.0.2.1"),
        (1, "10.9.9.9, 192.0.2.1", "192.0.2.1"),
        (1, "10.9.9.9,10.8.8.8 ,\t192.0.2.1", "192.0.2.1"),
        (2, "10.9.9.9, 192.0.2.1, 203.0.113.5", "192.0.2.1"),
        (2, "192.0.2.1, 203.0.113.5", "192.0.2.1"),
        (2, "203.0.113.5", "203.0.113.5"),
        (5, "192.0.2.1, 203.0.113.5", "192.0.2.1"),
        (1, "192.0.2.1,", "192.0.2.1"),
        (1, ", ,", PEER),
        (1, "10.9.9.9, unknown", PEER),
        (1, "10.9.9.9, _hidden", PEER),
        (2, "10.9.9.9, nonsense, 203.0.113.5", "203.0.113.5"),
        (1, "192.0.2.1:4711", "192.0.2.1"),
        (1, "[2001:db8::7]:4711", "2001:db8::7"),
        (1, '"[2001:db8::7]"', "2001:db8::7"),
        (1, "2001:db8::7", "2001:db8::7"),
        (1, "fe80::7%eth0", "fe80::7"),
        (1, "::ffff:192.0.2.1", "192.0.2.1"),
        (1, "192.0.2.1\r\nX: y", PEER),
        (1, "192.0.2.256", PEER),
        (1, "1" * 5_000, PEER),
    ],
)
def test_proxies_are_counted_from_the_right(trusted: int, forwarded_for: str, client: str) -> None:
    assert client_address(peer=PEER, forwarded_for=forwarded_for, trusted_proxies=trusted) == client


@pytest.mark.parametrize(
    "invented", ["10.0.0.1", "10.0.0.1, 10.0.0.2", "127.0.0.1, ::1, [::1]:80", ",,,", "x" * 99]
)
@pytest.mark.parametrize("trusted", [0, 1, 2, 3])
def test_what_a_client_writes_changes_nothing(trusted: int, invented: str) -> None:
    proxies = ["192.0.2.1", "203.0.113.5", "203.0.113.6"][:trusted]

    def seen(begun_with: list[str]) -> str:
        forwarded_for = ", ".join(begun_with + proxies)
        return client_address(peer=PEER, forwarded_for=forwarded_for, trusted_proxies=trusted)

    assert seen([invented]) == seen([])


@pytest.mark.parametrize("peer", ["", "unix:", "/run/web.sock"])
def test_a_peer_without_an_address_is_unknown(peer: str) -> None:
    assert client_address(peer=peer, forwarded_for="192.0.2.1", trusted_proxies=0) == "unknown"


@pytest.mark.parametrize(
    ("address", "shared"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("unknown", "unknown"),
    ],
)
def test_an_ipv6_subscriber_is_a_network(address: str, shared: str) -> None:
    assert limited_as(address) == shared
