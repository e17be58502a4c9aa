from django.apps import AppConfig


class MaintenanceConfig(AppConfig):
    """Plans, tasks, visits, record sheets, confirmations."""

    name = "yunjian.maintenance"
    verbose_name = "运维"

    def ready(self) -> None:
        from yunjian.evidence import sealed_records, vocabulary
        from yunjian.evidence.sealed_records import SealedKind
        from yunjian.maintenance import events, fields, subscribers  # noqa: F401 - it registers itself
        from yunjian.maintenance.selectors.documents import sealed_visits, visit_contents
        from yunjian.records.fields import register

        register(*fields.SPECIFICATIONS)
        vocabulary.register(verbs=events.SENTENCES, objects=events.OBJECTS)
        sealed_records.register(
            SealedKind(
                model="maintenance.visit",
                verb=events.VISIT_SUBMITTED,
                key="content_digest",
                contents=visit_contents,
                sealed=sealed_visits,
            )
        )
