from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    """THE PROOF."""

    name = "yunjian.evidence"
    verbose_name = "证据"
