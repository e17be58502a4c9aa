"""WeChat."""

from django.apps import AppConfig


class WechatConfig(AppConfig):
    """WeChat."""

    name = "yunjian.wechat"
    verbose_name = "微信"
