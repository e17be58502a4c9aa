"""What a configuration must have before it is called good: `yunjian doctor --production`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import orjson
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.checks import run_checks
from django.core.exceptions import ValidationError
from django.db import connection

from yunjian.access.policy_sync import missing_policies
from yunjian.config.queries import first_value
from yunjian.config.runtime import BACKUP_NOTE
from yunjian.evidence.models import ChainCheck, Event
from yunjian.kernel.clock import now
from yunjian.web.middleware import POLICY

YEAR = 31_536_000
KEY_LENGTH, KEY_SIGNS = 50, 20
TOO_SHORT, COMMON = "k7#mQ2xv9", "qwertyuiop"  # nine characters; ten that many people use
FRESH = timedelta(days=2)
DEMO_ACCOUNTS = "demo-accounts.json"
SECRETS = ("secret.key", DEMO_ACCOUNTS)
WEAK_KEYS = ("django-insecure", "test-only", "bench-", "demo")
_FRAMES = "django.middleware.clickjacking.XFrameOptionsMiddleware"
_CSP = "yunjian.web.middleware.ContentSecurityPolicyMiddleware"


@dataclass(frozen=True, slots=True)
class Demand:
    """One thing that production needs: what, in both languages, how to get it, whether it holds."""

    name: str
    zh: str
    en: str
    hint: str
    holds: Callable[[], bool]


# --- the program


def _key_is_strong() -> bool:
    key = str(settings.SECRET_KEY)
    demo = Path(settings.VAR_DIR) / "secret.key"
    return (
        len(key) >= KEY_LENGTH
        and len(set(key)) >= KEY_SIGNS
        and not key.startswith(WEAK_KEYS)
        and not (demo.exists() and demo.read_text() == key)
    )


def _cookies_are_closed() -> bool:
    sites = {settings.SESSION_COOKIE_SAMESITE, settings.CSRF_COOKIE_SAMESITE}
    return (
        settings.SESSION_COOKIE_SECURE
        and settings.CSRF_COOKIE_SECURE
        and settings.SESSION_COOKIE_HTTPONLY
        and sites <= {"Lax", "Strict"}
    )


def _is_refused(password: str) -> bool:
    try:
        validate_password(password)
    except ValidationError:
        return True
    return False


def _is_https(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" and parts.hostname not in {None, "localhost", "127.0.0.1"}


def _wechat_is_real() -> bool:
    bases = (settings.WECHAT_OPEN_BASE, settings.WECHAT_API_BASE)
    return bool(settings.WECHAT_APP_ID and settings.WECHAT_APP_SECRET) and all(
        _is_https(base) for base in bases
    )


def _secrets_are_closed() -> bool:
    folder = Path(settings.VAR_DIR)
    secrets = [folder / name for name in SECRETS if (folder / name).exists()]
    return not folder.stat().st_mode & 0o022 and not any(
        file.stat().st_mode & 0o077 for file in secrets
    )


def _demo_is_gone() -> bool:
    if getattr(settings, "DEMO", False) or (Path(settings.VAR_DIR) / DEMO_ACCOUNTS).exists():
        return False
    return not Event.unscoped().filter(actor_name="系统（示范数据）").exists()


# --- the database


def _way_is_closed() -> bool:
    connection.ensure_connection()
    assert connection.connection is not None  # noqa: S101 - it has just been made
    pg = connection.connection.pgconn
    return pg.host.startswith(b"/") or bool(pg.ssl_in_use)


def _role_is_held() -> bool:
    return not first_value(
        "SELECT rolsuper OR rolbypassrls OR EXISTS (SELECT FROM pg_class"
        " WHERE relowner = pg_roles.oid AND relnamespace = 'public'::regnamespace)"
        " FROM pg_roles WHERE rolname = current_user"
    )


def _writes_are_kept() -> bool:
    return bool(
        first_value(
            "SELECT bool_and(setting <> 'off') FROM pg_settings"
            " WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit')"
        )
    )


# --- what is done regularly


def _backup_is_fresh() -> bool:
    note = Path(settings.VAR_DIR) / BACKUP_NOTE
    if not note.exists():
        return False
    at = datetime.fromisoformat(orjson.loads(note.read_bytes())["at"])
    return now() - at <= FRESH


def _chains_were_walked() -> bool:
    last = ChainCheck.objects.filter(finished_at__isnull=False).first()
    return (
        last is not None
        and last.finished_at is not None
        and now() - last.finished_at <= FRESH
        and last.broken == []
    )


def _checkpoints_leave_the_house() -> bool:
    folder = Path(settings.LOG_FOLDER).resolve()
    if folder.is_relative_to(Path(settings.VAR_DIR).resolve()) or not folder.is_dir():
        return False
    written = [datetime.fromtimestamp(file.stat().st_mtime, UTC) for file in folder.glob("*.txt")]
    return bool(written) and now() - max(written) <= FRESH


DEMANDS: tuple[Demand, ...] = (
    Demand(
        "debug", "须关闭调试模式", "debug must be off", "DEBUG = False", lambda: not settings.DEBUG
    ),
    Demand(
        "secret key",
        "密钥须为本系统专用的随机值（至少 50 个字符）",
        "the secret key must be random, 50 characters at least, and not the demo's",
        "YUNJIAN_SECRET_KEY=$(python -c 'import secrets; print(secrets.token_urlsafe(64))')",
        _key_is_strong,
    ),
    Demand(
        "hosts",
        "须列明本系统的域名，不可为 *",
        "host names must be listed, without *",
        "YUNJIAN_HOSTS=jg.example.gov.cn",
        lambda: bool(settings.ALLOWED_HOSTS) and "*" not in settings.ALLOWED_HOSTS,
    ),
    Demand(
        "public address",
        "对外地址须为 https",
        "the public address must be https",
        "YUNJIAN_PUBLIC_URL=https://jg.example.gov.cn",
        lambda: _is_https(settings.PUBLIC_BASE_URL),
    ),
    Demand(
        "https",
        "须把 http 转到 https",
        "http must be redirected to https",
        "SECURE_SSL_REDIRECT = True",
        lambda: bool(settings.SECURE_SSL_REDIRECT),
    ),
    Demand(
        "hsts",
        "HSTS 须不少于一年并含子域",
        "HSTS must last a year and include subdomains",
        "SECURE_HSTS_SECONDS = 31536000",
        lambda: settings.SECURE_HSTS_SECONDS >= YEAR and settings.SECURE_HSTS_INCLUDE_SUBDOMAINS,
    ),
    Demand(
        "cookies",
        "Cookie 须仅经 https 发送、脚本不可读、限同站",
        "cookies must be secure, http-only and same-site",
        "SESSION_COOKIE_SECURE, CSRF_COOKIE_SECURE, SESSION_COOKIE_HTTPONLY",
        _cookies_are_closed,
    ),
    Demand(
        "content policy",
        "内容安全策略不可含 unsafe",
        "the content security policy must allow nothing unsafe",
        f"MIDDLEWARE: {_CSP}",
        lambda: _CSP in settings.MIDDLEWARE and "unsafe-" not in POLICY and "'self'" in POLICY,
    ),
    Demand(
        "frames",
        "页面不可被其他网站嵌入",
        "pages must not be framed",
        f"X_FRAME_OPTIONS = 'DENY', MIDDLEWARE: {_FRAMES}",
        lambda: settings.X_FRAME_OPTIONS == "DENY" and _FRAMES in settings.MIDDLEWARE,
    ),
    Demand(
        "password hashes",
        "密码须以 Argon2 保存",
        "passwords must be hashed by Argon2",
        "PASSWORD_HASHERS = ['yunjian.identity.hashers.Argon2Hasher']",
        lambda: "Argon2" in settings.PASSWORD_HASHERS[0],
    ),
    Demand(
        "password rules",
        "密码须不少于 10 位并拒绝常见密码",
        "passwords need 10 characters and must not be common ones",
        "AUTH_PASSWORD_VALIDATORS",
        lambda: _is_refused(TOO_SHORT) and _is_refused(COMMON),
    ),
    Demand(
        "second factor",
        "管理部门和运营人员须使用动态口令",
        "authorities and operators must have a second factor",
        "SECOND_FACTOR_KINDS = ('authority', 'operator')",
        lambda: {"authority", "operator"} <= set(settings.SECOND_FACTOR_KINDS),
    ),
    Demand(
        "demo authority",
        "不可信任演示证书机构",
        "the demo's certificate authority must not be trusted",
        "CERTIFICATE_ALLOW_DEMO = False",
        lambda: not settings.CERTIFICATE_ALLOW_DEMO,
    ),
    Demand(
        "demo data",
        "不可含示范城市的账号和数据",
        "accounts and data of the demo city must not be there",
        "请使用新的数据目录和数据库 / use a new data folder and database",
        _demo_is_gone,
    ),
    Demand(
        "wechat",
        "微信公众号须已配置，地址须为 https",
        "WeChat must be configured, its addresses https",
        "YUNJIAN_WECHAT_APP_ID, YUNJIAN_WECHAT_APP_SECRET",
        _wechat_is_real,
    ),
    Demand(
        "time zone",
        "时区须为 Asia/Shanghai",
        "the time zone must be Asia/Shanghai",
        "TIME_ZONE = 'Asia/Shanghai', USE_TZ = True",
        lambda: settings.TIME_ZONE == "Asia/Shanghai" and settings.USE_TZ,
    ),
    Demand(
        "data folder",
        "数据目录不可由他人写入，密钥文件仅本人可读",
        "nobody else may write the data folder or read its secrets",
        "chmod 755 var; chmod 600 var/secret.key",
        _secrets_are_closed,
    ),
    Demand(
        "database connection",
        "与数据库的连接须经 TLS 或本机套接字",
        "the database must be reached by TLS or a local socket",
        "DATABASE_URL=…?sslmode=verify-full",
        _way_is_closed,
    ),
    Demand(
        "database role",
        "程序使用的数据库角色不可为超级用户、不可绕过行级安全、不可拥有表",
        "the program's role must be no superuser, not bypass row security and own no table",
        "YUNJIAN_DATABASE_ROLE=yunjian_app",
        _role_is_held,
    ),
    Demand(
        "database login",
        "登录数据库的用户不可为超级用户",
        "the database login must be no superuser",
        "DATABASE_URL 用应用角色，YUNJIAN_DATABASE_OWNER_URL 用表的所有者"
        " / log in as the program's role; name the owner of the tables apart",
        lambda: (
            not first_value(
                "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = session_user"
            )
        ),
    ),
    Demand(
        "row security",
        "每个含单位数据的表须启用行级安全",
        "row-level security must stand on every table",
        "yunjian migrate",
        lambda: missing_policies() == [],
    ),
    Demand(
        "durability",
        "数据库须启用 fsync、full_page_writes、synchronous_commit",
        "fsync, full_page_writes and synchronous_commit must be on",
        "ALTER SYSTEM SET fsync = on",
        _writes_are_kept,
    ),
    Demand(
        "backup",
        "最近两天内须有备份",
        "there must be a backup of the last two days",
        "yunjian backup /backup/yunjian-$(date +%F).tar",
        _backup_is_fresh,
    ),
    Demand(
        "chains",
        "最近两天内须验证过证据链且完好",
        "the evidence must have been verified in the last two days, and hold",
        "yunjian worker（每夜验证）/ it verifies every night",
        _chains_were_walked,
    ),
    Demand(
        "log key",
        "透明日志须有单独保管的签名密钥",
        "the transparency log must have a key of its own, kept in a file",
        "openssl genpkey -algorithm ed25519 -out log.pem; YUNJIAN_LOG_KEYS=/etc/yunjian/log.pem",
        lambda: bool(settings.LOG_KEYS),
    ),
    Demand(
        "checkpoints",
        "检查点须写到数据目录之外，且最近两天内写过",
        "checkpoints must be written outside of the data folder, the last within two days",
        "YUNJIAN_LOG_FOLDER=/mnt/witness/yunjian",
        _checkpoints_leave_the_house,
    ),
)


def deployment_problems() -> list[str]:
    """Return what Django's own `check --deploy` says."""
    return [
        f"{result.id}: {result.msg}"
        for result in run_checks(include_deployment_checks=True)
        if not result.is_silenced()
    ]
