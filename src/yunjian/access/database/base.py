"""Django's backend for PostgreSQL; before a statement it tells the session who acts."""

from collections.abc import Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db.backends.postgresql import base
from django.db.transaction import atomic

from yunjian.access import row_policies
from yunjian.access.actor import acting_actor

if TYPE_CHECKING:
    from collections.abc import Iterator

_SELECT = ", ".join(f"set_config('{name}', %s, {{local}})" for name in row_policies.SETTINGS)
TELL = f"SELECT {_SELECT.format(local='false')}"
TELL_TRANSACTION = f"SELECT {_SELECT.format(local='true')}"


class DatabaseWrapper(base.DatabaseWrapper):
    """Keeps the settings that the walls read true, at most one statement for each change of actor.

    What the session was told is remembered. A rollback takes settings back, so after one the
    memory is empty. With `DATABASES["default"]["POOLED"]` (PgBouncer in transaction mode) a
    session belongs to nobody: then each transaction is told, and each statement has one.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._told: row_policies.SessionContext | None = None
        self._going_back = False
        self._owning = False
        self.execute_wrappers.append(self._tell)

    def _tell(
        self,
        execute: Callable[..., Any],
        sql: str,
        params: Any,
        many: bool,  # noqa: FBT001 - Django's signature
        context: dict[str, Any],
    ) -> Any:
        wanted = (
            row_policies.SYSTEM if self._owning else row_policies.session_context(acting_actor())
        )
        if wanted == self._told or self._going_back:
            return execute(sql, params, many, context)
        if not self._pooled:
            self._say(TELL, wanted)
        elif self.in_atomic_block:
            self._say(TELL_TRANSACTION, wanted)
        else:
            with atomic(using=self.alias):
                self._say(TELL_TRANSACTION, wanted)
                return execute(sql, params, many, context)
        return execute(sql, params, many, context)

    def _say(self, sql: str, wanted: row_policies.SessionContext) -> None:
        with self.wrap_database_errors, self.connection.cursor() as cursor:
            cursor.execute(sql, wanted)
        self._told = wanted

    @property
    def _pooled(self) -> bool:
        return bool(self.settings_dict.get("POOLED"))

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Open a connection, which was told nothing."""
        self._told = None
        return super().get_new_connection(conn_params)

    def _configure_role(self, connection: Any) -> bool:
        return False if self._owning else super()._configure_role(connection)  # type: ignore[misc]  # the stubs leave it out

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]  # the stubs leave it out
        if self._pooled:
            self._told = None

    def _rollback(self) -> None:
        self._told = None
        super()._rollback()  # type: ignore[misc]  # the stubs leave it out

    def _savepoint_rollback(self, sid: str) -> None:
        # the transaction may be broken: nothing else than going back is possible
        self._told = None
        self._going_back = True
        try:
            super()._savepoint_rollback(sid)  # type: ignore[misc]  # the stubs leave it out
        finally:
            self._going_back = False

    @contextmanager
    def owning(self) -> "Iterator[None]":
        """Let the statements inside run as the owner of the tables, by the login or its own URL.

        Only for what changes tables: migrations, putting up the walls.
        """
        with self._owners_login():
            self._owning = True
            self._take_role(None)
            try:
                yield
            finally:
                self._owning = False
                self._told = None
                self._take_role(self.settings_dict["OPTIONS"].get("assume_role"))

    def _take_role(self, role: str | None) -> None:
        if self.connection is not None:
            with self.connection.cursor() as cursor:
                cursor.execute(f"SET ROLE {self.ops.quote_name(role) if role else 'NONE'}")

    @contextmanager
    def _owners_login(self) -> "Iterator[None]":
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
