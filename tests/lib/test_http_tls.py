"""The certificate is checked against the name, however the address was found."""

import asyncio
import datetime
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bookingflow.lib.http import GuardedClient
from bookingflow.lib.name_lookup import NameLookup
from tests.lib.receivers import answering, ok, receiver


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A file with key and self-signed certificate for `hooks.test`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hooks.test")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hooks.test")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = tmp_path_factory.mktemp("tls") / "hooks.pem"
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


async def _deliver(certificate, host, *, trusted):
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(certificate)
    asked_for = []
    server.sni_callback = lambda socket, name, context: asked_for.append(name)
    tls = ssl.create_default_context(cafile=certificate) if trusted else None
    client = GuardedClient(allow_private=True, names=NameLookup(lambda name: ["127.0.0.1"]), tls=tls)
    async with receiver(answering(ok()), tls=server) as there, client:
        answer = await client.post(f"https://{host}:{there.port}/", headers={}, content=b"{}")
        return answer, asked_for, there.requests


def test_sni_certificate_and_host_go_by_the_name(certificate):
    answer, asked_for, requests = asyncio.run(_deliver(certificate, "hooks.test", trusted=True))
    assert (answer.status, answer.error) == (200, None)
    assert asked_for == ["hooks.test"]
    assert b"\r\nhost: hooks.test:" in requests[0]


def test_a_certificate_for_another_name_is_refused(certificate):
    answer, _, requests = asyncio.run(_deliver(certificate, "other.test", trusted=True))
    assert answer.error.startswith("The host's certificate is not valid: Hostname mismatch")
    assert requests == []


def test_a_certificate_that_nobody_vouches_for_is_refused(certificate):
    answer, _, requests = asyncio.run(_deliver(certificate, "hooks.test", trusted=False))
    assert answer.error == "The host's certificate is not valid: self-signed certificate."
    assert requests == []


def test_a_server_that_speaks_no_tls_is_told_in_a_sentence():
    async def walk():
        client = GuardedClient(allow_private=True, names=NameLookup(lambda name: ["127.0.0.1"]))

        async def respond(state, reader, writer):
            await reader.read(100)
            writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        async with receiver(respond) as there, client:
            return await client.post(f"https://hooks.test:{there.port}/", headers={}, content=b"{}")

    assert asyncio.run(walk()).error == "The TLS handshake failed."
