from django.apps import AppConfig


class MaintenanceConfig(AppConfig):
    """THE WORK."""

    name = "yunjian.maintenance"
    verbose_name = "运维"

    def ready(self) -> None:
        from yunjian.evidence import vocabulary
        from yunjian.maintenance import events

        vocabulary.register(verbs=events.SENTENCES, objects=events.OBJECTS)
