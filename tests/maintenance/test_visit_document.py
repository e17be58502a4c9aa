"""What a signature binds to: the whole document of a visit, written out, and every fact of it."""

import hashlib
import json
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from yunjian.evidence.models import Attachment
from yunjian.kernel.clock import SHANGHAI
from yunjian.maintenance.models import RecordSheet, Visit
from yunjian.maintenance.selectors.documents import content_digest


def key(number: int) -> UUID:
    return UUID(f"00000000-0000-7000-8000-{number:012}")


def moment(hour: int) -> datetime:
    return datetime(2026, 11, 27, hour, 30, 0, 250000, SHANGHAI)


def visit(**changes: Any) -> Visit:
    facts: dict[str, Any] = {
        "id": key(1),
        "task_id": key(2),
        "point_id": key(3),
        "agency_id": key(4),
        "discharger_id": key(5),
        "engineer_id": key(6),
        "signed_in_at": moment(9),
        "sign_in_longitude": 121.6004,
        "sign_in_latitude": 31.2002,
        "sign_in_photo_id": key(7),
        "signed_out_at": moment(11),
        "sign_out_longitude": 121.6,
        "sign_out_latitude": 31.2,
        "submitted_at": moment(12),
        "participants": ["李建国", "赵工"],
        "note": "已清洗探头",
        "warnings": ["定位精度较差"],
        "verdict": "attention",
    }
    return Visit(**facts | changes)


def sheet(**changes: Any) -> RecordSheet:
    facts: dict[str, Any] = {
        "id": key(8),
        "definition": "hj75-g1@1",
        "answers": {"measured": {"so2": 12.4, "o2": 20.0}, "series": [[20.0, 2.5], "x"]},
        "results": {"verdict": "attention"},
        "verdict": "attention",
    }
    return RecordSheet(**facts | changes)


def attachment(**changes: Any) -> Attachment:
    return Attachment(**{"id": key(9), "digest": "sha256:aa"} | changes)


GOLDEN = {
    "visit": str(key(1)),
    "task": str(key(2)),
    "point": str(key(3)),
    "agency": str(key(4)),
    "discharger": str(key(5)),
    "engineer": str(key(6)),
    "signed_in_at": "2026-11-27T01:30:00.250000+00:00",
    "sign_in": ["121.6004000", "31.2002000"],
    "sign_in_photo": str(key(7)),
    "signed_out_at": "2026-11-27T03:30:00.250000+00:00",
    "sign_out": ["121.6000000", "31.2000000"],
    "submitted_at": "2026-11-27T04:30:00.250000+00:00",
    "participants": ["李建国", "赵工"],
    "note": "已清洗探头",
    "warnings": ["定位精度较差"],
    "verdict": "attention",
    "sheets": [
        {
            "id": str(key(8)),
            "definition": "hj75-g1@1",
            "answers": {"measured": {"so2": 12.4, "o2": 20}, "series": [[20, 2.5], "x"]},
            "results": {"verdict": "attention"},
            "verdict": "attention",
        }
    ],
    "attachments": {str(key(9)): "sha256:aa"},
}


def test_the_digest_is_that_of_the_document_written_out() -> None:
    text = json.dumps(GOLDEN, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    digest = content_digest(visit(), [sheet()], [attachment()])

    assert digest == f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


@pytest.mark.parametrize(
    "change",
    [
        {"id": key(99)},
        {"task_id": key(99)},
        {"point_id": key(99)},
        {"agency_id": key(99)},
        {"discharger_id": key(99)},
        {"engineer_id": key(99)},
        {"signed_in_at": moment(8)},
        {"sign_in_longitude": 121.6005},
        {"sign_in_latitude": 31.2003},
        {"sign_in_photo_id": key(99)},
        {"signed_out_at": moment(10)},
        {"sign_out_longitude": 121.7},
        {"sign_out_latitude": 31.3},
        {"submitted_at": moment(13)},
        {"participants": ["李建国"]},
        {"note": ""},
        {"warnings": []},
        {"verdict": "pass"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_another_fact_is_another_digest(change: dict[str, Any]) -> None:
    before = content_digest(visit(), [sheet()], [attachment()])
    assert content_digest(visit(**change), [sheet()], [attachment()]) != before


@pytest.mark.parametrize(
    ("sheets", "attachments"),
    [
        ([], [attachment()]),
        ([sheet(id=key(99))], [attachment()]),
        ([sheet(definition="hj75-g1@2")], [attachment()]),
        ([sheet(answers={"measured": {"so2": 12.5, "o2": 20.0}})], [attachment()]),
        ([sheet(results={"verdict": "pass"})], [attachment()]),
        ([sheet(verdict="pass")], [attachment()]),
        ([sheet()], []),
        ([sheet()], [attachment(id=key(99))]),
        ([sheet()], [attachment(digest="sha256:bb")]),
    ],
)
def test_another_sheet_or_file_is_another_digest(
    sheets: list[RecordSheet], attachments: list[Attachment]
) -> None:
    before = content_digest(visit(), [sheet()], [attachment()])
    assert content_digest(visit(), sheets, attachments) != before
