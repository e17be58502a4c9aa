"""The program owns no tables; this lets it make the months of those that are partitioned."""

from django.db import migrations

MAKE = """
CREATE FUNCTION yunjian_make_partition(parent text, name text, lower uuid, upper uuid)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    IF name !~ ('^' || parent || '_[0-9]{6}$') OR NOT EXISTS (
        SELECT FROM pg_partitioned_table p JOIN pg_class c ON c.oid = p.partrelid
        WHERE c.relname = parent AND c.relnamespace = 'public'::regnamespace
    ) THEN
        RAISE EXCEPTION 'no partition of a table of ours: %', name;
    END IF;
    EXECUTE format(
        'CREATE TABLE public.%I PARTITION OF public.%I FOR VALUES FROM (%L) TO (%L)',
        name, parent, lower, upper
    );
END
$body$
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0002_dictionaries")]

    operations = [
        migrations.RunSQL(MAKE, "DROP FUNCTION yunjian_make_partition(text, text, uuid, uuid)"),
    ]
