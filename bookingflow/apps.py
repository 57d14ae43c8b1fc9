from django.apps import AppConfig


class BookingFlowConfig(AppConfig):
    name = "bookingflow"

    def ready(self) -> None:
        # So that whatever is published by `celery.current_app` goes to our broker, from every process.
        import bookingflow.celery  # noqa: F401, PLC0415
