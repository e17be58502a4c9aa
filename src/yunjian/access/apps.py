from typing import Any

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class AccessConfig(AppConfig):
    """Brings the row policies in the database to what the models state."""

    name = "yunjian.access"

    def ready(self) -> None:
        post_migrate.connect(_after_migrate, dispatch_uid="yunjian.access")


def _after_migrate(sender: AppConfig, **_options: Any) -> None:
    from yunjian.access.policy_sync import is_table_owner, sync_policies

    # after the last app, when every table is there; not after a flush, which only empties them
    if sender == list(apps.get_app_configs())[-1] and is_table_owner():
        sync_policies()
