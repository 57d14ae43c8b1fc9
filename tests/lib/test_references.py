import pytest

from bookingflow.lib.references import (
    ALPHABET,
    has_shape_of_reference,
    is_reference,
    new_reference,
    normalised_reference,
)


def test_new_references_are_references():
    made = {new_reference() for _ in range(500)}
    assert len(made) > 490
    assert all(is_reference(reference) for reference in made)


def test_no_character_can_be_taken_for_another_or_form_words():
    assert not set(ALPHABET) & set("01OIL" + "AEIOUY")
    assert ALPHABET.isupper()
    assert len(set(ALPHABET)) == 24


def test_the_example_of_the_documentation_is_a_reference():
    assert is_reference("BF-7K3Q9D")


@pytest.mark.parametrize(
    "text", ["", "BF-", "BF-7K3Q9", "BF-7K3Q9DD", "bf-7k3q9d", "BF7K3Q9D", "BF-7K3Q90", "BF-7K3Q9D\n"]
)
def test_anything_else_is_none(text):
    assert not is_reference(text)


def test_a_letter_that_no_reference_has_is_no_fault_of_shape():
    assert has_shape_of_reference("BF-7K3Q9D")
    assert has_shape_of_reference("BF-0OZZZZ")
    assert not has_shape_of_reference("BF-7K3Q9")
    assert not has_shape_of_reference("XX-7K3Q9D")


@pytest.mark.parametrize("text", ["BF-7K3Q9D", "bf-7k3q9d", " Bf-7K3q9d\n"])
def test_a_typed_reference_is_made_regular(text):
    assert normalised_reference(text) == "BF-7K3Q9D"
