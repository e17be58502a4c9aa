from django.apps import AppConfig


class MessagingConfig(AppConfig):
    """messaging."""

    name = "yunjian.messaging"
