"""The guarded client against real servers on loopback."""

import asyncio
import threading

import httpcore
import pytest

from bookingflow.lib.connections import IDLE_PER_HOST
from bookingflow.lib.http import BODY_LIMIT, CheckedDialer, GuardedClient, Timeouts
from bookingflow.lib.name_lookup import NameLookup
from tests.lib.receivers import answering, ok, receiver

PUBLIC = "93.184.216.34"


def names(*addresses):
    return NameLookup(lambda host: list(addresses))


def guarded(*addresses, allow_private=True, **timeouts):
    return GuardedClient(
        allow_private=allow_private, timeouts=Timeouts(**timeouts), names=names(*(addresses or ["127.0.0.1"]))
    )


async def post(client, url, **headers):
    async with client:
        return await client.post(url, headers=headers, content=b'{"a": 1}')


def test_a_request_arrives_and_its_answer_comes_back():
    async def walk():
        async with receiver(answering(ok(b"thanks", headers=b"Retry-After: 7\r\n"))) as there:
            answer = await post(
                guarded(), f"http://hooks.test:{there.port}/in?x=1", **{"webhook-id": "evt_1"}
            )
            return there, answer

    there, answer = asyncio.run(walk())
    assert (answer.status, answer.error, answer.body, answer.retry_after) == (200, None, "thanks", "7")
    assert answer.duration_ms >= 0
    head, _, body = there.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /in?x=1 HTTP/1.1\r\n")
    assert b"\r\nhost: hooks.test:%d" % there.port in head
    assert b"\r\nwebhook-id: evt_1" in head
    assert body == b'{"a": 1}'


@pytest.mark.parametrize("addresses", [["127.0.0.1"], [PUBLIC, "127.0.0.1"], ["127.0.0.1", PUBLIC], ["::1"]])
def test_a_name_with_a_private_address_is_never_dialled(addresses):
    async def walk():
        async with receiver(answering(ok())) as there:
            answer = await post(guarded(*addresses, allow_private=False), f"https://hooks.test:{there.port}/")
            return there, answer

    there, answer = asyncio.run(walk())
    assert answer.status is None
    assert "loopback address" in answer.error
    assert there.connections == 0


def test_an_address_that_turns_private_after_registration_is_not_dialled():
    async def walk():
        async with receiver(answering(ok())) as there:
            answers = iter([[PUBLIC], ["127.0.0.1"]])
            rebinding = NameLookup(lambda host: next(answers))
            rebinding.start("hooks.test").result(10)
            client = GuardedClient(allow_private=False, names=rebinding)
            return there, await post(client, f"https://hooks.test:{there.port}/")

    there, answer = asyncio.run(walk())
    assert "loopback address" in answer.error
    assert there.connections == 0


def test_the_address_checked_is_the_address_dialled():
    dialled = []

    class Network(httpcore.AsyncNetworkBackend):
        async def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):
            dialled.append((host, port))
            raise httpcore.ConnectError

    asked = []
    lookup = NameLookup(lambda host: asked.append(host) or [PUBLIC, "2606:4700::1111"])
    dialer = CheckedDialer(allow_private=False, names=lookup, network=Network())
    with pytest.raises(httpcore.ConnectError):
        asyncio.run(dialer.connect_tcp("hooks.test", 443, timeout=5))
    assert dialled == [(PUBLIC, 443), ("2606:4700::1111", 443)]
    assert asked == ["hooks.test"]


def test_a_new_connection_looks_the_name_up_once():
    asked = []

    def find(host):
        asked.append(host)
        return ["127.0.0.1"]

    async def walk():
        async with receiver(answering(ok())) as there:
            client = GuardedClient(allow_private=True, names=NameLookup(find))
            return await post(client, f"http://hooks.test:{there.port}/")

    assert asyncio.run(walk()).status == 200
    assert asked == ["hooks.test"]


