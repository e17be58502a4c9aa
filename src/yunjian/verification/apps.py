from django.apps import AppConfig


class VerificationConfig(AppConfig):
    """Comparison and verification reports, recomputed."""

    name = "yunjian.verification"
    verbose_name = "比对与校验报告"

    def ready(self) -> None:
        from yunjian.evidence import vocabulary
        from yunjian.records.fields import register
        from yunjian.verification import events, fields

        register(*fields.SPECIFICATIONS)
        vocabulary.register(verbs=events.SENTENCES, objects=events.OBJECTS)
