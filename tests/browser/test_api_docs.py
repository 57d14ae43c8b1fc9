"""/api/docs in a real browser, as somebody uses it who has a key and has never seen it."""

import pytest
from playwright.sync_api import Locator, Page, expect

from bookingflow.organizations.models import Organization
from tests.builders import make_api_key, make_room, make_schedule

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(400)]

TELEPHONE = {"width": 390, "height": 844}


@pytest.fixture
def key(organization: Organization) -> str:
    """Of a venue whose room has two durations, one of which a booking must name."""
    make_room(make_schedule(organization, handle="north-pier"), slug="the-vault", durations=[60, 90])
    return make_api_key(organization)[1]


def test_a_newcomer_pastes_a_key_and_makes_a_booking(page: Page, served: str, key: str) -> None:
    open_docs(page, served)
    paste(page, key)
    expect(page.get_by_role("status")).to_have_text("This key works: North Pier, business plan.")
    page.get_by_role("button", name="Close").click()
    operation = open_create_booking(page)
    operation.get_by_role("button", name="Execute").click()
    expect(answer_of(operation)).to_have_text("201")
    expect(operation.locator(".live-responses-table")).to_contain_text('"status": "confirmed"')


def test_the_booking_api_is_tried_likewise(page: Page, served: str, key: str) -> None:
    open_docs(page, served)
    paste(page, key)
    expect(page.get_by_role("status")).to_contain_text("This key works")
    page.get_by_role("button", name="Close").click()
    operation = opened(page, "Book a time", "#operations-Booking_API-createAppointment")
    operation.get_by_role("button", name="Execute").click()
    expect(answer_of(operation)).to_have_text("201")


def test_a_key_copied_with_the_header_around_it_is_understood(page: Page, served: str, key: str) -> None:
    open_docs(page, served)
    paste(page, f" Bearer {key} ")
    expect(page.get_by_role("status")).to_contain_text("This key works")


def test_a_wrong_key_is_told_at_once(page: Page, served: str) -> None:
    open_docs(page, served)
    for wrong, told in (
        ("bf_live_unknown", "A valid API key is needed"),
        ("ключ", "characters in it that no key"),
    ):
        paste(page, wrong)
        expect(page.get_by_role("status")).to_contain_text(told)
        expect(page.get_by_role("button", name="Logout")).to_have_count(0)
        page.get_by_role("button", name="Close").click()


def test_it_loads_nothing_from_elsewhere_and_complains_of_nothing(page: Page, served: str) -> None:
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    open_docs(page, served)
    assert f"{served}/api/openapi.json" in asked
    assert [url for url in asked if not url.startswith((f"{served}/", "data:"))] == []
    assert complaints == []


def test_it_fits_a_telephone(page: Page, served: str) -> None:
    page.set_viewport_size(TELEPHONE)
    open_docs(page, served)
    open_create_booking(page)
    assert page.evaluate("document.documentElement.scrollWidth") == TELEPHONE["width"]


def open_docs(page: Page, served: str) -> None:
    page.goto(f"{served}/api/docs")
    expect(page.get_by_role("button", name="Authorize", exact=True)).to_be_visible()
    expect(page.locator("#operations-Bookings-createBooking")).to_be_visible()


def paste(page: Page, key: str) -> None:
    page.get_by_role("button", name="Authorize", exact=True).click()
    page.get_by_label("auth-bearer-value").fill(key)
    page.get_by_role("button", name="Apply credentials").click()


def open_create_booking(page: Page) -> Locator:
    return opened(page, "Create a booking", "#operations-Bookings-createBooking")


def opened(page: Page, summary: str, selector: str) -> Locator:
    page.get_by_role("button", name=summary).click()
    operation = page.locator(selector)
    expect(operation.get_by_role("button", name="Execute")).to_be_visible()
    return operation


def answer_of(operation: Locator) -> Locator:
    return operation.locator(".live-responses-table tbody .response-col_status")
