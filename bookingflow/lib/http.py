"""Requests to URLs that strangers chose: the address that was checked is the one that is dialled.

It stands on httpcore, the engine of httpx: there are no redirects, proxies, cookies or decompression to be
switched off, and the connection is made by a backend of our own.
"""

import asyncio
import functools
import logging
import ssl
import time
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self, cast

import httpcore
import httpx

from bookingflow.lib.addresses import forbidden_reason
from bookingflow.lib.connections import IDLE_SECONDS, KeptConnections
from bookingflow.lib.name_lookup import SYSTEM_NAMES, NameLookup
from bookingflow.lib.targets import (
    ForbiddenTarget,
    UnresolvedHost,
    check_addresses,
    check_url,
    is_address,
    lookup_faults,
    parse_target,
)

__all__ = [
    "Answer",
    "CheckedDialer",
    "ForbiddenTarget",
    "GuardedClient",
    "Timeouts",
    "UnresolvedHost",
    "check_url",
    "forbidden_reason",
]

BODY_LIMIT = 4096
ADDRESSES_TRIED = 4

_SENTENCES: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
    (httpcore.ConnectTimeout, "No connection came about in time."),
    (httpcore.ConnectError, "No connection could be made."),
    ((httpcore.TimeoutException, TimeoutError), "No answer came in time."),
    (
        (httpcore.NetworkError, httpcore.RemoteProtocolError, OSError),
        "The connection ended without a valid HTTP answer.",
    ),
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Seconds. `connect`: look-up and dialling, and the TLS handshake again; `read`: each wait for bytes;
    `body`: reading the body once the status is there; `total`: everything."""

    connect: float = 5.0
    read: float = 15.0
    body: float = 5.0
    total: float = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Either `status` or `error` (a sentence) is set. A status that has arrived counts, even where the body
    behind it breaks off. `body` is the first 4 KiB at most, with U+FFFD for what is no UTF-8 text."""

    status: int | None
    duration_ms: int
    error: str | None
    body: str
    retry_after: str | None


