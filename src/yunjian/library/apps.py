from django.apps import AppConfig


class LibraryConfig(AppConfig):
    """Versioned definitions that an authority publishes."""

    name = "yunjian.library"
    verbose_name = "规则、记录单与报告格式"

    def ready(self) -> None:
        from yunjian.evidence import vocabulary
        from yunjian.library import events
        from yunjian.library.selectors.published_packs import published_packs
        from yunjian.library.selectors.report_forms import published_report_forms
        from yunjian.library.selectors.sheets import published_sheets
        from yunjian.standards import reports, sheets
        from yunjian.standards.rules import register_source

        vocabulary.register(
            verbs=events.SENTENCES, objects=events.OBJECTS, former=events.FORMER_OBJECTS
        )
        register_source(published_packs)
        sheets.register_source(published_sheets)
        reports.register_source(published_report_forms)
