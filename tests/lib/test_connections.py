"""Which connections are used again, seen by real servers on loopback."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from bookingflow.lib.http import GuardedClient
from bookingflow.lib.name_lookup import NameLookup
from tests.lib.receivers import answering, ok, receiver


def client() -> GuardedClient:
    return GuardedClient(allow_private=True, names=NameLookup(lambda host: ["127.0.0.1"]))


async def post(kept: GuardedClient, there) -> int | None:
    answer = await kept.post(f"http://hooks.test:{there.port}/", headers={}, content=b"{}")
    return answer.status


async def until(holds, there) -> None:
    while not holds():
        await asyncio.wait_for(there.closed.wait(), 5)
        there.closed.clear()


async def _answering_once(state, reader, writer):
    await state.request(reader)
    writer.write(ok())
    writer.close()
    await writer.wait_closed()


@pytest.fixture(autouse=True)
def _idle_for_long(monkeypatch):
    for module in ("http", "connections"):
        monkeypatch.setattr(f"bookingflow.lib.{module}.IDLE_SECONDS", 60)


def test_each_host_is_asked_over_its_own_connection_again():
    async def walk():
        async with receiver(answering(ok())) as one, receiver(answering(ok())) as other:
            async with client() as kept:
                for there in (one, other, one, other, one):
                    assert await post(kept, there) == 200
            return one.connections, other.connections

    assert asyncio.run(walk()) == (1, 1)


def test_of_many_hosts_the_connection_idle_longest_is_closed(monkeypatch):
    monkeypatch.setattr("bookingflow.lib.connections.IDLE_IN_ALL", 2)

    async def walk():
        async with AsyncExitStack() as stack:
            there = [await stack.enter_async_context(receiver(answering(ok()))) for _ in range(3)]
            kept = await stack.enter_async_context(client())
            for each in there:
                await post(kept, each)
            await until(lambda: there[0].open_now == 0, there[0])
            return [each.open_now for each in there]

    assert asyncio.run(walk()) == [0, 1, 1]


def test_one_that_was_idle_for_too_long_is_not_used_again(monkeypatch):
    monkeypatch.setattr("bookingflow.lib.http.IDLE_SECONDS", 0.0)

    async def walk():
        async with receiver(answering(ok())) as there, client() as kept:
            await post(kept, there)
            assert await post(kept, there) == 200
            return there.connections

    assert asyncio.run(walk()) == 2


def test_one_that_the_server_closed_is_not_used_again():
    async def walk():
        async with receiver(_answering_once) as there, client() as kept:
            for _ in range(3):
                assert await post(kept, there) == 200
                await until(lambda: there.open_now == 0, there)
            return there.connections

    assert asyncio.run(walk()) == 3


def test_leaving_closes_what_is_idle():
    async def walk():
        async with receiver(answering(ok())) as there:
            async with client() as kept:
                await post(kept, there)
                assert there.open_now == 1
            await until(lambda: there.open_now == 0, there)
            return there.open_now

    assert asyncio.run(walk()) == 0
