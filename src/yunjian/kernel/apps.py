from django.apps import AppConfig


class KernelConfig(AppConfig):
    """The few things every room stands on."""

    name = "yunjian.kernel"
