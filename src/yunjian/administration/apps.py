from django.apps import AppConfig


class AdministrationConfig(AppConfig):
    """Organisations, accounts, logs and jobs, for three administrators."""

    name = "yunjian.administration"
    verbose_name = "系统管理"

    def ready(self) -> None:
        from yunjian.administration import events
        from yunjian.evidence import vocabulary

        vocabulary.register(
            verbs=events.SENTENCES, objects=events.OBJECTS, former=events.FORMER_OBJECTS
        )
