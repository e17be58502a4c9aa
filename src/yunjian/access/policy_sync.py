"""Brings row policies, their functions and the grants in the database to what models state."""

import hashlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import NamedTuple, cast

from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction
from django.db.backends.utils import CursorWrapper

from yunjian.access import row_policies
from yunjian.access.database.base import DatabaseWrapper
from yunjian.access.row_policies import PolicyFunction, RowPolicy, Unrestricted

PACKAGE = "yunjian."
# a policy or function of ours bears the digest of its body as its comment
DIGEST = "^[0-9a-f]{64}$"
EXISTING_POLICIES = (
    "SELECT c.relname, p.polname, obj_description(p.oid, 'pg_policy')"  # noqa: S608
    " FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid"
    " WHERE c.relnamespace = current_schema()::regnamespace"
    f" AND obj_description(p.oid, 'pg_policy') ~ '{DIGEST}'"
)
EXISTING_FUNCTIONS = (
    "SELECT p.proname, obj_description(p.oid, 'pg_proc') FROM pg_proc p"  # noqa: S608
    " WHERE p.pronamespace = current_schema()::regnamespace"
    f" AND obj_description(p.oid, 'pg_proc') ~ '{DIGEST}'"
)
PROTECTED_TABLES = (
    "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace"
    " AND relkind IN ('r', 'p') AND relrowsecurity AND relforcerowsecurity"
)


class Policy(NamedTuple):
    """A policy as PostgreSQL takes it. `body` is everything behind the table's name."""

    table: str
    name: str
    body: str

    @property
    def mark(self) -> str:
        """Return what is kept as its comment: equal marks, equal policies."""
        return hashlib.sha256(self.body.encode()).hexdigest()

    @property
    def key(self) -> tuple[str, str, str]:
        """Return what tells it apart from every other, as `EXISTING_POLICIES` does."""
        return self.table, self.name, self.mark


def project_models() -> list[type[models.Model]]:
    """Return every model of the program that has a table, without the many-to-many ones."""
    return [
        model
        for config in apps.get_app_configs()
        if config.name.startswith(PACKAGE)
        for model in config.get_models()
        if model._meta.managed  # noqa: SLF001 - Django's documented API
    ]


def row_policy_of(model: type[models.Model]) -> RowPolicy | Unrestricted | None:
    """Return what the model states; None when it states nothing."""
    stated: RowPolicy | Unrestricted | None = getattr(model, "row_policy", None)
    return stated


def protected_tables() -> dict[str, RowPolicy]:
    """Return the policy of every protected table; many-to-many tables are as their models."""
    results: dict[str, RowPolicy] = {}
    for model in project_models():
        policy = row_policy_of(model)
        if not isinstance(policy, RowPolicy):
            continue
        table = model._meta.db_table  # noqa: SLF001
        results[table] = policy
        for field in model._meta.local_many_to_many:  # noqa: SLF001
            between = field.remote_field.through
            if between is not None and between._meta.auto_created:  # noqa: SLF001
                column = f"{model._meta.model_name}_id"  # noqa: SLF001
                inherited = RowPolicy(read=(row_policies.through(column, table),))
                results[between._meta.db_table] = inherited  # noqa: SLF001
    return results


def expected_policies() -> list[Policy]:
    """Return every policy that the models ask for."""
    return [
        policy
        for table, stated in protected_tables().items()
        for policy in _policies(table, stated)
    ]


def _policies(table: str, policy: RowPolicy) -> Iterator[Policy]:
    read, write, add = (
        " OR ".join((row_policies.BY_SYSTEM, *part)).format(table=table)
        for part in (policy.read, policy.written, policy.added)
    )
    if read == write == add:
        yield Policy(table, "row_policy", f"USING ({read}) WITH CHECK ({read})")
        return
    yield Policy(table, "row_policy_select", f"FOR SELECT USING ({read})")
    yield Policy(table, "row_policy_insert", f"FOR INSERT WITH CHECK ({add})")
    yield Policy(table, "row_policy_update", f"FOR UPDATE USING ({write}) WITH CHECK ({write})")
    yield Policy(table, "row_policy_delete", f"FOR DELETE USING ({write})")


def as_owner() -> AbstractContextManager[None]:
    """Let the statements inside run as the owner of the tables: migrations, and the like."""
    return cast("DatabaseWrapper", cast("object", connection)).as_owner()


