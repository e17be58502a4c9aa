"""A form that was sent in sight of an older version of its row: nothing that was typed is lost."""

from typing import Any

from django import forms

from yunjian.records.versions import Change, Versioned, others


class VersionedForm(forms.BaseForm):
    """Carries the version of the row that its person saw."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"] = forms.IntegerField(required=False, widget=forms.HiddenInput())

    @property
    def seen_version(self) -> int | None:
        """Return the version that the person saw; None when the form does not say."""
        version: int | None = self.cleaned_data.get("version")
        return version


def others_changed(form: Any, row: Versioned) -> list[Change]:
    """Return what others changed of a row while its form was open.

    From here on the form is in sight of the present version, so that sending it again writes it.
    """
    seen = form.cleaned_data.get("version") or 0
    current = type(row)._base_manager.values_list("version", flat=True).get(pk=row.pk)  # noqa: SLF001 - documented
    form.data = form.data.copy()
    form.data["version"] = str(current)
    return others(row, seen)
