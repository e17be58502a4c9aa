from django.apps import AppConfig


class AgenciesConfig(AppConfig):
    """The registration of agencies, and their contracts."""

    name = "yunjian.agencies"
    verbose_name = "运维机构"

    def ready(self) -> None:
        from yunjian.agencies import events, fields
        from yunjian.evidence import vocabulary
        from yunjian.records.fields import register

        register(*fields.SPECIFICATIONS)
        vocabulary.register(verbs=events.SENTENCES, objects=events.OBJECTS)
