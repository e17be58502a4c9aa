"""What is searched of published documents: characters and pairs instead of passages."""

from typing import Any

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

from yunjian.credit.domain.searching import grams

AT_ONCE = 200
# The index is asked whatever the planner thinks. Of a common term it would rather look at each row,
# not knowing what taking an array of thousands out of its place costs (a second for 10,000 rows).
FUNCTION = """
CREATE FUNCTION yunjian_versions_with(grams bigint[]) RETURNS SETOF uuid
LANGUAGE sql STABLE PARALLEL SAFE ROWS 200 SET enable_seqscan = off SET enable_indexscan = off
AS $$ SELECT version_id FROM credit_searchindex found WHERE found.grams @> $1 $$
"""


def fill(apps: Any, _editor: Any) -> None:
    """Index what is published."""
    index = apps.get_model("credit", "SearchIndex")
    versions = apps.get_model("credit", "DocumentVersion").objects.filter(state="published")
    texts = versions.values_list("pk", "search_text").iterator(AT_ONCE)
    rows = (index(version_id=key, grams=grams(text)) for key, text in texts)
    index.objects.bulk_create(rows, batch_size=AT_ONCE)


class Migration(migrations.Migration):

    dependencies = [
        ('credit', '0003_passages'),
    ]

    operations = [
        migrations.CreateModel(
            name='SearchIndex',
            fields=[
                ('version', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='search_index', serialize=False, to='credit.documentversion')),
                ('grams', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
            ],
            options={
                'indexes': [django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=['grams'], name='search_index_grams')],
            },
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION yunjian_versions_with(bigint[])"),
        migrations.DeleteModel(
            name='Passage',
        ),
    ]
