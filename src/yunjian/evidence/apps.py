from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    """Attachments, the log of events, its verification, copies of record."""

    name = "yunjian.evidence"
    verbose_name = "证据"

    def ready(self) -> None:
        from yunjian.evidence import events, vocabulary

        vocabulary.register(verbs=events.SENTENCES, objects=events.OBJECTS)
