from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "bookingflow.api"
    label = "api"
    verbose_name = "API"
