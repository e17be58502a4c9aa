"""What the doctor asks about certificates."""

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from yunjian.certificates.core.chain import UnreadableAuthority, read_authorities
from yunjian.certificates.domain.trust import trust_store
from yunjian.certificates.models import RevocationFile
from yunjian.certificates.selectors.authorities import AuthorityState, authority_states

_STATES = {
    "missing": ("没有吊销列表", "no revocation list"),
    "stale": ("吊销列表已过期", "revocation list is past its next update"),
    "soon": ("吊销列表即将过期", "revocation list runs out within 12 hours"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `hint` says what to do when it is not well."""

    name: str
    ok: bool
    zh: str
    en: str
    hint: str = ""


def findings() -> list[Finding]:
    """Look at authorities, their profiles and lists, and whether the demo is trusted."""
    try:
        held = read_authorities(Path(settings.CERTIFICATE_AUTHORITIES))
        unconfigured = trust_store().unconfigured
    except UnreadableAuthority as error:
        return [
            Finding(
                "certificates",
                ok=False,
                zh=f"信任的证书机构文件无法读取：{error}",
                en=f"cannot read an authority: {error}",
                hint="请改正或移走该文件 / mend or remove the file",
            )
        ]
    if not held:
        return [
            Finding("certificates", ok=True, zh="未启用法人一证通登录", en="certificates not used")
        ]
    wrong = any(one.is_of_demo for one in held) and not settings.CERTIFICATE_ALLOW_DEMO
    demo = Finding(
        "certificates",
        ok=not wrong,
        zh="信任目录中有演示证书机构（不会被采用）" if wrong else "已启用法人一证通登录",
        en="a demo authority lies among the trusted ones" if wrong else "certificates are in use",
        hint=f"请从 {settings.CERTIFICATE_AUTHORITIES} 移走 / remove it from there",
    )
    files = (
        Finding(
            "revocation file",
            ok=False,
            zh=f"吊销列表文件 {file.name} 未被采用：{file.problem}",
            en=f"{file.name} was not taken: {file.problem}",
            hint="请重新下载该文件 / fetch the file again",
        )
        for file in RevocationFile.objects.exclude(problem="")
    )
    profiles = (
        Finding(
            "certificate profile",
            ok=False,
            zh=f"{authority.subject}：没有证书配置，其签发的证书不能登录",
            en=f"{authority.subject}: no certificate profile, its certificates sign nobody in",
            hint="请在其证书旁放入同名 .toml 配置 / put its profile (.toml) beside its certificate",
        )
        for authority in unconfigured
    )
    return [demo, *profiles, *map(_list, authority_states()), *files]


def _list(state: AuthorityState) -> Finding:
    good = state.state == "good"
    zh, en = _STATES.get(state.state, ("吊销列表是新的", "revocation list is fresh"))
    return Finding(
        "revocation",
        ok=good,
        zh=f"{state.name}：{zh}",
        en=f"{state.name}: {en}",
        hint=f"请把新的吊销列表放入 {settings.CERTIFICATE_LISTS} / put a fresh list there",
    )
