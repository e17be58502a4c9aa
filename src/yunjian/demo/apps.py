from django.apps import AppConfig


class DemoConfig(AppConfig):
    """A believable city."""

    name = "yunjian.demo"
    verbose_name = "演示城市"
