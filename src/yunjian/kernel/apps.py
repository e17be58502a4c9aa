from datetime import timedelta
from typing import Any

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate

PARTITIONS_BACK = timedelta(days=150)
PARTITIONS_AHEAD = timedelta(days=100)


class KernelConfig(AppConfig):
    """Makes the month partitions once all tables are there."""

    name = "yunjian.kernel"

    def ready(self) -> None:
        post_migrate.connect(_after_migrate, dispatch_uid="yunjian.kernel")


def is_last_to_migrate(sender: AppConfig) -> bool:
    """Tell whether `post_migrate` comes for the last app: then every table is there."""
    return sender == [one for one in apps.get_app_configs() if one.models_module is not None][-1]


def _after_migrate(sender: AppConfig, **_options: Any) -> None:
    from yunjian.kernel.clock import today
    from yunjian.kernel.partitions import ensure_partitions

    if is_last_to_migrate(sender):
        ensure_partitions(today() - PARTITIONS_BACK, today() + PARTITIONS_AHEAD)
