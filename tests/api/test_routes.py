"""What must hold for every route, also for one that is added tomorrow."""

import pytest

from bookingflow.api.permissions import ANY_SCOPE, PUBLIC
from bookingflow.lib.names import RESERVED_WORDS
from bookingflow.organizations.scopes import SCOPES
from tests.api.routes import Route, api_routes

CHANGING = {"POST", "PUT", "PATCH", "DELETE"}


@pytest.mark.parametrize("route", api_routes(), ids=str)
def test_it_names_the_scope_that_it_needs(route: Route) -> None:
    action = route.view.actions[route.method.lower()]
    assert route.view.cls.scopes[action] in {*SCOPES, ANY_SCOPE, PUBLIC}
    if route.method in CHANGING:
        assert route.view.cls.scopes[action].endswith(":write")


def test_what_stands_beside_an_id_is_no_slug_and_no_handle() -> None:
    paths = {route.path for route in api_routes()}
    parents = {path.rpartition("/")[0] for path in paths if path.endswith(">")}
    beside = {path.rpartition("/")[2] for path in paths if path.rpartition("/")[0] in parents}
    words = {word for word in beside if not word.endswith(">")}
    assert words >= {"block", "blocks", "explain"}
    assert words <= RESERVED_WORDS


def test_the_catalog_alone_needs_no_key() -> None:
    public = {route.path for route in api_routes() if PUBLIC in route.view.cls.scopes.values()}
    assert public == {"/api/v1/catalog"}


@pytest.mark.parametrize("route", [route for route in api_routes() if route.method in CHANGING], ids=str)
def test_what_changes_something_is_one_unit_of_work(route: Route) -> None:
    handler = getattr(route.view.cls, route.view.actions[route.method.lower()])
    assert handler.is_unit_of_work
