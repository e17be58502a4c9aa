import pgtrigger.migrations
from django.db import migrations

MOVED = ["SheetDesign", "PublishedSheet"]


class Migration(migrations.Migration):
    """Definitions of sheets belong to the library (its 0001 takes the tables over)."""

    dependencies = [("maintenance", "0003_sheet_drafts_and_designs")]

    operations = [
        # the name of a trigger holds its model's: the library adds it anew
        pgtrigger.migrations.RemoveTrigger(model_name="publishedsheet", name="append_only"),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.AlterModelTable(name, f"library_{name.lower()}") for name in MOVED
            ],
            state_operations=[migrations.DeleteModel(name) for name in MOVED],
        ),
    ]
