from django.apps import AppConfig


class AgenciesConfig(AppConfig):
    """WHO MAINTAINS."""

    name = "yunjian.agencies"
    verbose_name = "运维机构"
