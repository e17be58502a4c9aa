from typing import Any

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class AccessConfig(AppConfig):
    """Makes month partitions and row policies once all tables are there."""

    name = "yunjian.access"

    def ready(self) -> None:
        post_migrate.connect(_after_migrate, dispatch_uid="yunjian.access")


def _after_migrate(sender: AppConfig, **_options: Any) -> None:
    from yunjian.access.policy_sync import is_table_owner, sync_policies
    from yunjian.kernel.clock import today
    from yunjian.kernel.partitions import PARTITIONS_AHEAD, PARTITIONS_BACK, ensure_partitions

    with_models = [one for one in apps.get_app_configs() if one.models_module is not None]
    if sender != with_models[-1]:
        return
    ensure_partitions(today() - PARTITIONS_BACK, today() + PARTITIONS_AHEAD)
    # not after a flush, which only empties the tables
    if is_table_owner():
        sync_policies()
