"""A phone without a screen: speaks the API as the phone app does, with a Django test client."""

import base64
import hashlib
from datetime import datetime
from io import BytesIO
from typing import Any
from uuid import UUID

import orjson
from django.test import Client
from PIL import Image, ImageDraw

from tests.support.sheet_values import honest_answers
from yunjian.identity.models import Account
from yunjian.kernel.clock import now
from yunjian.kernel.ids import new_id
from yunjian.maintenance.models import Task
from yunjian.standards import sheets


def picture(text: str = "现场", size: tuple[int, int] = (640, 480), kind: str = "JPEG") -> bytes:
    """Draw a small photo."""
    image = Image.new("RGB", size, (118, 144, 160))
    draw = ImageDraw.Draw(image)
    draw.rectangle((40, 40, size[0] - 40, size[1] - 40), outline=(30, 40, 60), width=6)
    draw.text((60, 60), text.encode("ascii", "replace").decode(), fill=(255, 255, 255))
    out = BytesIO()
    image.save(out, kind)
    return out.getvalue()


class Phone:
    """One person's phone."""

    def __init__(self, account: Account) -> None:
        self.http = Client(headers={"user-agent": "MicroMessenger/8.0"})
        self.http.force_login(account, backend="yunjian.identity.backends.AccountBackend")

    def put(
        self,
        path: str,
        body: bytes,
        content_type: str = "application/json",
        device_time: datetime | None = None,
    ) -> Any:
        """Send bytes with their digest, and with what this phone's clock says."""
        value = base64.b64encode(hashlib.sha256(body).digest()).decode()
        return self.http.put(
            f"/api/v1/{path}",
            body,
            content_type=content_type,
            headers={
                "content-digest": f"sha-256=:{value}:",
                "x-device-time": stamp(device_time),
            },
        )

    def get(self, path: str) -> Any:
        """Read."""
        return self.http.get(f"/api/v1/{path}")

    def upload(self, purpose: str = "sign_in", content: bytes | None = None) -> UUID:
        """Upload a picture and return its id."""
        identifier = new_id()
        answer = self.put(
            f"attachments/{identifier}?purpose={purpose}&filename=photo.jpg",
            content or picture(),
            "image/jpeg",
        )
        assert answer.status_code == 201, answer.content.decode()
        return identifier

    def sign_in(self, task: Task, **changes: Any) -> tuple[UUID, Any]:
        """到场签到 at the point; returns the visit's id and the answer."""
        visit_id = new_id()
        return visit_id, self.put(
            f"visits/{visit_id}/sign-in", self.sign_in_body(task, self.upload(), **changes)
        )

    def sign_in_body(self, task: Task, photo_id: UUID, **changes: Any) -> bytes:
        """Return the bytes of a sign-in."""
        body = {
            "task_id": str(task.pk),
            "at": stamp(),
            "position": {
                "longitude": float(task.point.longitude),
                "latitude": float(task.point.latitude),
                "accuracy": 12.0,
                "datum": "WGS84",
            },
            "photo_id": str(photo_id),
        }
        return orjson.dumps({**body, **changes})

    def submission(self, task: Task, **changes: Any) -> bytes:
        """Return the bytes of an honest submission."""
        return honest_submission(task, **changes)


def honest_submission(task: Task, **changes: Any) -> bytes:
    """Return the bytes of a submission with every sheet of the task filled in well."""
    body = {
        "task_id": str(task.pk),
        "signed_out_at": stamp(),
        "sign_out_position": None,
        "participants": [],
        "sheets": [
            {
                "id": str(new_id()),
                "definition": name,
                "answers": honest_answers(sheets.definition(name).source),
                "started_at": stamp(),
                "finished_at": stamp(),
            }
            for name in task.sheets
        ],
        "attachment_ids": [],
        "note": "",
    }
    return orjson.dumps({**body, **changes})


def stamp(at: datetime | None = None) -> str:
    """Return a moment as the phone writes it."""
    return (at or now()).isoformat()
