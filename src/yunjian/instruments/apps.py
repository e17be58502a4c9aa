from django.apps import AppConfig


class InstrumentsConfig(AppConfig):
    """Analysers and samplers, their filing and their life."""

    name = "yunjian.instruments"
    verbose_name = "仪器"

    def ready(self) -> None:
        from yunjian.evidence import vocabulary
        from yunjian.instruments import events, fields, subscribers  # noqa: F401 - it registers itself
        from yunjian.records.fields import register

        register(*fields.SPECIFICATIONS)

        vocabulary.register(
            verbs=events.SENTENCES, objects=events.OBJECTS, former=events.FORMER_OBJECTS
        )
