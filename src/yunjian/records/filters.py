"""Conditions of a query row: what is left empty asks for nothing."""

from functools import reduce
from operator import or_

from django.db.models import Q


def text_filter(text: str, *columns: str) -> Q:
    """Return the condition that one of the columns contains the text, in upper or lower case."""
    if not text:
        return Q()
    return reduce(or_, (Q(**{f"{column}__icontains": text}) for column in columns))


def value_filter(**lookups: object) -> Q:
    """Return the condition that every lookup with a value holds."""
    return Q(**{name: value for name, value in lookups.items() if value})
