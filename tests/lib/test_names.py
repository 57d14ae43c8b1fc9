import uuid

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookingflow.lib.names import RESERVED_WORDS, is_booking_type, name_fault, new_booking_type, slug_from


@pytest.mark.parametrize(
    "text", ["a", "the-vault", "north-pier", "7-a", "room", "-a-", "a" * 100, "bt-63bb1a5", "bt-xyz"]
)
def test_ordinary_names_are_fine(text):
    assert name_fault(text) is None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "lower-case letters"),
        ("The-Vault", "lower-case letters"),
        ("the vault", "lower-case letters"),
        ("thé", "lower-case letters"),
        ("a_b", "lower-case letters"),
        ("a/b", "lower-case letters"),
        ("abc\n", "lower-case letters"),
        ("12", "at least one letter"),
        ("1-2", "at least one letter"),
        ("-", "at least one letter"),
        ("a" * 101, "100 characters"),
        ("6f1c0d5e-3b52-4c1e-9c39-2f6d3c8f3a11", "UUID"),
        ("6f1c0d5e3b524c1e9c392f6d3c8f3a11", "UUID"),
        ("bt-63bb1a53", "booking type"),
        ("block", "reserved"),
        ("blocks", "reserved"),
        ("explain", "reserved"),
        ("admin", "reserved"),
        ("api", "reserved"),
        ("v1", "reserved"),
        ("refund-quote", "reserved"),
    ],
)
def test_what_could_be_taken_for_something_else_is_refused(text, fault):
    assert fault in (name_fault(text) or "")


@settings(deadline=None)
@given(st.text(alphabet="0123456789abcdef-", min_size=30, max_size=40))
def test_no_name_is_readable_as_a_uuid(text):
    if name_fault(text) is None:
        with pytest.raises(ValueError, match="UUID"):
            uuid.UUID(text)


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("The Vault", "the-vault"),
        ("  Ada's  Escape—Room! ", "adas-escape-room"),
        ("Café Zürich", "cafe-zurich"),
        ("ＶＩＰ ℌall №5", "vip-hall-no5"),
        ("İzmir Ǽon", "izmir-aeon"),
        ("Straße Øst Łódź Æther", "strasse-ost-lodz-aether"),
        ("陶芸教室", "room"),
        ("", "room"),
        ("2024", "room-2024"),
        ("Admin", "room-admin"),
        ("BT 63bb1a53", "room-bt-63bb1a53"),
        ("6f1c0d5e-3b52-4c1e-9c39-2f6d3c8f3a11", "room-6f1c0d5e-3b52-4c1e-9c39-2f6d3c8f3a11"),
        ("x" * 99 + " y", "x" * 99),
        ("1" * 200, "room-" + "1" * 95),
    ],
)
def test_a_title_gives_a_slug(title, slug):
    assert slug_from(title) == slug


def test_the_word_for_a_title_without_letters_can_be_chosen():
    assert slug_from("陶芸", fallback="studio") == "studio"


@settings(deadline=None)
@given(st.text(max_size=250))
def test_every_title_gives_a_fit_name(title):
    assert name_fault(slug_from(title)) is None


@pytest.mark.parametrize("word", sorted(RESERVED_WORDS))
def test_every_reserved_word_is_refused_and_avoided(word):
    assert "reserved" in (name_fault(word) or "")
    assert name_fault(slug_from(word)) is None


def test_booking_types_are_made_and_known_again():
    assert is_booking_type(new_booking_type())
    assert new_booking_type() != new_booking_type()
    assert not any(
        map(is_booking_type, ["bt-63bb1a5", "bt-63BB1A53", "BT-63bb1a53", "bt-63bb1a53\n", "63bb1a53"])
    )
