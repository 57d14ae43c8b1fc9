import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookingflow.lib.crypto import DecryptionError, decrypt, encrypt


@settings(deadline=None)
@given(st.binary(max_size=1000))
def test_what_was_encrypted_comes_back(plain):
    token = encrypt(plain, purpose="endpoint secret", keys=["now"])
    assert decrypt(token, purpose="endpoint secret", keys=["now"]) == plain


def test_the_token_hides_the_text_and_differs_each_time():
    tokens = {encrypt(b"whsec_abc", purpose="a", keys=["now"]) for _ in range(3)}
    assert len(tokens) == 3
    assert not any(b"whsec" in token for token in tokens)


def test_a_former_secret_key_still_decrypts():
    token = encrypt(b"kept", purpose="a", keys=["old"])
    assert decrypt(token, purpose="a", keys=["new", "old"]) == b"kept"


def test_the_first_secret_key_encrypts():
    token = encrypt(b"kept", purpose="a", keys=["new", "old"])
    assert decrypt(token, purpose="a", keys=["new"]) == b"kept"
    with pytest.raises(DecryptionError):
        decrypt(token, purpose="a", keys=["old"])


def test_a_token_serves_its_own_purpose_alone():
    token = encrypt(b"kept", purpose="endpoint secret", keys=["now"])
    with pytest.raises(DecryptionError, match="stored answer"):
        decrypt(token, purpose="stored answer", keys=["now"])


@pytest.mark.parametrize("place", [0, 10, -1])
def test_a_spoilt_token_is_refused(place):
    token = bytearray(encrypt(b"kept", purpose="a", keys=["now"]))
    token[place] ^= 1
    with pytest.raises(DecryptionError):
        decrypt(bytes(token), purpose="a", keys=["now"])


@pytest.mark.parametrize("keys", [[], [""], ["now", ""]])
def test_an_empty_secret_key_is_refused(keys):
    with pytest.raises(ValueError, match="secret key"):
        encrypt(b"", purpose="a", keys=keys)
