from django.apps import AppConfig


class WechatConfig(AppConfig):
    """wechat."""

    name = "yunjian.wechat"
