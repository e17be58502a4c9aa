"""How forms look in the frame."""

from django.forms.renderers import DjangoTemplates


class FrameFormRenderer(DjangoTemplates):
    """Renders fields with the frame's own templates."""
