from django.apps import AppConfig


class WebConfig(AppConfig):
    """The PC frame."""

    name = "yunjian.web"
    verbose_name = "界面"
