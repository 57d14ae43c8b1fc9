import socket
import threading

import pytest

from bookingflow.lib.name_lookup import NameLookup, system_addresses


def test_the_system_knows_this_machine():
    assert "127.0.0.1" in system_addresses("localhost")


@pytest.mark.parametrize("host", ["a" * 64 + ".test", "a..test", "no-such-host.invalid"])
def test_a_name_that_cannot_be_resolved_is_an_os_error(host):
    with pytest.raises(OSError):  # noqa: PT011
        NameLookup().start(host).result(10)


def test_those_who_ask_for_a_name_under_way_share_one_look_up():
    asked, answer_now = [], threading.Event()

    def find(host):
        asked.append(host)
        answer_now.wait(10)
        return ["192.0.2.1"]

    names = NameLookup(find)
    futures = [names.start("slow.test") for _ in range(3)]
    answer_now.set()
    assert [future.result(10) for future in futures] == [["192.0.2.1"]] * 3
    assert asked == ["slow.test"]
    assert names.start("slow.test").result(10) == ["192.0.2.1"]
    assert asked == ["slow.test", "slow.test"]


def test_a_name_that_hangs_holds_up_no_other():
    answer_now = threading.Event()
    names = NameLookup(lambda host: ["192.0.2.1"] if host != "hangs.test" or answer_now.wait(10) else [])
    hanging = names.start("hangs.test")
    assert names.start("quick.test").result(10) == ["192.0.2.1"]
    assert not hanging.done()
    answer_now.set()
    assert hanging.result(10)


def test_too_many_look_ups_at_once_fail_instead_of_piling_up():
    answer_now = threading.Event()
    names = NameLookup(lambda host: [host] if answer_now.wait(10) else [], at_most=2)
    first, second = names.start("a.test"), names.start("b.test")
    with pytest.raises(socket.gaierror):
        names.start("c.test").result(10)
    answer_now.set()
    assert [first.result(10), second.result(10)] == [["a.test"], ["b.test"]]
    assert names.start("c.test").result(10) == ["c.test"]
