from django.db import migrations


class Migration(migrations.Migration):
    """The kernel keeps no tables: counters belong to `access`, dictionaries to `records`."""

    dependencies = [("kernel", "0003_make_partition")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.AlterModelTable("RateCount", "access_ratelimitcounter"),
                migrations.AlterModelTable("DictionaryEntry", "records_dictionaryentry"),
            ],
            state_operations=[
                migrations.DeleteModel("RateCount"),
                migrations.DeleteModel("DictionaryEntry"),
            ],
        ),
    ]
