"""The demo city on one machine: loopback, no TLS, secrets made at first start by the command."""

from yunjian.config.settings.base import *

INSTALLED_APPS = [*INSTALLED_APPS, "yunjian.demo"]
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
DEMO = True
CERTIFICATE_ALLOW_DEMO = True
WECHAT_TEMPLATE_IDS = WECHAT_TEMPLATE_IDS or {"default": "yunjian-demo-notice"}
