from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("wechat", "0001_credentials")]

    operations = [
        migrations.RemoveConstraint("Silence", "wechat_silence_once"),
        migrations.RenameModel("Silence", "Suppression"),
        migrations.AddConstraint(
            "Suppression",
            models.UniqueConstraint(
                fields=["app_id", "openid", "template_id"], name="wechat_suppression_once"
            ),
        ),
    ]
