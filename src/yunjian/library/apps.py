from django.apps import AppConfig


class LibraryConfig(AppConfig):
    """Versioned definitions that an authority publishes."""

    name = "yunjian.library"
    verbose_name = "规则与记录单"

    def ready(self) -> None:
        from yunjian.evidence import vocabulary
        from yunjian.library import events
        from yunjian.library.selectors.published_packs import published_packs
        from yunjian.library.selectors.sheets import published_sheets
        from yunjian.standards import sheets
        from yunjian.standards.rules import register_source

        vocabulary.register(
            verbs=events.SENTENCES, objects=events.OBJECTS, former=events.FORMER_OBJECTS
        )
        register_source(published_packs)
        sheets.register_source(published_sheets)