def test_a_dead_first_address_gives_way_to_the_next():
    async def walk():
        async with receiver(answering(ok(b"second"))) as there:
            return await post(guarded("127.0.0.2", "127.0.0.1"), f"http://hooks.test:{there.port}/")

    assert asyncio.run(walk()).body == "second"


def test_an_unfit_url_is_an_answer_and_not_an_exception():
    answer = asyncio.run(post(guarded(allow_private=False), "http://ann:secret@[::1"))
    assert (answer.status, answer.error) == (None, "The URL is not well-formed.")


def test_a_redirect_is_an_answer_and_is_not_followed():
    async def walk():
        async with receiver(answering(ok())) as elsewhere:
            location = b"location: http://127.0.0.1:%d/\r\n" % elsewhere.port
            async with receiver(answering(ok(status=b"302 Found", headers=location))) as there:
                return await post(guarded(), f"http://hooks.test:{there.port}/"), elsewhere

    answer, elsewhere = asyncio.run(walk())
    assert (answer.status, answer.error) == (302, None)
    assert elsewhere.connections == 0


def test_a_proxy_from_the_environment_is_ignored(monkeypatch):
    async def walk():
        async with receiver(answering(ok(b"proxy"))) as proxy, receiver(answering(ok(b"there"))) as there:
            for variable in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
                monkeypatch.setenv(variable, f"http://127.0.0.1:{proxy.port}")
            return await post(guarded(), f"http://hooks.test:{there.port}/"), proxy

    answer, proxy = asyncio.run(walk())
    assert answer.body == "there"
    assert proxy.connections == 0


async def _endless(state, reader, writer):
    await state.request(reader)
    writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"1000\r\n" + b"x" * 4096 + b"\r\n")
        await writer.drain()


def test_an_endless_body_is_read_no_further_than_its_beginning():
    async def walk():
        async with receiver(_endless) as there, guarded(read=60, body=60, total=60) as client:
            answer = await client.post(f"http://hooks.test:{there.port}/", headers={}, content=b"{}")
            await asyncio.wait_for(there.closed.wait(), 5)
            return answer

    answer = asyncio.run(asyncio.wait_for(walk(), 10))
    assert (answer.status, answer.error, answer.body) == (200, None, "x" * BODY_LIMIT)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [(b"\xff\xfeok", "\ufffd\ufffdok"), (b"a\0b", "a\ufffdb"), ("é".encode() * 3000, "é" * 2048), (b"", "")],
)
def test_whatever_bytes_come_back_can_be_stored_as_text(sent, kept):
    async def walk():
        async with receiver(answering(ok(sent))) as there:
            return await post(guarded(), f"http://hooks.test:{there.port}/")

    assert asyncio.run(walk()).body == kept


async def _silent(state, reader, writer):
    await state.request(reader)
    await reader.read()


async def _stuck_body(state, reader, writer):
    await state.request(reader)
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nbegun")
    await reader.read()


async def _drip(state, reader, writer):
    await state.request(reader)
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"x: y\r\n")
        await writer.drain()
        await asyncio.sleep(0.02)


@pytest.mark.parametrize("limits", [{"read": 0.1}, {"total": 0.1}])
def test_a_server_that_never_answers_is_given_up(limits):
    async def walk():
        async with receiver(_silent) as there:
            return await post(guarded(**limits), f"http://hooks.test:{there.port}/")

    answer = asyncio.run(walk())
    assert (answer.status, answer.error) == (None, "No answer came in time.")
    assert 90 <= answer.duration_ms < 5000


def test_a_server_that_drips_a_header_at_a_time_meets_the_total_limit():
    async def walk():
        async with receiver(_drip) as there:
            return await post(guarded(read=10, total=0.2), f"http://hooks.test:{there.port}/")

    assert asyncio.run(walk()).error == "No answer came in time."


