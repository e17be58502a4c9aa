"""Wrong passwords are counted by `access` now; the tables of django-axes hold nothing to keep."""

from django.db import migrations

TABLES = ("accessattemptexpiration", "accessattempt", "accessfailurelog", "accesslog")
DROP = "".join(f"DROP TABLE IF EXISTS axes_{table} CASCADE;" for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [("identity", "0004_bindings_are_credentials")]

    operations = [migrations.RunSQL(DROP, migrations.RunSQL.noop)]
