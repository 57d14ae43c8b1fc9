"""Which IP addresses a request on a stranger's behalf may not reach.

`ipaddress.is_global` alone lets through NAT64, IPv4-compatible, 6to4 relay, site-local and other ranges,
behind which a private IPv4 address may hide. So the ranges are listed one by one (IANA's special-purpose
registries, RFC 6890 and its updates), and `is_global` is only the last resort.
"""

from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

IPAddress = IPv4Address | IPv6Address

# Listed before the ranges that contain them: a metadata service stays out of reach in development too.
_METADATA = (
    "169.254.169.254",
    "169.254.169.253",
    "169.254.170.2",
    "169.254.170.23",
    "169.254.0.23",
    "169.254.42.42",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "fd00:ec2::/32",
    "fd00:42::42",
    "fd20:ce::254",
)

# What a developer's own machine and network use.
_LOCAL = (
    ("127.0.0.0/8", "a loopback address"),
    ("::1", "a loopback address"),
    ("0.0.0.0/32", "an unspecified address"),
    ("::", "an unspecified address"),
    ("10.0.0.0/8", "a private address"),
    ("172.16.0.0/12", "a private address"),
    ("192.168.0.0/16", "a private address"),
    ("fc00::/7", "a private address"),
    ("100.64.0.0/10", "a shared private address"),
    ("169.254.0.0/16", "a link-local address"),
    ("fe80::/10", "a link-local address"),
)

_NEVER = (
    ("0.0.0.0/8", "a reserved address"),
    ("192.0.0.0/24", "a reserved address"),
    ("192.0.2.0/24", "a documentation address"),
    ("198.51.100.0/24", "a documentation address"),
    ("203.0.113.0/24", "a documentation address"),
    ("192.88.99.0/24", "a 6to4 relay address"),
    ("198.18.0.0/15", "a benchmark address"),
    ("224.0.0.0/4", "a multicast address"),
    ("255.255.255.255", "a broadcast address"),
    ("240.0.0.0/4", "a reserved address"),
    ("::ffff:0:0/96", "an IPv4-mapped address"),
    ("::/96", "an IPv4-compatible address"),
    ("::ffff:0:0:0/96", "an IPv4-translated address"),
    ("64:ff9b::/96", "a NAT64 address"),
    ("64:ff9b:1::/48", "a NAT64 address"),
    ("100::/64", "a discard address"),
    ("2001::/32", "a Teredo address"),
    ("2001:2::/48", "a benchmark address"),
    ("2001::/23", "a reserved address"),
    ("2001:db8::/32", "a documentation address"),
    ("2002::/16", "a 6to4 address"),
    ("3fff::/20", "a documentation address"),
    ("5f00::/16", "a reserved address"),
    ("fec0::/10", "a site-local address"),
    ("ff00::/8", "a multicast address"),
)

_GLOBAL_UNICAST_V6 = IPv6Network("2000::/3")


@cache
def _forbidden_ranges() -> tuple[tuple[IPv4Network | IPv6Network, str, bool], ...]:
    metadata = ((text, "a cloud metadata address", False) for text in _METADATA)
    local = ((text, reason, True) for text, reason in _LOCAL)
    never = ((text, reason, False) for text, reason in _NEVER)
    return tuple(
        (ip_network(text), reason, is_local) for text, reason, is_local in (*metadata, *local, *never)
    )


def forbidden_reason(address: str | IPAddress, *, allow_private: bool = False) -> str | None:
    """What kind of forbidden address this is ("a private address"), or None where it may be dialled.

    With `allow_private`, loopback, private, link-local and unspecified addresses may be dialled as well.
    What isn't an address at all is forbidden.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return "not an IP address"
    for network, reason, is_local in _forbidden_ranges():
        if parsed.version == network.version and parsed in network:
            return None if is_local and allow_private else reason
    return None if _is_public(parsed) else "a reserved address"


def _is_public(address: IPAddress) -> bool:
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST_V6:
        return False
    return address.is_global
