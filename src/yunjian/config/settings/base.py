"""What holds everywhere. Secrets and addresses come from the environment."""

from pathlib import Path
from urllib.parse import urlsplit

import django_stubs_ext
import environ

django_stubs_ext.monkeypatch()

env = environ.Env()

PACKAGE_DIR = Path(__file__).resolve().parents[2]
PROJECT_DIR = PACKAGE_DIR.parents[1]
VAR_DIR = Path(env.str("YUNJIAN_VAR", default=str(PROJECT_DIR / "var")))

DEBUG = False
SECRET_KEY = env.str("YUNJIAN_SECRET_KEY", default="")
# seals what must be read again (secrets of authenticators); without it SECRET_KEY does
ENCRYPTION_KEYS: list[str] = env.list(
    "YUNJIAN_ENCRYPTION_KEYS",
    default=env.list("YUNJIAN_VAULT_KEYS", default=[]),  # its name before 0.2
)
ALLOWED_HOSTS: list[str] = env.list("YUNJIAN_HOSTS", default=[])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("YUNJIAN_ORIGINS", default=[])
PUBLIC_BASE_URL = env.str("YUNJIAN_PUBLIC_URL", default="http://127.0.0.1:8000")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "pgtrigger",
    "procrastinate.contrib.django",
    "yunjian.kernel",
    "yunjian.access",
    "yunjian.evidence",
    "yunjian.messaging",
    "yunjian.wechat",
    "yunjian.records",
    "yunjian.web",
    "django.forms",  # templates of widgets for our form renderer; those of `web` come first
    "yunjian.identity",
    "yunjian.certificates",
    "yunjian.library",
    "yunjian.sources",
    "yunjian.instruments",
    "yunjian.agencies",
    "yunjian.maintenance",
    "yunjian.verification",
    "yunjian.credit",
    "yunjian.supervision",
    "yunjian.administration",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "yunjian.web.middleware.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "yunjian.web.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "yunjian.identity.middleware.ActorMiddleware",
    "yunjian.web.middleware.RefusalMiddleware",
]

ROOT_URLCONF = "yunjian.config.urls"
WSGI_APPLICATION = "yunjian.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "yunjian.web.context_processors.frame",
            ],
        },
    },
]

