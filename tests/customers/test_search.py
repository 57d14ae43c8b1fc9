"""Which beginnings find whom: without accents, case and punctuation."""

import pytest

from customers.queries import customers_of, matching_customers
from customers.search import folded, prefixes_in, words_of
from tests.builders import make_customer, make_organization

ADA = {"name": "Ådá O’Brien-Łukasz", "email": "ada.park+vip@example.com", "phone": "+1 (212) 555-0100"}


@pytest.mark.parametrize(
    "text",
    [
        "ada", "ADA", "Ådá", "a", "obri", "o'brien", "O’BRIEN", "brien", "lukasz", "ŁUK", "brien-luk", "ada luk",
        "luk ada", "ada.park", "ada.park+vip@example.com", "ADA.PARK+VIP@EX", "example.com", "vip",
        "12125550100", "+1 212", "2125550100", "(212) 555", "555-0100", "0100", "+1 (212) 555-0100", "ada 555",
    ],
)  # fmt: skip
@pytest.mark.django_db
def test_it_is_found_by(text: str) -> None:
    ada = make_customer(**ADA)
    assert list(customers_of(ada.organization).filter(matching_customers(ada.organization, text))) == [ada]


@pytest.mark.parametrize(
    "text",
    [
        "dá",
        "ada bo",
        "rien",
        "park@example",
        "125550100",
        "5550101",
        "!",
        "'",
        "\\",
        "' | '",
        "ada & !",
        "ada:*x",
        "%",
    ],
)
@pytest.mark.django_db
def test_it_is_not_found_by(text: str) -> None:
    ada = make_customer(**ADA)
    found = customers_of(ada.organization).filter(matching_customers(ada.organization, text))
    assert list(found) == ([ada] if text in {"ada & !"} else [])


@pytest.mark.django_db
def test_nobody_of_another_organization_is_found() -> None:
    make_customer(**ADA)
    other = make_organization()
    assert not customers_of(other).filter(matching_customers(other, "ada")).exists()


def test_letters_that_unicode_leaves_whole_are_folded_too() -> None:
    assert folded("Straße Ørsted Æsir ŒUVRE ﬁn İzmir") == "strasse orsted aesir oeuvre fin izmir"


def test_words_are_bounded() -> None:
    words = words_of(name="n" * 200, email="e" * 200 + "@example.com", phone="1 " * 20)
    assert max(map(len, words)) <= 60
    assert len(words) < 30
    assert len(prefixes_in("a b c d e f g h i j k")) == 8
