from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "webhooks"

    def ready(self) -> None:
        from webhooks.notices import register_consumers  # noqa: PLC0415  models are there from here on

        register_consumers()
