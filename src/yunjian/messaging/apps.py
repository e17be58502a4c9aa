"""Messages to people."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    """Messages to people."""

    name = "yunjian.messaging"
    verbose_name = "消息"