@pytest.mark.parametrize("limits", [{"body": 0.1}, {"read": 0.6}, {"total": 0.6}])
def test_a_status_counts_even_where_its_body_never_ends(limits):
    async def walk():
        async with receiver(_stuck_body) as there:
            return await post(guarded(**limits), f"http://hooks.test:{there.port}/")

    answer = asyncio.run(asyncio.wait_for(walk(), 5))
    assert (answer.status, answer.error, answer.body) == (200, None, "begun")


def test_a_name_server_that_hangs_is_given_up():
    answer_now = threading.Event()
    hanging = NameLookup(lambda host: ["127.0.0.1"] if answer_now.wait(10) else [])
    client = GuardedClient(allow_private=True, timeouts=Timeouts(connect=0.1), names=hanging)
    answer = asyncio.run(post(client, "http://hooks.test/"))
    answer_now.set()
    assert answer.error == "The URL's host could not be looked up in time."
    assert answer.duration_ms < 5000


def test_a_refused_connection_is_told_in_a_sentence():
    async def walk():
        async with receiver(_silent) as there:
            port = there.port
        return await post(guarded(), f"http://hooks.test:{port}/")

    assert asyncio.run(walk()).error == "No connection could be made."


@pytest.mark.parametrize("sent", [b"", b"garbage\r\n\r\n", b"HTTP/1.1 200", b"\x15\x03\x01\x00\x02\x02\x16"])
def test_what_is_no_http_answer_is_told_in_a_sentence(sent):
    async def respond(state, reader, writer):
        await state.request(reader)
        writer.write(sent)
        await writer.drain()

    async def walk():
        async with receiver(respond) as there:
            return await post(guarded(), f"http://hooks.test:{there.port}/")

    assert asyncio.run(walk()).error == "The connection ended without a valid HTTP answer."


def test_headers_that_cannot_be_sent_break_nothing(caplog):
    async def walk():
        async with receiver(answering(ok())) as there, guarded() as client:
            url = f"http://hooks.test:{there.port}/"
            bad = await client.post(url, headers={"x": "ünfit"}, content=b"")
            worse = await client.post(url, headers={"x": "a\r\nb: c"}, content=b"")
            return bad, worse, await client.post(url, headers={}, content=b"")

    bad, worse, good = asyncio.run(walk())
    assert bad.error == worse.error == "The request could not be sent."
    assert good.status == 200
    assert "unforeseen" in caplog.text


def test_connections_are_used_again_and_few_stay_idle(monkeypatch):
    for module in ("http", "connections"):
        monkeypatch.setattr(f"bookingflow.lib.{module}.IDLE_SECONDS", 60)
    everyone_here = asyncio.Event()

    async def respond(state, reader, writer):
        while True:
            await state.request(reader)
            if len(state.requests) == burst:
                everyone_here.set()
            await everyone_here.wait()
            writer.write(ok())

    async def walk():
        async with receiver(respond) as there, guarded() as client:

            async def one():
                return await client.post(f"http://hooks.test:{there.port}/", headers={}, content=b"{}")

            await asyncio.gather(*(one() for _ in range(burst)))
            while there.open_now > IDLE_PER_HOST:
                await asyncio.wait_for(there.closed.wait(), 5)
                there.closed.clear()
            before = (there.connections, there.open_now)
            await one()
            return before, there.connections

    burst = IDLE_PER_HOST + 5
    (made, left_open), made_afterwards = asyncio.run(asyncio.wait_for(walk(), 10))
    assert (made, left_open, made_afterwards) == (burst, IDLE_PER_HOST, burst)


def test_cancelling_a_request_cancels_it_and_leaves_the_client_in_order():
    async def walk():
        async with receiver(_silent) as there, receiver(answering(ok())) as other, guarded() as client:
            doomed = asyncio.create_task(
                client.post(f"http://hooks.test:{there.port}/", headers={}, content=b"{}")
            )
            while not there.requests:
                await asyncio.sleep(0)
            doomed.cancel()
            with pytest.raises(asyncio.CancelledError):
                await doomed
            return await client.post(f"http://hooks.test:{other.port}/", headers={}, content=b"{}")

    assert asyncio.run(walk()).status == 200
