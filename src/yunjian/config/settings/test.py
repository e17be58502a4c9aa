"""Tests: a PostgreSQL of their own, thrown away at the end; quick password hashing."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from yunjian.config.embedded import EmbeddedDatabase

_scratch = Path(tempfile.mkdtemp(prefix="yunjian-test-"))
_scratch.chmod(0o755)
atexit.register(shutil.rmtree, _scratch, ignore_errors=True)  # runs after the server stopped
if "DATABASE_URL" not in os.environ:
    _database = EmbeddedDatabase(_scratch / "pg", durable=False)
    os.environ["DATABASE_URL"] = _database.start()
    _owner = os.getpid()

    def _stop() -> None:
        if os.getpid() == _owner:
            _database.stop()

    atexit.register(_stop)
os.environ["YUNJIAN_VAR"] = str(_scratch)

from yunjian.config.settings.base import *  # noqa: E402

INSTALLED_APPS = [*INSTALLED_APPS, "yunjian.demo"]
SECRET_KEY = "test-only-" + "x" * 50
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "testserver"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DATABASES["default"]["CONN_MAX_AGE"] = 0
# the database is made by its owner; tests/conftest.py steps down to the role afterwards
DATABASES["default"]["OPTIONS"].pop("assume_role", None)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = False
WECHAT_APP_ID = "wxtest0000000000"
WECHAT_APP_SECRET = "test-only-secret"
WECHAT_OPEN_BASE = "http://127.0.0.1:9"  # nothing listens there unless a test says so
WECHAT_API_BASE = "http://127.0.0.1:9"
CERTIFICATE_ALLOW_DEMO = True
# each client of a test would look at every static file before its first request
WHITENOISE_AUTOREFRESH = True
