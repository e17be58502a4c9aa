from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("maintenance", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="visit",
            name="follow_ups",
            field=models.JSONField(
                default=list, help_text="what the sheets say must be done next"
            ),
        ),
    ]
