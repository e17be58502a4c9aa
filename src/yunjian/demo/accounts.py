"""Sign-ins of the demo city: one password, made at first load, kept beside the data."""

import json
import os
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from yunjian.identity.models import SecondFactor
from yunjian.identity.services.second_factor import code_now
from yunjian.kernel.clock import now
from yunjian.kernel.encryption import decrypt

STEP_SECONDS = 30
CODE_EXAMPLE = "sh01"
FILE = "demo-accounts.json"
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # no letter looks like another


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """A sign-in worth trying, and what is to be seen with it."""

    role: str
    username: str
    name: str
    organization: str
    opens: str
    wechat_user: str = ""


def demo_password() -> str:
    """Return the password for all accounts: from YUNJIAN_DEMO_PASSWORD, or a new one."""
    given = os.environ.get("YUNJIAN_DEMO_PASSWORD", "")
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(3))
    return given or "-".join(groups)


def keep(var_dir: Path, password: str, accounts: list[DemoAccount]) -> None:
    """Write sign-ins where only the owner of the installation reads them (mode 600)."""
    path = var_dir / FILE
    path.unlink(missing_ok=True)
    content = {"password": password, "accounts": [asdict(account) for account in accounts]}
    path.touch(mode=0o600, exist_ok=False)
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2), encoding="utf-8")


def accounts(var_dir: Path) -> tuple[str, list[DemoAccount]]:
    """Return the password and a sign-in for each part; nothing when the file is gone."""
    path = var_dir / FILE
    if not path.exists():
        return "", []
    content = json.loads(path.read_text(encoding="utf-8"))
    return content["password"], [DemoAccount(**row) for row in content["accounts"]]


def current_code(username: str) -> str:
    """Return what the authenticator of a demo account shows; empty when it has none.

    When the code of this half minute was used, it is the next one, which is good already.
    """
    row = SecondFactor.objects.filter(account__username=username).first()
    if row is None:
        return ""
    step = int(now().timestamp()) // STEP_SECONDS
    ahead = 1 if row.last_step >= step else 0
    return code_now(decrypt(row.secret).decode(), ahead=ahead)


def welcome(*, base: str, var_dir: Path, more: Sequence[str] = ()) -> str:
    """Return what `make demo` says when everything runs; `more` are lines of others."""
    password, known = accounts(var_dir)
    lines = ["", f"云间示范城市已就绪 / the demo city is ready: {base}/", ""]
    for account in known:
        phone = f"（微信模拟器中选“{account.wechat_user}”）" if account.wechat_user else ""
        lines.append(
            f"  {account.role:<6}\t{account.username:<10}\t{account.name} · "
            f"{account.organization}\n\t\t{base}{account.opens} {phone}"
        )
    if known:
        lines += ["", f"  密码 / password: {password}"]
        lines += [f"  动态口令 / one-time code: yunjian demo-code {CODE_EXAMPLE}"]
    else:
        lines += [f"  账号文件已不在 {var_dir / FILE} / the file of accounts is gone"]
    lines += [*more, f"  手机端 / phone app: {base}/h5/", "", "  按 Ctrl-C 停止 / Ctrl-C stops", ""]
    return "\n".join(lines)
