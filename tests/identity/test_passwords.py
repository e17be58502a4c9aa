"""Passwords that anybody would try first are refused, however they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.world import World
from yunjian.identity.domain.passwords import easy_words, is_easily_guessed
from yunjian.identity.validators import one_time_password

pytestmark = pytest.mark.reads_all_rows


@pytest.mark.parametrize(
    "password",
    [
        "Password123!",
        "P@ssw0rd2026",
        "pa55w0rd-1234",
        "adm1n1str4t0r",
        "Qwerty!@#12345",
        "1qaz2wsx3edc",
        "abcdefghijkl",
        "aaaaaaaaaaaab",
        "woaini5201314",
        "Welcome2026Welcome",
        "Yunjian@2026",
        "yunjian-shanghai-2026",
        "Shanghai_20260101",
        "2026pudong2026",
        "SongJiang#huanbao1",
        "ｐａｓｓｗｏｒｄ２０２６",  # full-width signs
        "云间上海浦东环保2026",
        "9876543210abc",
    ],
)
def test_what_anybody_would_try_is_refused(password: str) -> None:
    assert is_easily_guessed(password)


@pytest.mark.parametrize(
    "password",
    [
        "kind-river-4417",
        "another-long-one-77",
        "my-long-password-no-1",
        "7#4Q2!9x8&5z-31",
        "Pudong has 3 windy bridges",
        "correct horse battery staple",
        "云间的雨下了整整三天没有停",
    ],
)
def test_what_somebody_thought_of_is_taken(password: str) -> None:
    assert not is_easily_guessed(password)


@given(
    word=st.sampled_from(sorted(easy_words())), end=st.from_regex(r"[0-9!@#.]{0,8}", fullmatch=True)
)
def test_no_word_of_the_list_gets_through_with_digits_at_its_end(word: str, end: str) -> None:
    assert is_easily_guessed(word.upper() + end)


def test_a_password_to_hand_over_always_passes() -> None:
    assert not any(is_easily_guessed(one_time_password()) for _time in range(200))


@pytest.mark.parametrize(
    "new",
    [
        "Factory-Factory-1",  # the account
        "周敏周敏周敏周敏2026年",  # the person: 年 alone is left
        "浦江试验纸业有限公司1",  # the organisation
        "浦东新区浦东新区2026",  # a district of the city
    ],
)
def test_ones_own_names_are_no_password(world: World, new: str) -> None:
    client = world.client(world.discharger_owner)
    values = {"old": world.password, "new": new, "again": new}
    answer = client.post("/account/password/", values)
    assert answer.status_code == 422
    assert "new" in answer.context["form"].errors
    assert "密码太容易猜到" in answer.content.decode()


def test_the_code_of_ones_organisation_is_no_password(world: World) -> None:
    new = f"{world.discharger.uscc}!"
    client = world.client(world.discharger_owner)
    values = {"old": world.password, "new": new, "again": new}
    assert "密码太容易猜到" in client.post("/account/password/", values).content.decode()