class CheckedDialer(httpcore.AsyncNetworkBackend):
    """Looks a name up once, checks every address, dials one of those: a second look-up can't slip in between.

    httpcore goes on to use the name for SNI, the certificate and `Host`.
    """

    def __init__(
        self, *, allow_private: bool, names: NameLookup, network: httpcore.AsyncNetworkBackend | None = None
    ) -> None:
        self._allow_private = allow_private
        self._names = names
        self._network = network or httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A mixed answer (public and private) is refused whole, not filtered. Raises ForbiddenTarget."""
        deadline = time.monotonic() + (Timeouts().connect if timeout is None else timeout)
        addresses = await self._addresses(host, deadline - time.monotonic())
        check_addresses(addresses, allow_private=self._allow_private)
        return await self._dial(addresses[:ADDRESSES_TRIED], port, deadline)

    async def _addresses(self, host: str, seconds: float) -> Sequence[str]:
        if is_address(host):
            return [host]
        with lookup_faults():
            return await asyncio.wait_for(asyncio.wrap_future(self._names.start(host)), seconds)

    async def _dial(
        self, addresses: Sequence[str], port: int, deadline: float
    ) -> httpcore.AsyncNetworkStream:
        last_error: Exception = httpcore.ConnectTimeout()
        for position, address in enumerate(addresses):
            # Each gets an equal share of the time left: a dead first address leaves some for the next.
            seconds = (deadline - time.monotonic()) / (len(addresses) - position)
            try:
                return await self._network.connect_tcp(address, port, timeout=max(seconds, 0.0))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last_error = error
        raise last_error


@dataclass(slots=True)
class _Received:
    """What has come in so far: it outlives an exchange that is broken off."""

    status: int | None = None
    retry_after: str | None = None
    body: bytearray = field(default_factory=bytearray)

    def answer(self, *, duration_ms: int, error: str | None) -> Answer:
        return Answer(
            status=self.status,
            duration_ms=duration_ms,
            error=error if self.status is None else None,
            # PostgreSQL's text takes no NUL.
            body=self.body.decode("utf-8", "replace").replace("\0", "\ufffd"),
            retry_after=self.retry_after,
        )


class GuardedClient:
    """Posts to URLs that strangers chose. An async context manager, for use within one event loop.

    How many requests are under way at once is the caller's to bound: a limit here would let a slow host hold
    up the others. Idle connections are few and short-lived, and lead to the address checked for their host.
    """

    def __init__(
        self,
        *,
        allow_private: bool,
        timeouts: Timeouts | None = None,
        names: NameLookup = SYSTEM_NAMES,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._allow_private = allow_private
        self._timeouts = timeouts or Timeouts()
        self._tls = tls or _default_tls()
        self._dialer = CheckedDialer(allow_private=allow_private, names=names)
        self._connections = KeptConnections(self._connection)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._connections.aclose()

    async def post(self, url: str, *, headers: Mapping[str, str], content: bytes) -> Answer:
        """Whatever goes wrong is told in the answer; nothing but cancellation is raised."""
        started, received, error = time.monotonic(), _Received(), None
        try:
            async with asyncio.timeout(self._timeouts.total):
                await self._exchange(url, headers, content, received)
        except Exception as failure:
            error = _sentence(failure)
        return received.answer(duration_ms=round((time.monotonic() - started) * 1000), error=error)

    async def _exchange(
        self, url: str, headers: Mapping[str, str], content: bytes, received: _Received
    ) -> None:
        target = parse_target(url, allow_private=self._allow_private)
        async with self._connections.lent(_core_url(target).origin) as connection:
            request = connection.stream(
                "POST",
                _core_url(target),
                headers=_header_fields(target, headers),
                content=content,
                extensions={"timeout": self._phases()},
            )
            async with request as response:
                received.status = response.status
                received.retry_after = _first_value(response.headers, b"retry-after")
                async with asyncio.timeout(self._timeouts.body):
                    await _read_beginning(response, received.body)

    def _connection(self, origin: httpcore.Origin) -> httpcore.AsyncHTTPConnection:
        return httpcore.AsyncHTTPConnection(
            origin, ssl_context=self._tls, keepalive_expiry=IDLE_SECONDS, network_backend=self._dialer
        )

    def _phases(self) -> dict[str, float]:
        limits = self._timeouts
        return {"connect": limits.connect, "read": limits.read, "write": limits.read, "pool": limits.total}


@functools.cache
def _default_tls() -> ssl.SSLContext:
    """Made once: loading the authorities takes some 20 ms. An operator's SSL_CERT_FILE counts."""
    return httpx.create_ssl_context()


def _core_url(target: httpx.URL) -> httpcore.URL:
    return httpcore.URL(
        scheme=target.raw_scheme, host=target.raw_host, port=target.port, target=target.raw_path
    )


def _header_fields(target: httpx.URL, given: Mapping[str, str]) -> list[tuple[str, str]]:
    fields = {"user-agent": "BookingFlow", "accept-encoding": "identity"}
    fields |= {name.lower(): value for name, value in given.items()}
    fields["host"] = target.netloc.decode("ascii")
    return list(fields.items())


def _first_value(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> str | None:
    values = (value for key, value in headers if key.lower() == name)
    return next((value.decode("latin-1")[:100] for value in values), None)


async def _read_beginning(response: httpcore.Response, into: bytearray) -> None:
    async with aclosing(cast(AsyncGenerator[bytes, None], response.aiter_stream())) as chunks:
        async for chunk in chunks:
            into += chunk[: BODY_LIMIT - len(into)]
            if len(into) == BODY_LIMIT:
                return


def _sentence(failure: Exception) -> str:
    if isinstance(failure, ForbiddenTarget):
        return failure.message
    if isinstance(failure, httpcore.ConnectError) and failure.args:
        cause = failure.args[0]
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"The host's certificate is not valid: {cause.verify_message}."
        if isinstance(cause, ssl.SSLError):
            return "The TLS handshake failed."
    for kind, sentence in _SENTENCES:
        if isinstance(failure, kind):
            return sentence
    log.error("A request failed in an unforeseen way.", exc_info=failure)
    return "The request could not be sent."
