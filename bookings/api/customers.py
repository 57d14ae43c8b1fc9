"""Customers in the Venue API, with their bookings."""

from collections.abc import Sequence
from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from bookingflow.api.authentication import caller_key
from bookingflow.api.idempotency import mutation
from bookingflow.api.paging import DEFAULT_LIMIT, PageQuery, page
from bookingflow.api.schema import operation, put_and_patch
from bookingflow.api.serializers import NoQuery, NothingSerializer, page_of, read_body, read_query
from bookingflow.api.views import OrganizationViewSet
from bookingflow.lib import clock
from bookingflow.organizations.scopes import covers
from bookings.api.serializers import BookingSerializer
from bookings.customer_erasure import erase_customer
from bookings.customer_records import NONE_YET, figures_of, history_of, record_document
from bookings.documents import booking_document, manage_url
from bookings.models import Booking
from customers import queries, services
from customers.models import Customer
from customers.serializers import (
    ORDERINGS,
    CustomerCreateSerializer,
    CustomerListQuery,
    CustomerRecordSerializer,
)

CUSTOMERS = "Customers"
NO_SUCH_CUSTOMER = {404: "NOT_FOUND: no customer of this organization."}
EMAIL_TAKEN = {409: "ALREADY_EXISTS: there is a customer with this email."}
NEWEST_FIRST = ("-start", "id")


class CustomerDetailSerializer(CustomerRecordSerializer):
    bookings = page_of(BookingSerializer)(read_only=True, help_text="The latest start first.")


class Customers(OrganizationViewSet):
    scopes: ClassVar = {
        "list": "customers:read",
        "retrieve": "customers:read",
        "history": "customers:read",
        "create": "customers:write",
        "update": "customers:write",
        "partial_update": "customers:write",
        "destroy": "customers:write",
    }

    @operation(
        "listCustomers",
        tag=CUSTOMERS,
        summary="List customers",
        description="By name, unless `ordering` says otherwise. With the figures of their bookings.",
        query=CustomerListQuery,
        answers={200: page_of(CustomerRecordSerializer)},
    )
    def list(self, request: Request) -> Response:
        asked = read_query(CustomerListQuery, request)
        limit, cursor = asked.pop("limit"), asked.pop("cursor", None)
        ordering = ORDERINGS[asked.pop("ordering")]
        rows = queries.filtered_customers(self.organization, **asked)
        found = page(request, rows, ordering=ordering, limit=limit, cursor=cursor, show=_itself)
        return Response({**found, "results": self._records(found["results"])})

    @operation(
        "createCustomer",
        tag=CUSTOMERS,
        summary="Create a customer",
        description="One email, whatever its case, is one customer. A booking makes its customer by itself.",
        body=CustomerCreateSerializer,
        answers={201: CustomerDetailSerializer},
        errors=EMAIL_TAKEN,
        keyed=True,
    )
    @mutation
    def create(self, request: Request) -> Response:
        read_query(NoQuery, request)
        asked = read_body(CustomerCreateSerializer, request)
        customer = services.create_customer(organization=self.organization, actor=self.actor, **asked)
        return self.created(self._detail(request, customer), f"/api/v1/customers/{customer.pk}")

    @operation(
        "readCustomer",
        tag=CUSTOMERS,
        summary="Read a customer",
        description=(
            "With the figures of their bookings, and the first page of these, the latest start first: "
            "`bookings.next` leads to the others."
        ),
        answers={200: CustomerDetailSerializer},
        errors=NO_SUCH_CUSTOMER,
    )
    def retrieve(self, request: Request, identifier: str) -> Response:
        read_query(NoQuery, request)
        customer = queries.find_customer(self.organization, identifier)
        return Response(self._detail(request, customer))

    @operation(
        "listBookingsOfCustomer",
        tag=CUSTOMERS,
        summary="List a customer's bookings",
        description="The latest start first, in every status.",
        query=PageQuery,
        answers={200: page_of(BookingSerializer)},
        errors=NO_SUCH_CUSTOMER,
    )
    def history(self, request: Request, identifier: str) -> Response:
        asked = read_query(PageQuery, request)
        customer = queries.find_customer(self.organization, identifier)
        return Response(self._history(request, customer, **asked))

    _put, _patch = put_and_patch(
        "Customer",
        tag=CUSTOMERS,
        summary="Change a customer",
        description=(
            "Changes the fields that are sent and leaves the others; `metadata` is replaced whole. "
            "What was read can be edited and sent back."
        ),
        answer=CustomerDetailSerializer,
        errors={**NO_SUCH_CUSTOMER, **EMAIL_TAKEN},
    )

    @_put
    @mutation
    def update(self, request: Request, identifier: str) -> Response:
        return self._change(request, identifier)

    @_patch
    @mutation
    def partial_update(self, request: Request, identifier: str) -> Response:
        return self._change(request, identifier)

    @operation(
        "eraseCustomer",
        tag=CUSTOMERS,
        summary="Erase a customer",
        description=(
            "Erases the person's data everywhere it stands: the customer, what is noted on their bookings, the event "
            "and delivery logs. Their bookings stay, for the figures, and show the customer as `Erased`. Refused "
            "while there are upcoming bookings."
        ),
        body=NothingSerializer,
        answers={204: None},
        errors={
            **NO_SUCH_CUSTOMER,
            409: "BOOKING_STATE_CONFLICT: the customer has upcoming bookings; `details` lists them.",
        },
        keyed=True,
    )
    @mutation
    def destroy(self, request: Request, identifier: str) -> Response:
        read_query(NoQuery, request)
        read_body(NothingSerializer, request)
        erase_customer(organization=self.organization, actor=self.actor, customer_id=identifier)
        return Response(status=204)

    def _change(self, request: Request, identifier: str) -> Response:
        read_query(NoQuery, request)
        customer = queries.find_customer(self.organization, identifier)
        changes = read_body(CustomerDetailSerializer, request, shown=self._records([customer])[0])
        changed = services.update_customer(
            organization=self.organization, actor=self.actor, customer_id=customer.pk, **changes
        )
        return Response(self._detail(request, changed))

    def _records(self, customers: Sequence[Customer]) -> Sequence[dict[str, Any]]:
        figures = figures_of(self.organization, customers)
        currency = self.organization.currency
        return [
            record_document(customer, figures.get(customer.pk, NONE_YET), currency=currency)
            for customer in customers
        ]

    def _detail(self, request: Request, customer: Customer) -> dict[str, Any]:
        return {**self._records([customer])[0], "bookings": self._history(request, customer)}

    def _history(
        self, request: Request, customer: Customer, limit: int = DEFAULT_LIMIT, cursor: str | None = None
    ) -> dict[str, Any]:
        now = clock.from_database(caller_key(request).read_at)
        writes = covers(caller_key(request).scopes, "bookings:write")

        def show(booking: Booking) -> dict[str, Any]:
            return booking_document(booking, now=now, manage_url=manage_url(booking) if writes else None)

        return page(
            request,
            history_of(self.organization, customer),
            ordering=NEWEST_FIRST,
            limit=limit,
            cursor=cursor,
            show=show,
            path=f"/api/v1/customers/{customer.pk}/bookings",
        )


def _itself(customer: Customer) -> Any:
    return customer
