"""What a version was called belongs to the version; the text of its file is kept to be read."""

from django.db import migrations, models

# until now the digest was over the document's name: as long as it was not changed, it is this one
TITLE = """
UPDATE credit_documentversion version SET title = document.title
FROM credit_document document
WHERE document.id = version.document_id AND version.state <> 'draft'
"""


class Migration(migrations.Migration):
    dependencies = [("credit", "0001_initial")]

    operations = [
        migrations.AddField(
            "documentversion",
            "title",
            models.CharField(
                "文件名称", blank=True, editable=False, max_length=120, default=""
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "documentversion",
            "file_text",
            models.TextField(blank=True, editable=False, default=""),
            preserve_default=False,
        ),
        migrations.RunSQL(TITLE, migrations.RunSQL.noop),
        migrations.RemoveConstraint("documentversion", "document_version_published_whole"),
        migrations.AddConstraint(
            "documentversion",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "published"), _negated=True),
                    models.Q(
                        ("effective_from__isnull", False),
                        models.Q(("digest", ""), _negated=True),
                        models.Q(("title", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="document_version_published_whole",
            ),
        ),
    ]
