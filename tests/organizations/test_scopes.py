"""What a key's scopes allow."""

import pytest

from bookingflow.organizations.scopes import PRESETS, RESOURCES, SCOPES, covers, in_order, scopes_fault


@pytest.mark.parametrize("resource", RESOURCES)
def test_writing_includes_reading_and_not_the_reverse(resource: str) -> None:
    assert covers([f"{resource}:write"], f"{resource}:read")
    assert covers([f"{resource}:write"], f"{resource}:write")
    assert covers([f"{resource}:read"], f"{resource}:read")
    assert not covers([f"{resource}:read"], f"{resource}:write")


def test_one_resource_says_nothing_of_another() -> None:
    for granted in SCOPES:
        for needed in SCOPES:
            if granted.partition(":")[0] != needed.partition(":")[0]:
                assert not covers([granted], needed)


def test_nothing_granted_covers_nothing() -> None:
    assert not any(covers([], needed) for needed in SCOPES)


def test_asking_for_no_scope_is_a_slip_and_not_a_refusal() -> None:
    with pytest.raises(ValueError, match="no scope"):
        covers(SCOPES, "booking:read")


def test_the_presets_cover_what_they_say() -> None:
    reading = {scope for scope in SCOPES if scope.endswith(":read")}
    assert {scope for scope in SCOPES if covers(PRESETS["read-only"], scope)} == reading
    assert all(covers(PRESETS["read-write"], scope) for scope in SCOPES)


@pytest.mark.parametrize("scopes", [["bookings:read"], list(SCOPES), PRESETS["read-write"]])
def test_known_scopes_have_no_fault(scopes: list[str]) -> None:
    assert scopes_fault(scopes) is None


@pytest.mark.parametrize(
    "scope", ["bookings", "bookings:", "bookings:admin", "payments:read", "BOOKINGS:READ", ""]
)
def test_an_unknown_scope_is_named(scope: str) -> None:
    assert f"no scope “{scope}”" in (scopes_fault(["rooms:read", scope]) or "")


def test_no_scope_at_all_is_a_fault() -> None:
    assert scopes_fault([]) == "A key needs at least one scope."


def test_scopes_are_kept_once_and_in_one_order() -> None:
    assert in_order(["rooms:write", "bookings:read", "rooms:write"]) == ["bookings:read", "rooms:write"]
