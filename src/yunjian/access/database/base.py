"""Django's backend for PostgreSQL; before a statement it sets in the session who acts."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db.backends.postgresql import base
from django.db.transaction import atomic
from django.db.utils import DataError
from django.utils.translation import gettext as _
from psycopg import IsolationLevel

from yunjian.access import row_policies
from yunjian.access.actor import acting_actor
from yunjian.kernel.errors import InvalidInput

_SELECT = ", ".join(f"set_config('{name}', %s, {{local}})" for name in row_policies.SETTINGS)
SET_FOR_SESSION = f"SELECT {_SELECT.format(local='false')}"
SET_FOR_TRANSACTION = f"SELECT {_SELECT.format(local='true')}"


def _readable(execute: Callable[..., Any], *statement: Any) -> Any:
    """Run a statement; a text that PostgreSQL cannot hold is somebody's input, and refused as such.

    Raises:
        InvalidInput: a NUL, which no form, body or address may hold.
    """
    try:
        return execute(*statement)
    except DataError as error:
        # in a text, or as an escape in JSON
        if "NUL" not in str(error) and "\\u0000" not in str(error):
            raise
        message = _("内容中有无法保存的字符（空字符），请删除后重试")
        raise InvalidInput(message, code="invalid") from error


class DatabaseWrapper(base.DatabaseWrapper):
    """Keeps the settings that row policies read true, by one statement for each change of actor.

    What was set last is remembered. A rollback takes settings back, so after one nothing is
    remembered. With `DATABASES["default"]["POOLED"]` (PgBouncer in transaction mode) a session
    belongs to nobody: then the settings are set in each transaction, and each statement has one.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._context: row_policies.SessionContext | None = None
        self._rolling_back = False
        self._as_owner = False
        self.execute_wrappers.append(self._ensure_context)

    def _ensure_context(
        self,
        execute: Callable[..., Any],
        sql: str,
        params: Any,
        many: bool,  # noqa: FBT001 - Django's signature
        context: dict[str, Any],
    ) -> Any:
        wanted = (
            row_policies.SYSTEM if self._as_owner else row_policies.session_context(acting_actor())
        )
        if wanted == self._context or self._rolling_back:
            return _readable(execute, sql, params, many, context)
        if not self._pooled:
            self._set_context(SET_FOR_SESSION, wanted)
        elif self.in_atomic_block:
            self._set_context(SET_FOR_TRANSACTION, wanted)
        else:
            with atomic(using=self.alias):
                self._set_context(SET_FOR_TRANSACTION, wanted)
                return _readable(execute, sql, params, many, context)
        return _readable(execute, sql, params, many, context)

    def _set_context(self, sql: str, wanted: row_policies.SessionContext) -> None:
        with self.wrap_database_errors, self.connection.cursor() as cursor:
            cursor.execute(sql, wanted)
        self._context = wanted

    @property
    def _pooled(self) -> bool:
        return bool(self.settings_dict.get("POOLED"))

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Open a connection, in which nothing is set."""
        self._context = None
        return super().get_new_connection(conn_params)

    def _configure_role(self, connection: Any) -> bool:
        return False if self._as_owner else super()._configure_role(connection)  # type: ignore[misc]  # the stubs leave it out

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]  # the stubs leave it out
        if self._pooled:
            self._context = None

    def _rollback(self) -> None:
        self._context = None
        super()._rollback()  # type: ignore[misc]  # the stubs leave it out

    def _savepoint_rollback(self, sid: str) -> None:
        # the transaction may be broken: nothing else than going back is possible
        self._context = None
        self._rolling_back = True
        try:
            super()._savepoint_rollback(sid)  # type: ignore[misc]  # the stubs leave it out
        finally:
            self._rolling_back = False

    @contextmanager
    def one_snapshot(self) -> Iterator[None]:
        """Let all statements inside see the rows as they were at the first of them.

        In a transaction that has begun already they see what that one sees.
        """
        if self.in_atomic_block:
            yield
            return
        self.ensure_connection()
        usual = self.connection.isolation_level
        self.connection.isolation_level = IsolationLevel.REPEATABLE_READ
        try:
            with atomic(using=self.alias):
                yield
        finally:
            if self.connection is not None:  # it was lost
                self.connection.isolation_level = usual

    @contextmanager
    def as_owner(self) -> Iterator[None]:
        """Let the statements inside run as the owner of the tables, by the login or its own URL.

        Only for what changes tables: migrations, and the sync of row policies.
        """
        with self._owner_login():
            self._as_owner = True
            self._take_role(None)
            try:
                yield
            finally:
                self._as_owner = False
                self._context = None
                self._take_role(self.settings_dict["OPTIONS"].get("assume_role"))

    def _take_role(self, role: str | None) -> None:
        if self.connection is not None:
            with self.connection.cursor() as cursor:
                cursor.execute(f"SET ROLE {self.ops.quote_name(role) if role else 'NONE'}")

    @contextmanager
    def _owner_login(self) -> Iterator[None]:
        owner: dict[str, Any] | None = self.settings_dict.get("OWNER")
        if not owner:
            yield
            return
        usual = {name: self.settings_dict[name] for name in owner}
        self.close()
        self.settings_dict.update(owner)
        try:
            yield
        finally:
            self.close()
            self.settings_dict.update(usual)
