from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class RecordsConfig(AppConfig):
    """What every kept record shares."""

    name = "yunjian.records"
    verbose_name = "记录"

    def ready(self) -> None:
        post_migrate.connect(_after_migrate, sender=self, dispatch_uid="yunjian.records")


def _after_migrate(**_options: Any) -> None:
    from yunjian.records.dictionaries import enter_missing

    enter_missing()
