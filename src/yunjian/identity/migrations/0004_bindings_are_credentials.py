"""A binding to WeChat says what was proved when it was made; a session says through which it came."""

import django.db.models.deletion
from django.db import migrations, models

SESSION_ENDS = [
    ("signed_out", "本人退出"),
    ("idle", "长时间未操作"),
    ("expired", "超过登录时限"),
    ("elsewhere", "本人在其他设备上结束"),
    ("forced", "管理员强制下线"),
    ("password", "密码已修改或重置"),
    ("closed", "账号或单位已停用"),
    ("replaced", "在同一设备上重新登录"),
    ("unbound", "微信绑定已解除"),
    ("suspended", "微信绑定已暂停"),
]
OUTCOMES = [
    ("opened", "登录成功"),
    ("wrong", "账号或密码不正确"),
    ("wrong_code", "动态口令不正确"),
    ("locked", "因多次输错被锁定"),
    ("too_many", "操作过于频繁"),
    ("disabled", "账号已停用"),
    ("organization", "单位不能登录"),
    ("certificate", "证书未通过"),
    ("suspended", "微信绑定已暂停"),
]
# binding asked for the code of whoever had an authenticator at the time
PROVED = """
UPDATE identity_wechatbinding binding SET with_second_factor = true
FROM identity_secondfactor factor
WHERE factor.account_id = binding.account_id AND factor.confirmed_at <= binding.bound_at
"""
# nobody wrote down through which binding they came: telephones come back by themselves
ENDED = """
UPDATE identity_accountsession SET ended_at = now(), ended_why = 'expired'
WHERE means = 'wechat' AND ended_at IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [("identity", "0003_ordering")]

    operations = [
        migrations.AddField(
            "wechatbinding",
            "with_second_factor",
            models.BooleanField(
                default=False, help_text="a second factor was given when it was made"
            ),
        ),
        migrations.AddField(
            "accountsession",
            "binding",
            models.ForeignKey(
                blank=True,
                help_text="through which it came from WeChat: it lasts no longer than that",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="sessions",
                to="identity.wechatbinding",
            ),
        ),
        migrations.AlterField(
            "accountsession",
            "ended_why",
            models.CharField(blank=True, choices=SESSION_ENDS, max_length=12),
        ),
        migrations.AlterField(
            "signinattempt", "outcome", models.CharField(choices=OUTCOMES, max_length=12)
        ),
        migrations.RunSQL(PROVED, migrations.RunSQL.noop),
        migrations.RunSQL(ENDED, migrations.RunSQL.noop),
    ]
