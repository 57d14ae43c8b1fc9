import re
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookingflow.lib.api_keys import generate, matches, parse

BASE62 = string.ascii_letters + string.digits


@pytest.mark.parametrize("mode", ["live", "test"])
def test_a_new_key_has_the_form_and_is_read_back(mode):
    key = generate(mode)
    assert re.fullmatch(rf"bf_{mode}_[0-9A-Za-z]{{12}}_[0-9A-Za-z]{{30}}", key.text)
    parsed = parse(key.text)
    assert parsed is not None
    assert parsed.public_part == key.public_part == key.text.split("_")[2]
    assert matches(parsed, key.secret_hash)


def test_keys_differ_and_do_not_match_one_another():
    first, second = generate(), generate()
    assert first.public_part != second.public_part
    assert not matches(parse(first.text), second.secret_hash)


def test_the_stored_hash_may_be_a_view_of_the_database_buffer():
    key = generate()
    assert matches(parse(key.text), memoryview(key.secret_hash))


@settings(deadline=None)
@given(place=st.integers(min_value=0, max_value=51), other=st.sampled_from(BASE62 + "_-"))
def test_a_key_with_one_wrong_character_is_refused(place, other):
    text = generate().text
    mistyped = text[:place] + other + text[place + 1 :]
    assert mistyped == text or parse(mistyped) is None


@settings(deadline=None)
@given(place=st.integers(min_value=8, max_value=49))
def test_a_key_with_two_swapped_characters_is_refused(place):
    text = generate().text
    swapped = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    assert swapped == text or parse(swapped) is None


@pytest.mark.parametrize("text", ["", "bf_live_", "bf_live_" + "é" * 43, "x" * 10_000, "bf_live_a_b", "\0"])
def test_junk_is_refused(text):
    assert parse(text) is None


@pytest.mark.parametrize("spoil", [str.lower, str.upper, lambda text: f"{text}\n", lambda text: f" {text}"])
def test_a_key_is_read_exactly(spoil):
    assert parse(spoil(generate().text)) is None
