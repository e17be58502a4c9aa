from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    """THE EYE."""

    name = "yunjian.supervision"
    verbose_name = "监管"

    def ready(self) -> None:
        from yunjian.evidence import vocabulary
        from yunjian.library import events
        from yunjian.library.selectors.published_packs import published_packs
        from yunjian.standards.rules import register_source

        vocabulary.register(verbs=events.SENTENCES, objects=events.OBJECTS)
        register_source(published_packs)
