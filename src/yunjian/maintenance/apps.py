from django.apps import AppConfig


class MaintenanceConfig(AppConfig):
    """THE WORK."""

    name = "yunjian.maintenance"
    verbose_name = "运维"
