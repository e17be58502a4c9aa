from django.apps import AppConfig


class SourcesConfig(AppConfig):
    """WHAT IS WATCHED."""

    name = "yunjian.sources"
    verbose_name = "污染源"
