import pgtrigger.migrations
from django.db import migrations

MOVED = ["PublishedPack", "RuleDraft"]


class Migration(migrations.Migration):
    """Rule packs belong to the library (its 0001 takes the tables over)."""

    dependencies = [("supervision", "0001_rules")]

    operations = [
        # the name of a trigger holds its model's: the library adds it anew
        pgtrigger.migrations.RemoveTrigger(model_name="publishedpack", name="append_only"),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.AlterModelTable(name, f"library_{name.lower()}") for name in MOVED
            ],
            state_operations=[migrations.DeleteModel(name) for name in MOVED],
        ),
    ]
