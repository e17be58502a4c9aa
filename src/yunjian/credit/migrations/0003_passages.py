"""What is searched of published documents, in passages."""

import django.db.models.deletion
import yunjian.kernel.ids
from django.db import migrations, models

# as `domain.searching.passages` has them
FILL = """
INSERT INTO credit_passage (id, version_id, organization_id, text)
SELECT gen_random_uuid(), id, organization_id, substr(search_text, at, 600)
FROM credit_documentversion, generate_series(1, greatest(length(search_text) - 59, 1), 541) at
WHERE state = 'published'
"""


class Migration(migrations.Migration):

    dependencies = [
        ('credit', '0002_document_titles'),
        ('identity', '0002_security'),
    ]

    operations = [
        migrations.CreateModel(
            name='Passage',
            fields=[
                ('id', models.UUIDField(default=yunjian.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('text', models.TextField()),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.organization')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='passages', to='credit.documentversion')),
            ],
            options={
                'indexes': [models.Index(fields=['organization', 'version'], name='passage_organization')],
            },
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
