"""What the loader of packs finds wrong, in the language of the page and at the form's field."""

from yunjian.kernel.errors import FieldError, InvalidInput
from yunjian.kernel.languages import localized
from yunjian.library.domain.labels import unit_text
from yunjian.standards.rules import InvalidPack, Problem
from yunjian.standards.rules.packs import Pack


def sentence(problem: Problem) -> str:
    """Return what is wrong, in the language of the page and with units as people write them."""
    shown = {
        name: unit_text(text) if name == "unit" else text
        for name, text in problem.parameters.items()
    }
    return localized(Problem(problem.reason, problem.path, shown).message)


def located_sentence(error: InvalidPack) -> str:
    """Return the row, the value of it where one is known, and what is wrong there."""
    place = f"{error.problem.place} " if error.problem.path else ""
    return f"{error.row}：{place}{sentence(error.problem)}"


def field_path(error: InvalidPack) -> str:
    """Return the field of the form that a problem belongs to; empty for the row as a whole.

    A band is `bands:<unit>:#<its place>`, or `bands:<unit>:<bound>` for the bands that meet there.
    """
    problem = error.problem
    match problem.path:
        case ("criteria", str(unit), int(place), *_):
            return f"bands:{unit}:#{place}"
        case ("criteria", str(unit), *_):
            return f"bands:{unit}:{problem.parameters.get('at', '')}"
        case (first, *_):
            return str(first)
    return error.row if error.row in Pack.model_fields else ""


def as_invalid_input(error: InvalidPack) -> InvalidInput:
    """Return the refusal that names the row and the value in question."""
    field = FieldError(field_path(error), error.problem.reason, sentence(error.problem))
    return InvalidInput(located_sentence(error), errors=[field])
