"""Every write about certificates."""

from yunjian.certificates.services.challenges import (
    challenge_issue,
    challenge_use,
    challenges_forget,
)
from yunjian.certificates.services.lists import LoadReport, lists_load
from yunjian.certificates.services.registration import agency_register
from yunjian.certificates.services.sign_in import certificate_sign_in, certificate_turn_away

__all__ = [
    "LoadReport",
    "agency_register",
    "certificate_sign_in",
    "certificate_turn_away",
    "challenge_issue",
    "challenge_use",
    "challenges_forget",
    "lists_load",
]
