from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    """THE EYE."""

    name = "yunjian.supervision"
    verbose_name = "监管"

    def ready(self) -> None:
        from yunjian.evidence import vocabulary
        from yunjian.standards.rules import register_source
        from yunjian.supervision import events
        from yunjian.supervision.rules.published import published_packs

        vocabulary.register(verbs=events.SENTENCES, objects=events.OBJECTS)
        register_source(published_packs)
