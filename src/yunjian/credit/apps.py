from django.apps import AppConfig


class CreditConfig(AppConfig):
    """Credit information of agencies: daily and annual records."""

    name = "yunjian.credit"
    verbose_name = "运维信用评价信息"

    def ready(self) -> None:
        from yunjian.credit import events, fields
        from yunjian.evidence import vocabulary
        from yunjian.records.fields import register

        register(*fields.SPECIFICATIONS)
        vocabulary.register(verbs=events.SENTENCES, objects=events.OBJECTS)
