from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """Organisations, accounts, roles, sign-in and sessions."""

    name = "yunjian.identity"
    verbose_name = "身份"

    def ready(self) -> None:
        from yunjian.evidence import vocabulary
        from yunjian.identity import channels, events, fields, subscribers  # noqa: F401 - they register themselves
        from yunjian.records.fields import register

        register(*fields.SPECIFICATIONS)
        vocabulary.register(verbs=events.SENTENCES, objects=events.OBJECTS)
