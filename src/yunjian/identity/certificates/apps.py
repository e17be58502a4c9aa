from django.apps import AppConfig


class CertificatesConfig(AppConfig):
    """WHO, by the certificate of a legal person."""

    name = "yunjian.identity.certificates"
    label = "certificates"
    verbose_name = "法人一证通"

    def ready(self) -> None:
        from yunjian.evidence import vocabulary
        from yunjian.identity.certificates import events

        vocabulary.register(verbs=events.SENTENCES, objects=events.OBJECTS)
