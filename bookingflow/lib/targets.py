"""URLs that strangers chose (OWASP ASVS 5.0, 1.3.6): which of them a request may go to."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from ipaddress import ip_address

import httpx

from bookingflow.lib.addresses import forbidden_reason
from bookingflow.lib.errors import InvalidRequest
from bookingflow.lib.name_lookup import SYSTEM_NAMES, NameLookup

_NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
# Never a public host's, whether or not they can be looked up from here: RFC 6761, 6762, 8375, and ICANN's `.internal`,
# under which clouds keep their metadata.
_PRIVATE_NAME = re.compile(r"(.*\.)?(localhost|local|internal|home\.arpa)\.?")


class ForbiddenTarget(InvalidRequest):
    """Its message is for the person who gave the URL; it names no address."""


class UnresolvedHost(ForbiddenTarget):
    """The name has no address, or none that could be had in time; nothing forbidden was found."""


def parse_target(url: str, *, allow_private: bool) -> httpx.URL:
    """All that can be told without a look-up. Raises ForbiddenTarget."""
    try:
        target = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        raise ForbiddenTarget("The URL is not well-formed.") from None
    if target.scheme != "https" and not (allow_private and target.scheme == "http"):
        allowed = "https:// or http://" if allow_private else "https://"
        raise ForbiddenTarget(f"The URL must begin with {allowed}.")
    if target.userinfo:
        raise ForbiddenTarget("The URL must not contain a user name or password.")
    if target.port is not None and not 1 <= target.port <= 65535:
        raise ForbiddenTarget("The URL's port must lie between 1 and 65535.")
    host = _host_of(target)
    _check_host_form(host)
    if not allow_private and _PRIVATE_NAME.fullmatch(host):
        raise ForbiddenTarget("The URL's host is the name of a private network, which is not allowed.")
    return target


def check_url(
    url: str, *, allow_private: bool, names: NameLookup = SYSTEM_NAMES, lookup_seconds: float = 3.0
) -> None:
    """Refuses what may not become a target. It may block for `lookup_seconds`: call it outside a transaction.

    Raises ForbiddenTarget, and its subclass UnresolvedHost where the name has no address at present. This is
    a service to whoever registers a URL. The guard is GuardedClient, which checks again as it dials.
    """
    host = check_form(url, allow_private=allow_private)
    if is_address(host):
        return
    with lookup_faults():
        addresses = names.start(host).result(lookup_seconds)
    check_addresses(addresses, allow_private=allow_private)


def check_form(url: str, *, allow_private: bool) -> str:
    """What `check_url` refuses without a look-up: addresses that are written out, too. The host."""
    host = _host_of(parse_target(url, allow_private=allow_private))
    if is_address(host):
        check_addresses([host], allow_private=allow_private)
    return host


def check_addresses(addresses: Sequence[str], *, allow_private: bool) -> None:
    """One forbidden address among many is enough. Raises ForbiddenTarget."""
    if not addresses:
        raise UnresolvedHost("The URL's host could not be found.")
    for address in addresses:
        if reason := forbidden_reason(address, allow_private=allow_private):
            raise ForbiddenTarget(f"The URL's host is or resolves to {reason}, which is not allowed.")


@contextmanager
def lookup_faults() -> Iterator[None]:
    """What a NameLookup raises, as UnresolvedHost."""
    try:
        yield
    except TimeoutError:
        raise UnresolvedHost("The URL's host could not be looked up in time.") from None
    except OSError:
        raise UnresolvedHost("The URL's host could not be found.") from None


def is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _host_of(target: httpx.URL) -> str:
    return target.raw_host.decode("ascii").lower()


def _check_host_form(host: str) -> None:
    if not host:
        raise ForbiddenTarget("The URL names no host.")
    if is_address(host) and "%" not in host:
        return
    # getaddrinfo takes 2130706433, 0x7f.1 and 0177.0.0.1 for addresses (WHATWG URL: ends in a number).
    last_label = host.removesuffix(".").rpartition(".")[2]
    if not _NAME.fullmatch(host) or _NUMBER.fullmatch(last_label):
        raise ForbiddenTarget("The URL's host must be a name or a plainly written IP address.")
