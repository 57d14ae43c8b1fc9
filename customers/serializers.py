"""Customers as clients send them. Names stand here as on the wire."""

from rest_framework import serializers

from bookingflow.api.fields import InstantField, MetadataField, QueryInstantField, TextField
from bookingflow.api.paging import PageQuery
from bookingflow.api.serializers import StrictSerializer
from customers import schema  # noqa: F401 (its class registers itself)
from customers.search import digits_of

MAX_NOTES = 5_000
# What each is stored as, with the id to make it unique.
ORDERINGS = {
    "name": ("name", "id"),
    "-name": ("-name", "-id"),
    "createdAt": ("created_at", "id"),
    "-createdAt": ("-created_at", "-id"),
    "updatedAt": ("updated_at", "id"),
    "-updatedAt": ("-updated_at", "-id"),
}


class OwnEmailField(serializers.EmailField):
    """A customer's: everybody has one who wasn't erased."""


class SpentSerializer(StrictSerializer):
    currency = serializers.CharField()
    amount = serializers.IntegerField(help_text="Minor units: paid less refunded.")


class CustomerRecordSerializer(StrictSerializer):
    """A customer as they are shown, and as they are changed."""

    computed = frozenset(
        {"bookingsCount", "noShows", "totalSpent", "firstBookingAt", "lastBookingAt", "bookings", "updatedAt"}
    )

    id = serializers.UUIDField(read_only=True)
    name = TextField(max_length=200, required=False)
    email = OwnEmailField(max_length=254, required=False)
    phone = TextField(max_length=40, allow_blank=True, required=False)
    notes = TextField(max_length=MAX_NOTES, allow_blank=True, trim_whitespace=False, required=False)
    metadata = MetadataField(required=False)
    bookingsCount = serializers.IntegerField(
        read_only=True, help_text="Bookings that were confirmed and not rescheduled away."
    )
    noShows = serializers.IntegerField(read_only=True)
    totalSpent = SpentSerializer(read_only=True)
    firstBookingAt = InstantField(
        read_only=True, allow_null=True, help_text="The earliest start of those bookings."
    )
    lastBookingAt = InstantField(read_only=True, allow_null=True, help_text="The latest start of them.")
    createdAt = InstantField(read_only=True)
    updatedAt = InstantField(read_only=True)


class CustomerCreateSerializer(StrictSerializer):
    name = TextField(max_length=200)
    email = serializers.EmailField(max_length=254)
    phone = TextField(max_length=40, allow_blank=True, required=False)
    notes = TextField(max_length=MAX_NOTES, allow_blank=True, trim_whitespace=False, required=False)
    metadata = MetadataField(required=False)


class CustomerListQuery(PageQuery):
    email = serializers.EmailField(max_length=254, required=False, help_text="The whole email, in any case.")
    phone = serializers.CharField(
        max_length=40, required=False, help_text="The whole number, however it is written."
    )
    search = serializers.CharField(
        max_length=200,
        required=False,
        help_text="Beginnings of words of name or email, or digits of the phone: all of them must be found.",
    )
    updatedSince = QueryInstantField(source="updated_since", required=False, help_text="Itself included.")
    ordering = serializers.ChoiceField(
        list(ORDERINGS), default="name", help_text="With `-` in front, the last first."
    )

    def validate_phone(self, value: str) -> str:
        if not digits_of(value):
            raise serializers.ValidationError("A telephone number has digits.", code="invalid")
        return value
