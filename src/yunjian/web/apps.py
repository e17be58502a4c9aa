from importlib import import_module

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The PC frame."""

    name = "yunjian.web"
    verbose_name = "界面"

    def ready(self) -> None:
        """Listen to sign-ins."""
        import_module("yunjian.web.listeners")