def is_table_owner() -> bool:
    """Tell whether this connection may change policies."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_has_role(current_user, relowner, 'USAGE') FROM pg_class"
            " WHERE oid = 'django_migrations'::regclass"
        )
        return bool(cursor.fetchone()[0])


def sync_policies() -> list[str]:
    """Bring policies, functions and grants to what is stated; return what was changed.

    Runs as the owner of the tables. A second run changes nothing.
    """
    role = settings.DATABASE_ROLE
    with transaction.atomic(), connection.cursor() as cursor:
        changed = [*_role(cursor, role), *_functions(cursor), *_change_policies(cursor)]
        changed += [*_drop_functions(cursor), *_secure(cursor)]
        if role:
            _grant(cursor, role)
    return changed


def missing_policies() -> list[str]:
    """Return the policies that are not as they are stated."""
    with connection.cursor() as cursor:
        standing, open_tables = _rows(cursor, EXISTING_POLICIES), _open_tables(cursor)
    missing = [
        f"{policy.name} on {policy.table}"
        for policy in expected_policies()
        if policy.key not in standing
    ]
    return sorted(open_tables) + missing


def _rows(cursor: CursorWrapper, sql: str) -> set[tuple[str, ...]]:
    cursor.execute(sql)
    return set(cursor.fetchall())


def _open_tables(cursor: CursorWrapper) -> set[str]:
    return protected_tables().keys() - {table for (table,) in _rows(cursor, PROTECTED_TABLES)}


def _role(cursor: CursorWrapper, role: str) -> Iterator[str]:
    """Make the role that the program works as, if it is not there."""
    if not role:
        return
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
    if cursor.fetchone() is None:
        cursor.execute(f"CREATE ROLE {_name(role)} NOLOGIN NOSUPERUSER NOBYPASSRLS NOINHERIT")
        cursor.execute(f"GRANT {_name(role)} TO CURRENT_USER")
        yield f"role {role}"


def _functions(cursor: CursorWrapper) -> Iterator[str]:
    standing = _rows(cursor, EXISTING_FUNCTIONS)
    for function in PolicyFunction.every:
        mark = hashlib.sha256(function.sql.encode()).hexdigest()
        if (function.name, mark) in standing:
            continue
        # as the owner and as the system: it reads without policies
        cursor.execute(
            f"CREATE OR REPLACE FUNCTION {_name(function.name)}() RETURNS SETOF uuid"
            " LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE ROWS 200"
            f" SET search_path = public, pg_temp SET yunjian.kind = 'system'"
            f" AS $body$ {function.sql} $body$"
        )
        cursor.execute(f"COMMENT ON FUNCTION {_name(function.name)}() IS '{mark}'")
        yield f"function {function.name}"


def _drop_functions(cursor: CursorWrapper) -> Iterator[str]:
    """Drop the functions that no policy asks any more; after the policies that did are gone."""
    wanted = {function.name for function in PolicyFunction.every}
    for name in {name for name, _mark in _rows(cursor, EXISTING_FUNCTIONS)} - wanted:
        cursor.execute(f"DROP FUNCTION {_name(name)}()")
        yield f"function {name} dropped"


def _change_policies(cursor: CursorWrapper) -> Iterator[str]:
    standing = _rows(cursor, EXISTING_POLICIES)
    wanted = {policy.key: policy for policy in expected_policies()}
    for table, name, _mark in standing - wanted.keys():
        cursor.execute(f"DROP POLICY {_name(name)} ON {_name(table)}")
        yield f"policy {name} on {table} dropped"
    for key in wanted.keys() - standing:
        policy = wanted[key]
        cursor.execute(f"CREATE POLICY {policy.name} ON {_name(policy.table)} {policy.body}")
        cursor.execute(
            f"COMMENT ON POLICY {policy.name} ON {_name(policy.table)} IS '{policy.mark}'"
        )
        yield f"policy {policy.name} on {policy.table}"


def _secure(cursor: CursorWrapper) -> Iterator[str]:
    """Have the policies hold, for the owner as well."""
    for table in _open_tables(cursor):
        cursor.execute(
            f"ALTER TABLE {_name(table)} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"
        )
        yield f"row security of {table}"


def _grant(cursor: CursorWrapper, role: str) -> None:
    """Let the role work on the tables; partitions are reached through their tables only."""
    cursor.execute(
        "SELECT relname, relkind FROM pg_class"
        " WHERE relnamespace = current_schema()::regnamespace"
        " AND relkind IN ('r', 'p', 'S', 'v') AND NOT relispartition"
    )
    rows = cursor.fetchall()
    tables = ", ".join(_name(name) for name, kind in rows if kind != "S")
    sequences = ", ".join(_name(name) for name, kind in rows if kind == "S")
    grantee = _name(role)
    cursor.execute(f"GRANT USAGE ON SCHEMA public TO {grantee}")
    cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {tables} TO {grantee}")
    cursor.execute(f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {grantee}")
    if sequences:
        cursor.execute(f"GRANT USAGE, SELECT, UPDATE ON {sequences} TO {grantee}")


def _name(name: str) -> str:
    return connection.ops.quote_name(name)
