from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="RateCount",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "key",
                        "began",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("key", models.CharField(max_length=200)),
                ("began", models.DateTimeField()),
                ("count", models.PositiveIntegerField()),
            ],
            options={
                "db_table": "kernel_rate",
                "indexes": [models.Index(fields=["began"], name="rate_began")],
            },
        ),
        migrations.RunSQL(
            "ALTER TABLE kernel_rate SET UNLOGGED", "ALTER TABLE kernel_rate SET LOGGED"
        ),
    ]
