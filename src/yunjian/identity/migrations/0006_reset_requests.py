"""Resets by the operator's administrators need two of them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import yunjian.kernel.clock
import yunjian.kernel.ids


class Migration(migrations.Migration):
    dependencies = [("identity", "0005_tries_counted_by_access")]

    operations = [
        migrations.CreateModel(
            name="ResetRequest",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=yunjian.kernel.ids.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("forget_authenticator", models.BooleanField(default=False)),
                ("reason", models.CharField(max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("requested", "待确认"),
                            ("confirmed", "已重置"),
                            ("refused", "未予重置"),
                            ("withdrawn", "已撤回"),
                            ("expired", "已过期"),
                        ],
                        default="requested",
                        max_length=12,
                    ),
                ),
                (
                    "requested_at",
                    models.DateTimeField(default=yunjian.kernel.clock.now, editable=False),
                ),
                ("expires_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("refusal", models.CharField(blank=True, max_length=200)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reset_requests",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "requested")),
                        fields=("account",),
                        name="reset_requested_once",
                    )
                ],
            },
        ),
    ]
