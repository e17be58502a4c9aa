from django.db import migrations

MOVED = [
    "CertificateReminder",
    "FollowUp",
    "InstrumentAction",
    "ParameterChange",
    "InstrumentRevision",
    "FilingImport",
    "Instrument",
    "MakeAndModel",
    "ReminderRun",
]


class Migration(migrations.Migration):
    """Instruments are a room of their own: their tables change the name, the app `instruments`
    takes them over (its 0001)."""

    dependencies = [("sources", "0004_filing_lifecycle")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.AlterModelTable(name, f"instruments_{name.lower()}") for name in MOVED
            ],
            state_operations=[migrations.DeleteModel(name) for name in MOVED],
        ),
    ]
