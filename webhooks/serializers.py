"""Webhook endpoints as clients send them and see them. Names stand here as on the wire."""

from rest_framework import serializers

from bookingflow.api.fields import FlagField, InstantField, TextField
from bookingflow.api.serializers import StrictSerializer


class EndpointCreateSerializer(StrictSerializer):
    url = TextField(
        max_length=2_000, help_text="https://…; on this machine alone also http:// in development."
    )
    events = serializers.ListField(
        child=TextField(max_length=40),
        min_length=1,
        max_length=100,
        help_text='Event types, or ["*"] for all.',
    )
    description = TextField(max_length=200, allow_blank=True, required=False)


class EndpointSerializer(StrictSerializer):
    id = serializers.UUIDField()
    url = serializers.CharField()
    description = serializers.CharField()
    events = serializers.ListField(child=serializers.CharField())
    active = FlagField()
    failingSince = InstantField(allow_null=True, help_text="Since when no delivery has succeeded.")
    createdAt = InstantField()
    updatedAt = InstantField()


class EndpointWithSecretSerializer(EndpointSerializer):
    secret = serializers.CharField(help_text="whsec_…: signs every delivery. Shown this once.")
