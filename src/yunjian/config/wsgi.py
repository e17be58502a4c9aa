"""The WSGI application that granian serves: the pages, the API, and the phone app's files."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yunjian.config.settings.production")

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from whitenoise import WhiteNoise

from yunjian.web.middleware import PHONE_FEATURES, permissions_policy, phone_policy

YEAR = 365 * 24 * 3600
PHONE_POLICY = phone_policy(settings.WECHAT_JS_BASE)
PHONE_PERMISSIONS = permissions_policy(PHONE_FEATURES)


def _phone_headers(headers: dict[str, str], _path: str, url: str) -> None:
    headers["Content-Security-Policy"] = PHONE_POLICY
    headers["Permissions-Policy"] = PHONE_PERMISSIONS
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["X-Content-Type-Options"] = "nosniff"
    # the build names its files after their content, except the page and the service worker
    if "/assets/" in url:
        headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    else:
        headers["Cache-Control"] = "no-cache"


application = WhiteNoise(
    get_wsgi_application(), index_file=True, add_headers_function=_phone_headers
)
if settings.H5_DIST_DIR.is_dir():
    application.add_files(str(settings.H5_DIST_DIR), prefix="h5/")
