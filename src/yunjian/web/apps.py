from importlib import import_module

from django.apps import AppConfig
from django.forms import DateField, DateTimeField


class WebConfig(AppConfig):
    """The PC frame."""

    name = "yunjian.web"
    verbose_name = "界面"

    def ready(self) -> None:
        """Listen to sign-ins, and let every field of days refuse what cannot be meant."""
        import_module("yunjian.web.listeners")
        refuse = import_module("yunjian.web.forms").refuse_far_days
        for field in (DateField, DateTimeField):
            field.default_validators = [refuse]
