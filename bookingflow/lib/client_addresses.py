"""Whose address a request comes from, where proxies stand in between and anybody may write X-Forwarded-For."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

UNKNOWN = "unknown"


def client_address(*, peer: str, forwarded_for: str, trusted_proxies: int) -> str:
    """The address that the outermost of our own proxies saw.

    Each proxy writes its own peer at the end, so the last `trusted_proxies` entries are theirs and all before them are
    the client's invention. An entry that is no address, or is missing, leaves us with the next nearer one.
    """
    entries = [entry for entry in forwarded_for.split(",") if entry.strip()]
    believed = entries[-trusted_proxies:] if trusted_proxies else []
    for entry in believed:
        if (address := _address_in(entry)) is not None:
            return str(address)
    nearest = _address_in(peer)
    return str(nearest) if nearest is not None else UNKNOWN


def limited_as(address: str) -> str:
    """What shares one limit: an IPv4 address, or an IPv6 network of 64 bits, which is what one subscriber has."""
    if ":" not in address:
        return address
    return str(IPv6Network((address, 64), strict=False))


def _address_in(entry: str) -> IPv4Address | IPv6Address | None:
    """`192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]:4711`; an IPv4 address in IPv6 clothes is IPv4."""
    text = entry.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
