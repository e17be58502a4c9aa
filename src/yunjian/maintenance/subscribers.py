"""What happens to tasks when something below changes; what visits say of the work at a point."""

from django.db.models import F, Func, Value

from yunjian.access.row_policies import bypass_rls
from yunjian.library.models import PublishedSheet
from yunjian.library.services.sheets import on_sheet_published
from yunjian.maintenance.domain import work
from yunjian.maintenance.models import Task
from yunjian.maintenance.models.plans import TaskState
from yunjian.maintenance.selectors.duties import visits_as_work
from yunjian.standards import sheets

work.register("visits", visits_as_work)


@on_sheet_published
def open_tasks_take_sheet(published: PublishedSheet) -> int:
    """Let open tasks from its first day on take the new version; return how many do."""
    older = [
        item.name
        for item in sheets.definitions().values()
        if item.code == published.code and item.version < published.version
    ]
    open_tasks = Task.unscoped().filter(state=TaskState.OPEN, due_on__gte=published.effective_from)
    with bypass_rls("a published sheet holds for the tasks of every agency"):
        return sum(
            open_tasks.filter(sheets__contains=[name]).update(
                sheets=Func(
                    F("sheets"), Value(name), Value(published.name), function="array_replace"
                )
            )
            for name in older
        )
