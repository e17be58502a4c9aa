from django.apps import AppConfig


class MaintenanceConfig(AppConfig):
    """THE WORK."""

    name = "yunjian.maintenance"
    verbose_name = "运维"

    def ready(self) -> None:
        from yunjian.evidence import vocabulary
        from yunjian.library.selectors.sheets import published_sheets
        from yunjian.maintenance import events, fields
        from yunjian.records.fields import register
        from yunjian.standards import sheets

        register(*fields.SPECIFICATIONS)
        vocabulary.register(verbs=events.SENTENCES, objects=events.OBJECTS)
        sheets.register_source(published_sheets)
