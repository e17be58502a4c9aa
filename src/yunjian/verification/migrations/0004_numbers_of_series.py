import django.contrib.postgres.constraints
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("verification", "0003_certificate_signature")]

    operations = [
        migrations.RemoveConstraint(model_name="report", name="report_number_once_per_issuer"),
        migrations.AddConstraint(
            model_name="report",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(
                    models.Q(("latest", True), models.Q(("state", "withdrawn"), _negated=True)),
                    ("state", "accepted"),
                    _connector="OR",
                ),
                expressions=[("issuer_key", "="), ("number_key", "="), ("series", "<>")],
                name="report_number_once_per_issuer",
            ),
        ),
    ]
