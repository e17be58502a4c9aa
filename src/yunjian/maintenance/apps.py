from django.apps import AppConfig


class MaintenanceConfig(AppConfig):
    """Plans, tasks, visits, record sheets, confirmations."""

    name = "yunjian.maintenance"
    verbose_name = "运维"

    def ready(self) -> None:
        from yunjian.evidence import vocabulary
        from yunjian.maintenance import events, fields, subscribers  # noqa: F401 - it registers itself
        from yunjian.records.fields import register

        register(*fields.SPECIFICATIONS)
        vocabulary.register(verbs=events.SENTENCES, objects=events.OBJECTS)
