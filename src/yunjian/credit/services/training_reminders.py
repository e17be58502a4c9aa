"""What is due: sessions to enter and evaluate, rectifications whose day has passed.

From state alone: a run after days without any tells what is due then, and each thing is told
once a week, whoever runs it and however often.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from yunjian.access.actor import Actor
from yunjian.access.permissions import require
from yunjian.credit.models import Supervision, TrainingSession
from yunjian.credit.models.supervisions import SupervisionState
from yunjian.credit.models.trainings import SessionState
from yunjian.credit.selectors.years import keepers_of
from yunjian.kernel.clock import now, today
from yunjian.messaging.services import notify

AGAIN_AFTER = timedelta(days=7)


@transaction.atomic
def years_remind(*, actor: Actor) -> int:
    """Tell who has to do something; return about how many things.

    Raises:
        NotAllowed: somebody else than the system asks.
    """
    require(actor.is_system)
    return _sessions() + _supervisions()


def _due() -> Q:
    return Q(reminded_on=None) | Q(reminded_on__lte=today() - AGAIN_AFTER)


def _sessions() -> int:
    rows = (
        TrainingSession.unscoped()
        .select_for_update()
        .filter(_due(), state__in=[SessionState.SCHEDULED, SessionState.HELD], ends_at__lt=now())
        .order_by("pk")
    )
    count = 0
    for row in rows:
        todo = "登记签到与结果" if row.state == SessionState.SCHEDULED else "评价效果"
        notify(
            recipients=keepers_of(row.organization_id),
            kind="training.due",
            title="教育培训待办理",
            body=f"{row.topic} 已结束，请{todo}。",
            link=f"/agency/trainings/{row.pk}/",
            about=row,
        )
        row.reminded_on = today()
        row.save(update_fields=["reminded_on"])
        count += 1
    return count


def _supervisions() -> int:
    late = Q(state=SupervisionState.RECTIFYING, rectify_by__lt=today())
    unanswered = Q(state=SupervisionState.ISSUED, issued_at__lt=now() - AGAIN_AFTER)
    rows = (
        Supervision.unscoped()
        .select_for_update(of=("self",))
        .select_related("person")
        .filter(_due(), late | unanswered)
        .order_by("pk")
    )
    count = 0
    for row in rows:
        is_late = row.state == SupervisionState.RECTIFYING
        words = f"整改期限 {row.rectify_by} 已过" if is_late else "下发已满 7 天，尚未确认或申诉"
        to = dict.fromkeys([row.supervisor_id])
        if row.person.account_id:
            to[row.person.account_id] = None
        notify(
            recipients=list(to),
            kind="supervision.due",
            title="监督记录待办理",
            body=f"{row.full_number} {words}。",
            link=f"/h5/#/supervisions/{row.pk}",
            about=row,
        )
        row.reminded_on = today()
        row.save(update_fields=["reminded_on"])
        count += 1
    return count
