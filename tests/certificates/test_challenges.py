"""A challenge is used once, also by those who come at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.http import HttpRequest
from django.test import RequestFactory

from yunjian.access.actor import acting_as, system_actor
from yunjian.certificates.domain.refusals import CertificateRefused
from yunjian.certificates.models import Challenge
from yunjian.certificates.services.challenges import challenge_issue, challenge_use

THREADS = 6


def test_of_many_tries_at_one_moment_one_succeeds(transactional_db: None) -> None:
    request = RequestFactory().post("/certificate/challenge/")
    request.session = SessionStore()
    challenge = challenge_issue(request=request)
    start = Barrier(THREADS)
    with ThreadPoolExecutor(THREADS) as pool:
        results = list(pool.map(lambda _: _use(request, challenge, start), range(THREADS)))
    assert sorted(results) == sorted([challenge.text, *["challenge_used"] * (THREADS - 1)])


def _use(request: HttpRequest, challenge: Challenge, start: Barrier) -> str:
    start.wait()
    try:
        with acting_as(system_actor("test")):
            return challenge_use(request=request, challenge_id=str(challenge.pk))
    except CertificateRefused as error:
        return error.code
    finally:
        connection.close()
