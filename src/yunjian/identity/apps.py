from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """WHO."""

    name = "yunjian.identity"
    verbose_name = "身份"

    def ready(self) -> None:
        from yunjian.identity import channels, listeners  # noqa: F401 - they register themselves