DATABASES = {
    "default": {
        **env.db_url("DATABASE_URL", default="postgresql:///yunjian"),
        "ENGINE": "yunjian.access.database",  # Django's, which sets who acts for row policies
        "CONN_MAX_AGE": env.int("YUNJIAN_CONN_MAX_AGE", default=300),
        "CONN_HEALTH_CHECKS": True,
    }
}
# prepared statements: planning the joins of a submission costs more than running them
DATABASES["default"].setdefault("OPTIONS", {}).update(
    {"server_side_binding": True, "prepare_threshold": 3}
)
# the program works as a role that owns nothing and that row-level security holds for: a login of
# its own where DATABASE_OWNER_URL names the owner's, else a role that the login steps down to
DATABASE_ROLE = env.str("YUNJIAN_DATABASE_ROLE", default="yunjian_app")
if "YUNJIAN_DATABASE_OWNER_URL" in env.ENVIRON:
    _owner = env.db_url("YUNJIAN_DATABASE_OWNER_URL")
    DATABASES["default"]["OWNER"] = {
        name: _owner[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")
    }
    DATABASE_ROLE = DATABASES["default"]["USER"]
else:
    DATABASES["default"]["OPTIONS"]["assume_role"] = DATABASE_ROLE
if env.bool("YUNJIAN_PGBOUNCER", default=False):  # in transaction mode a session is nobody's own
    DATABASES["default"] |= {"POOLED": True, "DISABLE_SERVER_SIDE_CURSORS": True}
    DATABASES["default"]["OPTIONS"]["prepare_threshold"] = None
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "identity.Account"
AUTHENTICATION_BACKENDS = ["yunjian.identity.backends.AccountBackend"]
PASSWORD_HASHERS = ["yunjian.identity.hashers.Argon2Hasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "yunjian.identity.validators.LongEnough", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "yunjian.identity.validators.NotEasilyGuessed"},
    {"NAME": "yunjian.identity.validators.NotUsedBefore", "OPTIONS": {"last": 5}},
]
# where people prove who they are: nobody acts there, also while somebody is signed in
UNAUTHENTICATED_PATHS = (
    "/signin/",
    "/certificate/",
    "/api/v1/session",
    "/api/v1/bindings",
    "/api/v1/wechat/",
)
LOGIN_URL = "identity:signin"
SESSION_ENGINE = "yunjian.identity.session_store"
SESSION_COOKIE_NAME = "yunjian_session"
SESSION_COOKIE_AGE = 8 * 3600  # of a browser that has not signed in; see SESSION_LIMITS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "yunjian.web.views.csrf_failed"
DEVICE_COOKIE_NAME = "yunjian_device"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [PACKAGE_DIR / "locale"]
LANGUAGE_COOKIE_NAME = "yunjian_language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATIC_ROOT: Path | None = None  # the finders serve them; production collects them
H5_DIST_DIR = PROJECT_DIR / "h5" / "dist"
STORAGES = {
    "default": {
        "BACKEND": "yunjian.evidence.storage.WholeFileStorage",
        "OPTIONS": {"location": str(VAR_DIR / "files")},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Yunjian's own settings; each is an assumption that an operator may change
EVIDENCE_DIGEST = env.str("YUNJIAN_DIGEST", default="sha256")
# the transparency log: its name, which its checkpoints begin with, and the files of its keys
LOG_ORIGIN = env.str(
    "YUNJIAN_LOG_ORIGIN", default=f"{urlsplit(PUBLIC_BASE_URL).hostname}/yunjian-log"
)
LOG_KEYS: list[str] = env.list("YUNJIAN_LOG_KEYS", default=[])
# where its checkpoints are written each hour: best a folder that another machine keeps
LOG_FOLDER = Path(env.str("YUNJIAN_LOG_FOLDER", default=str(VAR_DIR / "checkpoints")))
# how many proxies of our own stand in front: their X-Forwarded-For is believed
PROXIES = env.int("YUNJIAN_PROXIES", default=0)
# minutes unused and hours in all until a session is over, by kind of organisation; "phone" is
# what came through WeChat
SESSION_LIMITS = {
    "discharger": (env.int("YUNJIAN_IDLE_MINUTES", default=120), 12),
    "agency": (env.int("YUNJIAN_IDLE_MINUTES", default=120), 12),
    "authority": (env.int("YUNJIAN_IDLE_MINUTES_AUTHORITY", default=30), 10),
    "operator": (env.int("YUNJIAN_IDLE_MINUTES_AUTHORITY", default=30), 8),
    "phone": (7 * 24 * 60, 30 * 24),
}
# whose people must have an authenticator
SECOND_FACTOR_KINDS = ("authority", "operator")
# and in the other kinds of organisations who holds one of these roles: "agency:owner+manager,…"
SECOND_FACTOR_ROLES = {
    kind: roles.split("+")
    for kind, _, roles in (
        one.partition(":") for one in env.list("YUNJIAN_SECOND_FACTOR_ROLES", default=[])
    )
}
PASSWORD_MAX_AGE_DAYS = env.int("YUNJIAN_PASSWORD_DAYS", default=180)  # 0: they never get old
ONE_TIME_PASSWORD_HOURS = 72
RESET_REQUEST_HOURS = 24  # until when another administrator confirms a reset
SIGNIN_LOG_DAYS = 400
# how often something may be tried: (tries, seconds)
RATE_LIMITS = {
    # wrong passwords and codes: of an account from one address (or device), of an account from
    # wherever, from an address for whatever account
    "tries": (8, 900),
    "tries_account": (60, 3600),
    "tries_address": (300, 3600),
    "signin": (30, 300),  # with a certificate
    "challenge": (30, 300),
    "binding": (10, 600),
    "messages": (60, 3600),
}
# tiles behind the maps, "https://…/{z}/{x}/{y}.png" in WGS84 (Web Mercator); none: outlines only
MAP_TILE_URL = env.str("YUNJIAN_MAP_TILES", default="")
# how long reports and their original records are kept, where that is longer than the law asks
REPORT_YEARS = env.int("YUNJIAN_REPORT_YEARS", default=0)
VISIT_FAR_METRES = 500
VISIT_BACKDATE_DAYS = 7
HOLIDAYS_FILE = env.str("YUNJIAN_HOLIDAYS", default="")  # else the table that ships
FILING_REVIEW_WORKDAYS = 10
FILING_AFTER_ACCEPTANCE_WORKDAYS = 5  # 《污染源自动监控管理办法》
CERTIFICATE_REMINDER_DAYS = (60, 30, 7)
IMPORT_MAX_BYTES = 5 * 1024 * 1024
IMPORT_MAX_ROWS = 500
ATTACHMENT_MAX_BYTES = 10 * 1024 * 1024
ATTACHMENT_MAX_PIXELS = 40_000_000
# files that come in parts: how large a PDF may be by what it is for, how much of one organisation
# may be under way, how long an upload may rest, and the room on the disk that they leave alone
UPLOAD_MAX_BYTES = {
    "report": env.int("YUNJIAN_UPLOAD_MB", default=100) * 2**20,
    "original": env.int("YUNJIAN_UPLOAD_MB", default=100) * 2**20,
}
UPLOAD_OPEN_BYTES = 2**30
UPLOAD_OPEN_FILES = 40
UPLOAD_HOURS = 48
UPLOAD_SPARE_BYTES = env.int("YUNJIAN_UPLOAD_SPARE_MB", default=512) * 2**20

# 法人一证通: whom we trust (certificates and their profiles), and the program beside the browser
CERTIFICATE_AUTHORITIES = env.str(
    "YUNJIAN_CERTIFICATE_AUTHORITIES", default=str(VAR_DIR / "certificates" / "authorities")
)
CERTIFICATE_LISTS = env.str(
    "YUNJIAN_CERTIFICATE_LISTS", default=str(VAR_DIR / "certificates" / "lists")
)
CERTIFICATE_CHALLENGE_SECONDS = 120
CERTIFICATE_KEY_SERVICE = env.str("YUNJIAN_CERTIFICATE_KEY_SERVICE", default="")
CERTIFICATE_KEY_ADAPTER = env.str("YUNJIAN_CERTIFICATE_KEY_ADAPTER", default="sof")
CERTIFICATE_KEY_SCRIPT = env.str("YUNJIAN_CERTIFICATE_KEY_SCRIPT", default="")
CERTIFICATE_ALLOW_DEMO = False  # only the demo's settings and the tests' say otherwise

WECHAT_APP_ID = env.str("YUNJIAN_WECHAT_APP_ID", default="")
WECHAT_APP_SECRET = env.str("YUNJIAN_WECHAT_APP_SECRET", default="")
WECHAT_OPEN_BASE = env.str("YUNJIAN_WECHAT_OPEN_BASE", default="https://open.weixin.qq.com")
WECHAT_API_BASE = env.str("YUNJIAN_WECHAT_API_BASE", default="https://api.weixin.qq.com")
# where pages load the JS-SDK from: the only foreign host that the phone's pages may use
WECHAT_JS_BASE = env.str("YUNJIAN_WECHAT_JS_BASE", default="https://res.wx.qq.com")
# kind of message → template; a kind with a subscription template (订阅通知) uses that one
WECHAT_TEMPLATE_IDS: dict[str, str] = env.dict("YUNJIAN_WECHAT_TEMPLATES", default={})
WECHAT_SUBSCRIPTION_IDS: dict[str, str] = env.dict("YUNJIAN_WECHAT_SUBSCRIPTIONS", default={})
# 服务器配置: Token and EncodingAESKey; without them the callback address is not there
WECHAT_CALLBACK_TOKEN = env.str("YUNJIAN_WECHAT_CALLBACK_TOKEN", default="")
WECHAT_AES_KEY = env.str("YUNJIAN_WECHAT_AES_KEY", default="")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "procrastinate": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
    },
}
