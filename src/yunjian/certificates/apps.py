from django.apps import AppConfig


class CertificatesConfig(AppConfig):
    """Legal-person certificates."""

    name = "yunjian.certificates"
    label = "certificates"
    verbose_name = "法人一证通"

    def ready(self) -> None:
        from yunjian.certificates import events, fields
        from yunjian.evidence import vocabulary
        from yunjian.records.fields import register

        register(*fields.SPECIFICATIONS)
        vocabulary.register(verbs=events.SENTENCES, objects=events.OBJECTS)
