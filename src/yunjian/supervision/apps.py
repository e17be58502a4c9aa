from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    """Review queues, ledger and workbench of the authority."""

    name = "yunjian.supervision"
    verbose_name = "监管"
