import socket
import threading
import time

import pytest

from bookingflow.lib.errors import InvalidRequest
from bookingflow.lib.http import ForbiddenTarget, UnresolvedHost, check_url
from bookingflow.lib.name_lookup import NameLookup

PUBLIC = "93.184.216.34"
ODD_HOSTS = [
    "127.1",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "127.0.0.1.",
    "1.2.3.0x4",
    "a.0x",
    "[fe80::1%25eth0]",
    "%31%32%37.0.0.1",
    "a b.test",
    "a..test",
    "-a.test",
    "",
]


def check(url, *addresses, allow_private=False):
    check_url(url, allow_private=allow_private, names=NameLookup(lambda host: list(addresses)))


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example.com/in?x=1#y",
        "HTTPS://Hooks.Example.com.:8443/",
        "https://münchen.example/ä",
        "https://under_score.example/",
        "https://7.example/",
        f"https://{PUBLIC}/",
        "https://[2606:4700::1111]:444/",
    ],
)
def test_a_public_https_url_is_accepted(url):
    check(url, PUBLIC, "2606:4700::1111")


@pytest.mark.parametrize("scheme", ["http", "ftp", "file", "gopher", "", "javascript"])
def test_only_https_is_accepted(scheme):
    with pytest.raises(ForbiddenTarget, match="must begin with https://"):
        check(f"{scheme}://hooks.example.com/", PUBLIC)


@pytest.mark.parametrize(
    "url", ["https://ann:secret@a.test/", "https://ann@a.test/", "https://a.test\\@b.test/"]
)
def test_credentials_in_a_url_are_refused(url):
    with pytest.raises(ForbiddenTarget, match="user name or password"):
        check(url, PUBLIC, allow_private=True)


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST.", "a.localhost", "printer.local", "metadata.google.internal", "nas.home.arpa."],
)
def test_names_of_private_networks_are_refused_wherever_they_lead(host):
    with pytest.raises(ForbiddenTarget, match="private network"):
        check(f"https://{host}/", PUBLIC)
    check(f"http://{host}/", "127.0.0.1", allow_private=True)


def test_names_that_only_look_private_are_accepted():
    check("https://localhost.example.com/", PUBLIC)
    check("https://mylocal/", PUBLIC)


@pytest.mark.parametrize("host", ODD_HOSTS)
def test_odd_forms_of_a_host_are_refused(host):
    with pytest.raises(ForbiddenTarget, match=r"plainly written|no host|not well-formed"):
        check(f"https://{host}/", PUBLIC, allow_private=True)


@pytest.mark.parametrize(
    "url",
    ["https://1.2.3.999/", "https://a.test\n/", "https://①.test/", "https://[1.2.3.4]/", "https://a:b:c/"],
)
def test_a_malformed_url_is_refused(url):
    with pytest.raises(ForbiddenTarget, match="not well-formed"):
        check(url, PUBLIC)


@pytest.mark.parametrize("port", [0, 65536, 99999])
def test_an_impossible_port_is_refused(port):
    with pytest.raises(ForbiddenTarget, match="port"):
        check(f"https://a.test:{port}/", PUBLIC)


@pytest.mark.parametrize("host", ["127.0.0.1", "10.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "127。0。0。1"])
def test_a_literal_address_that_is_not_public_is_refused(host):
    with pytest.raises(ForbiddenTarget, match=r"is or resolves to an? "):
        check(f"https://{host}/", PUBLIC)


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], [PUBLIC, "10.0.0.1"], ["2606:4700::1111", "fe80::1%eth0"]]
)
def test_one_forbidden_address_among_public_ones_is_enough(addresses):
    with pytest.raises(ForbiddenTarget, match="resolves to"):
        check("https://a.test/", *addresses)


def test_the_refusal_is_a_bad_request_that_names_no_address():
    with pytest.raises(InvalidRequest) as refusal:
        check("https://intranet.test/", "10.20.30.40")
    assert "private address" in refusal.value.message
    assert "10.20" not in refusal.value.message


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9000/", "http://localhost/", "https://[::1]/", "http://a.test"]
)
def test_private_targets_may_be_allowed(url):
    check(url, "192.168.1.5", allow_private=True)


def test_metadata_stays_forbidden_where_private_targets_are_allowed():
    with pytest.raises(ForbiddenTarget, match="metadata"):
        check("http://a.test/", "169.254.169.254", allow_private=True)


def test_a_host_that_is_not_found_is_refused_in_a_sentence_of_its_own():
    def find(host):
        raise socket.gaierror(socket.EAI_NONAME, "not known")

    for names in (NameLookup(find), NameLookup(lambda host: [])):
        with pytest.raises(UnresolvedHost, match="could not be found"):
            check_url("https://nowhere.test/", allow_private=False, names=names)


def test_a_look_up_that_hangs_is_given_up():
    answer_now = threading.Event()
    names = NameLookup(lambda host: [PUBLIC] if answer_now.wait(10) else [])
    started = time.monotonic()
    with pytest.raises(UnresolvedHost, match="in time"):
        check_url("https://slow.test/", allow_private=False, names=names, lookup_seconds=0.05)
    assert time.monotonic() - started < 5
    answer_now.set()
