from django.apps import AppConfig


class SourcesConfig(AppConfig):
    """Pollution sources, outlets and monitoring points."""

    name = "yunjian.sources"
    verbose_name = "污染源"

    def ready(self) -> None:
        from yunjian.evidence import vocabulary
        from yunjian.sources import events

        vocabulary.register(verbs=events.SENTENCES, objects=events.OBJECTS)
