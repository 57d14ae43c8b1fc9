from django.apps import AppConfig


class OrganizationsConfig(AppConfig):
    name = "bookingflow.organizations"
    label = "organizations"
