"""Certificates of the demo: an authority of its own, and soft keys that the simulator holds."""

import json
import random
import secrets
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from yunjian.access.actor import acting_as, system_actor
from yunjian.certificates.core.certificate import DEMO_MARK
from yunjian.certificates.services.lists import lists_load
from yunjian.certificates.simulator.authority import (
    CA_EXTENSIONS,
    LEAF_EXTENSIONS,
    PROFILE,
    USCC_EXTENSION,
    Algorithm,
    Authority,
    Issued,
    has_openssl,
)
from yunjian.demo.accounts import accounts
from yunjian.demo.codes import uscc
from yunjian.identity.models import Account, Organization

FOLDER = "demo-keys"
INDEX = "keys.json"
NEWCOMER = "晴川演示运维有限公司"
LISTS_LAST = timedelta(days=90)
LISTS_ANEW_AFTER = timedelta(days=7)
KINDS: tuple[Algorithm, ...] = ("sm2", "rsa")


def prepare(var_dir: Path) -> Path | None:
    """Make authority and keys once, keep the revocation lists fresh, and load them.

    Return the folder of the keys; None when the `openssl` program is not installed.
    """
    if not has_openssl():
        return None
    folder = var_dir / FOLDER
    if not _is_current(folder):
        shutil.rmtree(folder, ignore_errors=True)
        _make(folder, var_dir)
    authorities = [Authority(folder / name, kind) for kind in KINDS for name in _names(kind)]
    if _publish(authorities):
        with acting_as(system_actor("示范数据")) as actor:
            lists_load(actor=actor)
    return folder


def welcome(var_dir: Path, base: str) -> list[str]:
    """Return the lines that say how to sign in with a certificate."""
    index = var_dir / FOLDER / INDEX
    if not index.exists():
        return ["  法人一证通演示需要 openssl 程序 / certificates need the openssl program"]
    rows = json.loads(index.read_text(encoding="utf-8"))
    lines = [f"  法人一证通 / certificate: {base}/certificate/  PIN: {rows[0]['pin']}"]
    return [*lines, *(f"\t\t{row['title']}" for row in rows)]


def _is_current(folder: Path) -> bool:
    """Tell whether the keys are there, with certificates that look as the profile says."""
    made_for = folder / PROFILE.name
    same = made_for.exists() and made_for.read_bytes() == PROFILE.read_bytes()
    return same and (folder / INDEX).exists()


def _names(kind: Algorithm) -> tuple[str, str]:
    return f"{kind}-root", f"{kind}-issuing"


def _make(folder: Path, var_dir: Path) -> None:
    """Write authorities and keys; the index comes last, so that half of it counts for nothing."""
    folder.mkdir(parents=True)
    folder.chmod(0o700)
    shutil.copyfile(PROFILE, folder / PROFILE.name)
    issuing: dict[Algorithm, Authority] = {}
    for kind in KINDS:
        root_name, issuing_name = _names(kind)
        subject = f"/C=CN/O=云间演示/OU={DEMO_MARK}/CN=云间演示根证书 {kind.upper()}"
        root = Authority.root(folder / root_name, kind, subject)
        issuing[kind] = root.subordinate(
            folder / issuing_name,
            f"/C=CN/O=云间演示/OU={DEMO_MARK}/CN=云间演示证书机构 {kind.upper()}",
            extensions=("basicConstraints=critical,CA:TRUE,pathlen:0", *CA_EXTENSIONS[1:]),
        )
    first, second = _agencies(var_dir)
    rows = [_issue(issuing["sm2"], "a", first.name, first.uscc, "SM2")]
    rows.append(_issue(issuing["rsa"], "b", second.name, second.uscc, "RSA"))
    newcomers_code = uscc(random.Random(NEWCOMER), "310115")  # noqa: S311 - repeatable on purpose
    rows.append(_issue(issuing["sm2"], "c", NEWCOMER, newcomers_code, "SM2，尚未注册"))
    gone = _issue(issuing["sm2"], "d", first.name, first.uscc, "SM2，已吊销")
    issuing["sm2"].revoke(Issued(folder / gone["certificate"], folder / gone["key"]))
    until = datetime.now(tz=UTC) - timedelta(days=15)
    old = _issue(issuing["rsa"], "e", second.name, second.uscc, "RSA，已过期", until=until)
    rows += [gone, old]
    pin = f"{secrets.randbelow(10**6):06d}"
    index = folder / INDEX
    index.touch(mode=0o600)
    index.write_text(
        json.dumps([{**row, "pin": pin} for row in rows], ensure_ascii=False, indent=2),
        encoding="utf-8",
    )


def _issue(
    authority: Authority,
    name: str,
    company: str,
    code: str,
    note: str,
    *,
    until: datetime | None = None,
) -> dict[str, Any]:
    issued = authority.issue(
        name,
        f"/C=CN/O={company}/CN={company}",
        extensions=(*LEAF_EXTENSIONS, f"{USCC_EXTENSION}=ASN1:UTF8String:{code}"),
        not_before=until - timedelta(days=365) if until else None,
        not_after=until,
    )
    return {
        "container": f"demo-{name}",
        "title": f"{company}（{note}）",
        "certificate": f"{authority.folder.name}/{issued.certificate.name}",
        "key": f"{authority.folder.name}/{issued.key.name}",
    }


def _agencies(var_dir: Path) -> tuple[Organization, Organization]:
    """Return the agency that is worth trying, and another one where there is one."""
    _password, known = accounts(var_dir)
    name = next((row.username for row in known if row.opens == "/agency/"), "")
    account = Account.objects.filter(username=name).select_related("organization").first()
    agencies = list(Organization.unscoped().filter(kind="agency").order_by("created_at", "pk"))
    first = account.organization if account is not None else agencies[0]
    return first, next((one for one in agencies if one.pk != first.pk), first)


def _publish(authorities: list[Authority]) -> bool:
    """Put certificates and fresh lists where the program looks; tell whether any was written."""
    trusted, lists = Path(settings.CERTIFICATE_AUTHORITIES), Path(settings.CERTIFICATE_LISTS)
    changed = False
    for folder in (trusted, lists):
        folder.mkdir(parents=True, exist_ok=True)
    for authority in authorities:
        target = trusted / f"demo-{authority.folder.name}.pem"
        is_new = _write(target, authority.certificate.read_bytes())
        _write(target.with_suffix(".toml"), PROFILE.read_bytes())
        path = lists / f"demo-{authority.folder.name}.crl"
        if is_new or not path.exists() or _age(path) > LISTS_ANEW_AFTER:
            authority.revocation_list(path, next_update=datetime.now(tz=UTC) + LISTS_LAST)
            changed = True
    return changed


def _write(path: Path, content: bytes) -> bool:
    """Write a file that is not so already; tell whether it was written."""
    if path.exists() and path.read_bytes() == content:
        return False
    path.write_bytes(content)
    return True


def _age(path: Path) -> timedelta:
    return datetime.now(tz=UTC) - datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)
