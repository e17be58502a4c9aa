from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    """THE EYE."""

    name = "yunjian.supervision"
    verbose_name = "监管"
