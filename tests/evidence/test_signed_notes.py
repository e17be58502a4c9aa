"""Signed notes and checkpoints: what is signed is read again, and nothing else is."""

import base64
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from yunjian.evidence.transparency.checkpoint import Checkpoint, opened
from yunjian.evidence.transparency.merkle import HASH_SIZE
from yunjian.evidence.transparency.signed_note import (
    COSIGNATURE,
    InvalidNote,
    Signer,
    Verifier,
    split,
    text_signed_by,
)

ORIGIN = "yunjian.example/log"
SIGNER = Signer(ORIGIN, Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
WITNESS = Signer("bureau.example/witness", Ed25519PrivateKey.from_private_bytes(bytes(32)))
OTHER = Signer(ORIGIN, Ed25519PrivateKey.from_private_bytes(bytes([7] * 32)))
POINT = Checkpoint(ORIGIN, 1234, bytes(range(100, 132)))
SECONDS = 1_795_910_400
CONTROL = [chr(code) for code in range(32) if code != ord("\n")]

texts = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters=CONTROL), max_size=60
).map(lambda text: text + "\n")


def test_a_checkpoint_is_written_as_others_read_it() -> None:
    note = POINT.signed(SIGNER)
    lines = note.split("\n")
    assert lines[:4] == [ORIGIN, "1234", base64.b64encode(POINT.root).decode(), ""]
    assert lines[4].startswith(f"— {ORIGIN} ")
    assert lines[5:] == [""]
    assert opened(note, ORIGIN, [SIGNER.verifier()]) == POINT


@given(texts)
def test_a_signed_text_is_read_again(text: str) -> None:
    assert text_signed_by(SIGNER.sign(text), [SIGNER.verifier()]) == text


@given(texts, st.data())
def test_no_character_of_a_note_can_be_another(text: str, data: st.DataObject) -> None:
    note = SIGNER.sign(text)
    place = data.draw(st.integers(min_value=0, max_value=len(note) - 1))
    other = data.draw(st.characters(exclude_characters=[note[place]]))
    altered = note[:place] + other + note[place + 1 :]
    with pytest.raises(InvalidNote):
        text_signed_by(altered, [SIGNER.verifier()])


def test_a_key_of_the_same_name_is_another_signer() -> None:
    with pytest.raises(InvalidNote, match="nobody"):
        text_signed_by(OTHER.sign("text\n"), [SIGNER.verifier()])
    assert text_signed_by(OTHER.sign("text\n"), [SIGNER.verifier(), OTHER.verifier()]) == "text\n"


def test_a_witness_says_when_it_saw_a_checkpoint_and_the_log_still_signs_it() -> None:
    seen = WITNESS.cosign(POINT.signed(SIGNER), SECONDS)

    text, signatures = split(seen)
    assert [name for name, _identity, _signature in signatures] == [ORIGIN, WITNESS.name]
    assert WITNESS.verifier(COSIGNATURE).time_signed(text, signatures[1][2]) == SECONDS
    assert opened(seen, ORIGIN, [SIGNER.verifier()]) == POINT
    assert opened(seen, ORIGIN, [WITNESS.verifier(COSIGNATURE)]) == POINT
    later = (SECONDS + 1).to_bytes(8) + signatures[1][2][8:]
    with pytest.raises(InvalidNote):  # the time is signed as well
        WITNESS.verifier(COSIGNATURE).time_signed(text, later)


def test_a_wrong_signature_of_a_known_signer_is_not_passed_over() -> None:
    _text, [(_name, _identity, of_another)] = split(OTHER.sign("another text\n"))
    wrong = base64.b64encode(OTHER.verifier().identity + of_another).decode()
    note = SIGNER.sign("text\n") + f"— {ORIGIN} {wrong}\n"

    assert text_signed_by(note, [SIGNER.verifier()]) == "text\n"  # whose key is not known
    with pytest.raises(InvalidNote):
        text_signed_by(note, [SIGNER.verifier(), OTHER.verifier()])


@pytest.mark.parametrize("kind", [1, COSIGNATURE])
def test_a_verifier_key_is_read_as_it_is_written(kind: int) -> None:
    verifier = SIGNER.verifier(kind)
    assert Verifier.parse(f"{verifier}\n") == verifier
    assert str(verifier).count("+") >= 2


WRONG_KEYS: dict[str, Callable[[str], str]] = {
    "nothing": lambda _key: "",
    "no name": lambda key: key[key.index("+") :],
    "another name": lambda key: f"x{key}",
    "other digits": lambda key: key.replace(SIGNER.verifier().identity.hex(), "00000000"),
    "no base64": lambda key: f"{key}!",
    "a short key": lambda key: key.rpartition("+")[0] + "+AQID",
    "another kind": lambda key: key.rpartition("+")[0] + "+CQID",
}


@pytest.mark.parametrize("how", WRONG_KEYS)
def test_what_is_no_verifier_key_is_refused(how: str) -> None:
    with pytest.raises(InvalidNote):
        Verifier.parse(WRONG_KEYS[how](str(SIGNER.verifier())))


@pytest.mark.parametrize("name", ["", "two words", "a+b", "line\nbreak"])
def test_a_signer_has_a_name_that_fits_into_a_line(name: str) -> None:
    with pytest.raises(InvalidNote):
        Signer(name, SIGNER.private).verifier()


@pytest.mark.parametrize("text", ["", "no end of line", "a\ttab\n", "\x00\n", "\ud800\n"])
def test_a_text_that_notes_cannot_have_is_not_signed(text: str) -> None:
    with pytest.raises(InvalidNote):
        SIGNER.sign(text)


@pytest.mark.parametrize(
    "note",
    [
        "",
        "text\n",
        "text\n\n",
        "text\n\nno signature\n",
        f"text\n\n— {ORIGIN} AAAA\n",
        f"text\n\n— {ORIGIN} \n",
        "text\n\n—  AAAAAAAA\n",
        SIGNER.sign("text\n").removesuffix("\n"),
        SIGNER.sign("text\n").replace("\n\n", "\n"),
    ],
)
def test_what_is_no_note_is_refused(note: str) -> None:
    with pytest.raises(InvalidNote):
        text_signed_by(note, [SIGNER.verifier()])


def test_a_signature_of_another_length_is_refused() -> None:
    with pytest.raises(InvalidNote, match="length"):
        SIGNER.verifier().time_signed("text\n", b"short")


ROOT = base64.b64encode(bytes(HASH_SIZE)).decode()


@pytest.mark.parametrize(
    "text",
    [
        f"elsewhere.example/log\n5\n{ROOT}\n",
        f"{ORIGIN}\n5\n",
        f"{ORIGIN}\n-5\n{ROOT}\n",
        f"{ORIGIN}\n05\n{ROOT}\n",
        f"{ORIGIN}\n5 \n{ROOT}\n",
        f"{ORIGIN}\n٥\n{ROOT}\n",
        f"{ORIGIN}\n{'9' * 5000}\n{ROOT}\n",
        f"{ORIGIN}\n\n{ROOT}\n",
        f"{ORIGIN}\n5\n{ROOT[:-4]}\n",
        f"{ORIGIN}\n5\n!{ROOT}\n",
    ],
)
def test_a_signed_text_that_is_no_checkpoint_of_the_log_is_refused(text: str) -> None:
    with pytest.raises(InvalidNote):
        opened(SIGNER.sign(text), ORIGIN, [SIGNER.verifier()])


def test_a_checkpoint_may_say_more() -> None:
    note = SIGNER.sign(POINT.text() + "what else the log says\n")
    assert opened(note, ORIGIN, [SIGNER.verifier()]) == POINT
