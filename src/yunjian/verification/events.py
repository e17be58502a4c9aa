"""What can happen here, and what people call it."""

from yunjian.evidence.vocabulary import Verbs
from yunjian.kernel.languages import Text

SENTENCES = Verbs()

OBJECTS: dict[str, Text] = {}
