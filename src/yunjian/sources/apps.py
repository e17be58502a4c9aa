from django.apps import AppConfig


class SourcesConfig(AppConfig):
    """Pollution sources, outlets and monitoring points."""

    name = "yunjian.sources"
    verbose_name = "污染源"

    def ready(self) -> None:
        from yunjian.evidence import vocabulary
        from yunjian.records.fields import register
        from yunjian.sources import events, fields

        register(*fields.SPECIFICATIONS)
        vocabulary.register(verbs=events.SENTENCES, objects=events.OBJECTS)
