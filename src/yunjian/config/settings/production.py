"""Production: TLS in front, every secret from the environment, nothing guessed."""

from django.core.exceptions import ImproperlyConfigured

from yunjian.config.settings.base import *

if len(SECRET_KEY) < 50:  # noqa: PLR2004 - Django's own advice
    raise ImproperlyConfigured("YUNJIAN_SECRET_KEY 未设置或过短（至少 50 个字符）")
if not ALLOWED_HOSTS:
    raise ImproperlyConfigured("YUNJIAN_HOSTS 未设置（例如 jg.example.gov.cn）")

PROXIES = env.int("YUNJIAN_PROXIES", default=1)
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
LANGUAGE_COOKIE_SECURE = True
# a browser takes these from this very host alone, by TLS and for every path: no neighbour below
# the same domain sets them
SESSION_COOKIE_NAME = "__Host-yunjian_session"
DEVICE_COOKIE_NAME = "__Host-yunjian_device"
LANGUAGE_COOKIE_NAME = "__Host-yunjian_language"
CSRF_COOKIE_NAME = "__Host-csrftoken"
SECURE_SSL_REDIRECT = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SILENCED_SYSTEM_CHECKS = ["security.W021"]  # a place on the browsers' lists is the domain's to ask
STATIC_ROOT = VAR_DIR / "static"
STORAGES["staticfiles"] = {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
WHITENOISE_USE_FINDERS = False
CERTIFICATE_ALLOW_DEMO = False
