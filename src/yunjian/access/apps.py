from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from yunjian.kernel.apps import is_last_to_migrate


class AccessConfig(AppConfig):
    """Brings the row policies in the database to what the models state."""

    name = "yunjian.access"

    def ready(self) -> None:
        post_migrate.connect(_after_migrate, dispatch_uid="yunjian.access")


def _after_migrate(sender: AppConfig, **_options: Any) -> None:
    from yunjian.access.policy_sync import is_table_owner, sync_policies

    # not after a flush, which only empties the tables
    if is_last_to_migrate(sender) and is_table_owner():
        sync_policies()
