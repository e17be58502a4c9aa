from datetime import timedelta
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class KernelConfig(AppConfig):
    """Keeps the month partitions ahead of time, and the walls standing."""

    name = "yunjian.kernel"

    def ready(self) -> None:
        post_migrate.connect(_after_migrate, dispatch_uid="yunjian.kernel")
        post_migrate.connect(
            _dictionaries_after_migrate, sender=self, dispatch_uid="yunjian.records.dictionaries"
        )


def _dictionaries_after_migrate(**_options: Any) -> None:
    from yunjian.records.dictionaries import enter_missing

    enter_missing()


def _after_migrate(sender: AppConfig, **_options: Any) -> None:
    from django.apps import apps

    from yunjian.access.policy_sync import is_table_owner, sync_policies
    from yunjian.kernel.clock import today
    from yunjian.kernel.partitions import ensure_partitions

    # once, after the last app, when every table is there
    if sender == list(apps.get_app_configs())[-1]:
        ensure_partitions(today() - timedelta(days=150), today() + timedelta(days=100))
        if is_table_owner():  # not after a flush, which only empties them
            sync_policies()
