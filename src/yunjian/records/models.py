"""Lists that people choose from (see `dictionaries`)."""

from django.db import models

from yunjian.access.row_policies import Unrestricted
from yunjian.access.scope import IdModel


class DictionaryEntry(IdModel):
    """A value that people choose from a list (see `dictionaries`): a code that rows hold, and what
    it is called.

    Stated by the rooms, kept by administrators. Never deleted, its code never changed: rows of the
    past hold it.
    """

    dictionary = models.CharField(max_length=60)
    code = models.CharField(max_length=40)
    label = models.CharField(max_length=60)
    label_en = models.CharField(max_length=120, blank=True)
    order = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True, help_text="offered for new rows")

    row_policy = Unrestricted("lists that everybody chooses from")

    class Meta:
        ordering = ["dictionary", "order", "code"]
        constraints = [
            models.UniqueConstraint(fields=["dictionary", "code"], name="dictionary_entry_once"),
        ]

    def __str__(self) -> str:
        return self.label
