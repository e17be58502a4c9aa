"""Inputs that the browser's own do not do well enough."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

# smaller files go with their form: a line that drops then costs little
RESUMABLE_FROM_BYTES = 2 * 1024 * 1024


class DateInput(forms.DateInput):
    """A date as YYYY-MM-DD with a Chinese calendar; also typed by hand."""

    def __init__(self) -> None:
        attrs = {"data-yj-date": "", "autocomplete": "off", "placeholder": "YYYY-MM-DD"}
        super().__init__(attrs, format="%Y-%m-%d")


class ReasonField(forms.CharField):
    """Why something is done, in two lines of at most 200 characters."""

    def __init__(self, label: "str | _StrPromise") -> None:
        widget = forms.Textarea(attrs={"rows": 2})
        super().__init__(label=label, max_length=200, widget=widget)


class FilterChoiceField(forms.ChoiceField):
    """One of some values in a query row, or all of them; a function is asked for them each time."""

    def __init__(
        self, label: "str | _StrPromise", choices: Iterable[Any] | Callable[[], Iterable[Any]]
    ) -> None:
        def offered() -> list[Any]:
            return [("", _("全部")), *(choices() if callable(choices) else choices)]

        super().__init__(label=label, required=False, choices=offered)


class FilterTextField(forms.CharField):
    """A text in a query row; the placeholder says what it is looked for in."""

    def __init__(
        self,
        label: "str | _StrPromise",
        placeholder: "str | _StrPromise" = "",
        *,
        max_length: int = 60,
    ) -> None:
        widget = forms.TextInput(attrs={"placeholder": placeholder} if placeholder else {})
        super().__init__(label=label, required=False, max_length=max_length, widget=widget)


class DateTimeInput(forms.DateTimeInput):
    """A date and time as YYYY-MM-DD HH:mm with a Chinese calendar."""

    def __init__(self) -> None:
        attrs = {"data-yj-datetime": "", "autocomplete": "off", "placeholder": "YYYY-MM-DD HH:mm"}
        super().__init__(attrs, format="%Y-%m-%d %H:%M")


@dataclass(frozen=True, slots=True)
class SentUpload:
    """A file that came before its form, in parts: the id of its upload, and of its attachment."""

    id: UUID


class ResumableFileInput(forms.FileInput):
    """A file; a large one is sent in parts by `resumable_upload.js`, and the form sends its id."""

    template_name = "web/widgets/resumable_file.html"

    def __init__(self, purpose: str) -> None:
        super().__init__()
        self.purpose = purpose

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Return the file, or else what was sent before; an id that is none counts as nothing."""
        file = super().value_from_datadict(data, files, name)
        if file is not None:
            return file
        try:
            return SentUpload(UUID(data.get(f"{name}-sent", "")))
        except ValueError:
            return None

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Tell whether neither came."""
        return name not in files and f"{name}-sent" not in data

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """Add where parts go, the limits, and the sentences of the script."""
        most = settings.UPLOAD_MAX_BYTES[self.purpose]
        texts = {
            "data-yj-resumable": reverse("api:begin_upload"),
            "data-yj-client": static("vendor/tus.min.js"),
            "data-yj-purpose": self.purpose,
            "data-yj-small": str(RESUMABLE_FROM_BYTES),
            "data-yj-most": str(most),
            "data-yj-too-large": gettext("文件超过 %(limit)s MB，请压缩后再上传")
            % {"limit": most // 2**20},
            "data-yj-pause": gettext("暂停"),
            "data-yj-go-on": gettext("继续上传"),
            "data-yj-resting": gettext("已暂停"),
            "data-yj-waiting": gettext("网络中断，正在重试…"),
            "data-yj-checking": gettext("正在检查文件…"),
            "data-yj-done": gettext("已上传"),
            "data-yj-not-yet": gettext("文件还没有上传完，请等上传完成后再保存"),
            "data-yj-failed": gettext("上传中断。请检查网络，重新选择同一文件即可从中断处继续"),
        }
        context = super().get_context(name, value, {**(attrs or {}), **texts})
        context["widget"]["sent_name"] = f"{name}-sent"
        context["widget"]["sent"] = str(value.id) if isinstance(value, SentUpload) else ""
        return context


class ResumableFileField(forms.FileField):
    """A file of a purpose that allows large ones; `web.uploads.stored` makes its attachment.

    Its value is the file itself, or a `SentUpload`. Without the script the file comes with the
    form, and then it may be as large as every attachment.
    """

    def __init__(self, *, purpose: str, **options: Any) -> None:
        super().__init__(widget=ResumableFileInput(purpose), **options)

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Return what was sent before: unlike a file, it stays in a form that comes back."""
        return data if isinstance(data, SentUpload) else super().bound_data(data, initial)

    def to_python(self, data: Any) -> Any:
        """Return the file, or what was sent before."""
        return data if isinstance(data, SentUpload) else super().to_python(data)

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Return the file, or what was sent before."""
        return data if isinstance(data, SentUpload) else super().clean(data, initial)
