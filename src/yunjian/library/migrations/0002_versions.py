"""One shape for all definitions that are published in versions, and for the drafts of them."""

import django.db.models.deletion
import yunjian.kernel.clock
from django.conf import settings
from django.db import migrations, models

# a key holds the moment when its row was made
CREATED_AT = """
UPDATE library_sheetdesign SET created_at = to_timestamp(
  ('x' || substr(replace(id::text, '-', ''), 1, 12))::bit(48)::bigint / 1000.0
)
"""


def _account(**options):
    return models.ForeignKey(
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
        **options,
    )


def _draft_of(model):
    return models.OneToOneField(
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="draft",
        to=model,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("library", "0001_initial"),
        ("identity", "0002_security"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint("publishedpack", "pack_version_once"),
        migrations.RemoveConstraint("publishedsheet", "published_sheet_once"),
        migrations.RenameField("publishedpack", "based_on", "base"),
        migrations.RenameField("ruledraft", "based_on", "base"),
        migrations.RenameField("publishedsheet", "definition", "content"),
        migrations.RenameField("sheetdesign", "definition", "content"),
        migrations.AddField("ruledraft", "changed_by", _account()),
        migrations.AddField("ruledraft", "published", _draft_of("library.publishedpack")),
        migrations.AddField(
            "sheetdesign",
            "created_at",
            models.DateTimeField(default=yunjian.kernel.clock.now, editable=False),
        ),
        migrations.AlterModelOptions(
            name='publishedsheet',
            options={'ordering': ['id']},
        ),
        migrations.AlterModelOptions(
            name='ruledraft',
            options={'ordering': ['-id']},
        ),
        migrations.AlterField(
            model_name='publishedpack',
            name='code',
            field=models.CharField(max_length=60, verbose_name='编码'),
        ),
        migrations.AlterField(
            model_name='publishedpack',
            name='published_at',
            field=models.DateTimeField(default=yunjian.kernel.clock.now, editable=False, verbose_name='发布时间'),
        ),
        migrations.AlterField(
            model_name='publishedsheet',
            name='base',
            field=models.CharField(blank=True, max_length=80, verbose_name='依据版本'),
        ),
        migrations.AlterField(
            model_name='publishedsheet',
            name='code',
            field=models.CharField(max_length=60, verbose_name='编码'),
        ),
        migrations.AlterField(
            model_name='publishedsheet',
            name='effective_from',
            field=models.DateField(verbose_name='施行日期'),
        ),
        migrations.AlterField(
            model_name='publishedsheet',
            name='published_at',
            field=models.DateTimeField(default=yunjian.kernel.clock.now, editable=False, verbose_name='发布时间'),
        ),
        migrations.AlterField(
            model_name='publishedsheet',
            name='published_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='ruledraft',
            name='changed_at',
            field=models.DateTimeField(default=yunjian.kernel.clock.now, verbose_name='修改时间'),
        ),
        migrations.AlterField(
            model_name='ruledraft',
            name='code',
            field=models.CharField(max_length=60, verbose_name='编码'),
        ),
        migrations.AlterField(
            model_name='sheetdesign',
            name='base',
            field=models.CharField(blank=True, max_length=80, verbose_name='依据版本'),
        ),
        migrations.AlterField(
            model_name='sheetdesign',
            name='changed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='sheetdesign',
            name='code',
            field=models.CharField(max_length=60, verbose_name='编码'),
        ),
        migrations.AlterField(
            model_name='sheetdesign',
            name='created_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='sheetdesign',
            name='published',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='draft', to='library.publishedsheet'),
        ),
        migrations.AlterField(
            model_name='sheetdesign',
            name='revision',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddConstraint(
            model_name='publishedpack',
            constraint=models.UniqueConstraint(fields=('code', 'version'), name='publishedpack_version_once'),
        ),
        migrations.AddConstraint(
            model_name='publishedsheet',
            constraint=models.UniqueConstraint(fields=('code', 'version'), name='publishedsheet_version_once'),
        ),
        migrations.AddConstraint(
            model_name='ruledraft',
            constraint=models.UniqueConstraint(condition=models.Q(('published', None)), fields=('code',), name='ruledraft_one_open'),
        ),
        migrations.AddConstraint(
            model_name='sheetdesign',
            constraint=models.UniqueConstraint(condition=models.Q(('published', None)), fields=('code',), name='sheetdesign_one_open'),
        ),
        migrations.RunSQL(CREATED_AT, migrations.RunSQL.noop),
    ]
