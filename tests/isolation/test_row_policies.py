"""The second line of defence: what the database itself refuses, whatever the program asks for."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, ProgrammingError, connection, connections, transaction
from django.db.models import Q

from tests.isolation.city import City, add_published, build_city
from tests.support.world import World
from yunjian.access import policy_sync, row_policies
from yunjian.access.actor import Actor, acting_as, system_actor, unauthenticated
from yunjian.access.row_policies import RowPolicy, Unrestricted, bypass_rls
from yunjian.access.scope import ScopedModel
from yunjian.evidence.models import Event
from yunjian.identity.models import Account, Organization, RoleGrant
from yunjian.kernel.clock import today
from yunjian.maintenance.models import Visit
from yunjian.messaging.models import Notification
from yunjian.sources.models import MonitoringPoint

pytestmark = pytest.mark.reads_all_rows

# columns that say whose a row is
OWNERS = {
    "organization_id", "agency_id", "discharger_id", "account_id", "recipient_id", "shared_with",
    "chain",
}  # fmt: skip
# before anybody acts, sign-in looks accounts up; what is published is everybody's
UNAUTHENTICATED = {
    "certificates_agencyregistration", "certificates_organizationcertificate",
    "identity_account", "identity_accountsession", "identity_organization",
    "identity_organization_jurisdiction", "identity_pastpassword", "identity_recoverycode",
    "identity_rolegrant", "identity_secondfactor", "identity_signinattempt",
    "identity_wechatbinding",
}  # fmt: skip
PUBLISHED = {
    "library_publishedsheet",
    "library_publishedpack",
    "library_publishedreportform",
    "library_reportformwithdrawal",
}
# names of authorities and of those who decide there are no secret
KNOWN_TO_ALL = {
    "identity_organization", "identity_account", "identity_rolegrant",
    "identity_organization_jurisdiction",
}  # fmt: skip

TOLD = row_policies.session_context  # as the program has it


@pytest.fixture
def city(db: None) -> City:
    city = build_city()
    with acting_as(system_actor("test")):
        add_published(city)
    return city


@pytest.fixture
def _really_nobody(monkeypatch: pytest.MonkeyPatch, _row_policies_in_tests: None) -> None:
    monkeypatch.setattr(row_policies, "session_context", TOLD)


def _strangers(city: City) -> list[Actor]:
    return [city.actor(city.other_agency_manager), city.actor(city.other_discharger_owner)]


def _rows(sql: str, *values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        return list(cursor.fetchall())


def test_every_table_states_its_wall() -> None:
    silent = [
        m._meta.label for m in policy_sync.project_models() if policy_sync.row_policy_of(m) is None
    ]
    assert silent == [], (
        "state `row_policy = RowPolicy(read=(own(...), ...))`, or `= Unrestricted(why)`,"
        " beside visible_to"
        " (see kernel/row_policies.py and docs/security/threat-model.md)"
    )


def test_what_is_scoped_in_python_is_walled_in_the_database() -> None:
    scoped = [model for model in apps.get_models() if issubclass(model, ScopedModel)]
    assert scoped
    assert all(isinstance(policy_sync.row_policy_of(model), RowPolicy) for model in scoped)


def test_no_table_that_says_whose_its_rows_are_is_without_a_wall(db: None) -> None:
    ours = {model._meta.db_table: model for model in policy_sync.project_models()}
    protected = policy_sync.protected_tables()
    for (table,) in _rows(
        "SELECT DISTINCT c.table_name FROM information_schema.columns c"
        " JOIN pg_class k ON k.relname = c.table_name AND NOT k.relispartition"
        " WHERE c.table_schema = 'public' AND c.column_name = ANY (%s)",
        sorted(OWNERS),
    ):
        stated = policy_sync.row_policy_of(ours[str(table)]) if table in ours else None
        assert table in protected or isinstance(stated, Unrestricted), table


def test_every_wall_stands_and_holds_for_the_owner_too(db: None) -> None:
    secured = {
        row[0]
        for row in _rows(
            "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity"
        )
    }
    assert secured == set(policy_sync.protected_tables())
    standing = {
        (str(table), str(name))
        for table, name in _rows(
            "SELECT c.relname, p.polname FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid"
        )
    }
    assert standing == {(policy.table, policy.name) for policy in policy_sync.expected_policies()}


def test_syncing_policies_twice_changes_nothing(db: None) -> None:
    with policy_sync.as_owner():
        assert policy_sync.sync_policies() == []


def test_a_policy_that_changed_is_made_anew(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Notification, "row_policy", RowPolicy(read=(row_policies.OPERATOR,)))
    with policy_sync.as_owner(), transaction.atomic():
        changed = policy_sync.sync_policies()
        assert "policy row_policy on messaging_notification" in changed
        assert any("dropped" in change for change in changed)
        transaction.set_rollback(True)


def test_the_program_works_as_a_role_under_row_policies(db: None) -> None:
    [(user, superuser, bypass)] = _rows(
        "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
    )
    assert (user, superuser, bypass) == (settings.DATABASE_ROLE, False, False)
    [(owned,)] = _rows("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole")
    assert owned == 0


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER TABLE maintenance_visit DISABLE ROW LEVEL SECURITY",
        "DROP POLICY wall_read ON maintenance_visit",
        "CREATE TABLE anything (id int)",
        "SELECT * FROM maintenance_visit_rest",
        "UPDATE django_migrations SET name = 'x'",
        "SELECT yunjian_make_partition('pg_class', 'pg_class_202601', uuidv7(), uuidv7())",
    ],
)
def test_the_program_cannot_take_a_wall_down(db: None, sql: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_partitions_are_reached_through_their_table_only(db: None) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        _rows(f"SELECT * FROM maintenance_visit_{today():%Y%m}")


def test_the_city_has_a_row_behind_every_wall(city: City) -> None:
    many_to_many = policy_sync.protected_tables().keys() - {
        m._meta.db_table for m in policy_sync.project_models()
    }
    empty = [
        table
        for table in policy_sync.protected_tables()
        if _rows(f'SELECT count(*) FROM "{table}"') == [(0,)]
    ]
    assert set(empty) <= many_to_many, "add a row to tests/isolation/city.py"


@pytest.mark.parametrize("table", sorted(policy_sync.protected_tables()))
@pytest.mark.usefixtures("_really_nobody")
def test_with_nobody_acting_nothing_is_seen(city: City, table: str) -> None:
    with unauthenticated():
        [(seen,)] = _rows(f'SELECT count(*) FROM "{table}"')
    if table in UNAUTHENTICATED | PUBLISHED:
        return
    assert seen == 0


@pytest.mark.parametrize("table", sorted(policy_sync.protected_tables()))
def test_another_organisation_sees_changes_and_adds_nothing(city: City, table: str) -> None:
    [(row,)] = _rows(f'SELECT to_jsonb(t)::text FROM "{table}" t LIMIT 1') or [(None,)]
    for stranger in _strangers(city):
        with acting_as(stranger):
            own = _its_own(table, stranger)
            assert _rows(f'SELECT count(*) FROM "{table}"') == [(own,)]
            assert _touched(f'UPDATE "{table}" SET {_column(table)} = {_column(table)}') <= own
            if table not in KNOWN_TO_ALL:
                assert _touched(f'DELETE FROM "{table}"') == 0
            if (
                row is not None
                and row_policies.ANYBODY not in policy_sync.protected_tables()[table].added
            ):
                with (
                    pytest.raises(ProgrammingError, match="row-level security"),
                    transaction.atomic(),
                ):
                    _touched(
                        f'INSERT INTO "{table}"'
                        f' SELECT * FROM jsonb_populate_record(NULL::"{table}", %s::jsonb)',
                        row,
                    )


def _its_own(table: str, stranger: Actor) -> int:
    """How many rows a stranger may see: what is published, and who it is itself."""
    with bypass_rls("test"):
        if table in PUBLISHED:
            return int(_rows(f'SELECT count(*) FROM "{table}"')[0][0])
        known = {
            "identity_organization": Organization.unscoped().filter(
                Q(pk=stranger.organization_id) | Q(kind="authority")
            ),
            "identity_account": Account.objects.filter(
                Q(organization=stranger.organization_id) | Q(organization__kind="authority")
            ),
            "identity_rolegrant": RoleGrant.objects.filter(
                Q(account__organization=stranger.organization_id)
                | Q(account__organization__kind="authority")
            ),
        }
        return known[table].count() if table in known else 0


def _column(table: str) -> str:
    [(column,)] = _rows(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
        " AND is_nullable = 'NO' ORDER BY column_name = 'id', ordinal_position LIMIT 1",
        table,
    )
    return f'"{column}"'


def _touched(sql: str, *values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        return int(cursor.rowcount)


def test_each_party_of_a_visit_sees_it_and_only_the_parties_change_it(city: City) -> None:
    for account, seen, changed in (
        (city.agency_manager, 3, 3),
        (city.discharger_owner, 3, 3),
        (city.reviewer, 3, 0),
        (city.other_agency_manager, 0, 0),
    ):
        with acting_as(city.actor(account)):
            assert _rows("SELECT count(*) FROM maintenance_visit") == [(seen,)]
            assert _touched("UPDATE maintenance_visit SET note = note") == changed


def test_an_authority_of_a_district_sees_its_district(city: City) -> None:
    city.authority.jurisdiction.add(city.other_district)
    with acting_as(city.actor(city.reviewer)):
        for table in ("maintenance_visit", "sources_monitoringpoint", "maintenance_recordsheet"):
            assert _rows(f"SELECT count(*) FROM {table}") == [(0,)]
    city.authority.jurisdiction.set([city.district])
    with acting_as(city.actor(city.reviewer)):
        assert _rows("SELECT count(*) FROM sources_monitoringpoint") == [(2,)]


def test_drafts_of_a_filing_are_the_dischargers_own(city: City) -> None:
    revision = city.rows["instruments.instrumentrevision"]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE instruments_instrumentrevision SET state = 'draft' WHERE id = %s", [revision.pk]
        )
    counts = {}
    for account in (city.discharger_owner, city.agency_manager, city.reviewer):
        with acting_as(city.actor(account)):
            counts[account.username] = _rows("SELECT count(*) FROM instruments_instrumentrevision")
    assert counts == {"factory": [(2,)], "agency": [(1,)], "bureau": [(1,)]}


# --- telling the database who acts


def _session_kind() -> str:
    """What the session holds, asked without telling it anything."""
    assert connection.connection is not None
    row = connection.connection.execute(
        "SELECT current_setting('yunjian.kind', true), current_setting('yunjian.account', true)"
    ).fetchone()
    return f"{row['kind'] if isinstance(row, dict) else row[0]}"


def test_the_session_is_told_once_for_each_change_of_actor(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    stated: list[row_policies.SessionContext] = []
    say = type(connections["default"])._set_context  # type: ignore[attr-defined]

    def counted(self: object, sql: str, wanted: row_policies.SessionContext) -> None:
        stated.append(wanted)
        say(self, sql, wanted)

    monkeypatch.setattr(type(connections["default"]), "_set_context", counted)
    agency, discharger = city.actor(city.agency_manager), city.actor(city.discharger_owner)
    stated.clear()
    with acting_as(agency):
        for _number in range(3):
            Visit.objects.count()
        with acting_as(discharger):
            pass  # no statement, nothing set
        Visit.objects.count()
    assert [one.kind for one in stated] == ["agency"]
    with acting_as(discharger):
        Visit.objects.count()
    assert [one.kind for one in stated] == ["agency", "discharger"]


def test_a_rollback_takes_nothing_for_granted(city: City) -> None:
    agency, stranger = city.actor(city.agency_manager), city.actor(city.other_agency_manager)
    with acting_as(stranger):
        assert Visit.unscoped().count() == 0
        with transaction.atomic():
            with acting_as(agency):
                assert Visit.unscoped().count() == 3
            transaction.set_rollback(True)
        assert Visit.unscoped().count() == 0
    with acting_as(agency):
        assert Visit.unscoped().count() == 3
        with pytest.raises(DatabaseError), transaction.atomic(), acting_as(stranger):
            _rows("SELECT 1 / 0")
        assert Visit.unscoped().count() == 3


def test_bypassing_policies_ends_with_its_block(city: City) -> None:
    with acting_as(city.actor(city.other_agency_manager)):
        with bypass_rls("test"):
            assert Visit.unscoped().count() == 3
        assert Visit.unscoped().count() == 0


def test_what_an_event_says_is_added_to_any_chain_and_changed_in_none(city: City) -> None:
    with acting_as(city.actor(city.engineer)):
        assert _touched("UPDATE evidence_event SET verb = verb") == 0
        assert _touched("DELETE FROM evidence_event") == 0
    assert Event.unscoped().exists()


@pytest.mark.django_db(transaction=True)
def test_threads_have_a_context_of_their_own(world: World) -> None:
    def seen(account: Account) -> int:
        try:
            with acting_as(world.actor(account)):
                return MonitoringPoint.unscoped().count()
        finally:
            connection.close()

    accounts = [world.agency_manager, world.other_agency_manager] * 8
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(seen, accounts)) == [2, 0] * 8


@pytest.mark.django_db(transaction=True)
def test_a_shared_session_is_told_for_one_transaction_only(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connection.settings_dict, "POOLED", "yes")
    connection.close()
    with acting_as(world.actor(world.agency_manager)):
        assert MonitoringPoint.unscoped().count() == 2
        assert _session_kind() == ""
        with transaction.atomic():
            assert MonitoringPoint.unscoped().count() == 2
            assert _session_kind() == "agency"
        assert _session_kind() == ""
    with acting_as(world.actor(world.other_agency_manager)):
        assert MonitoringPoint.unscoped().count() == 0


def test_lists_still_use_their_indexes(city: City) -> None:
    for account, index in ((city.agency_manager, "agency"), (city.discharger_owner, "discharger")):
        with acting_as(city.actor(account)), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            plan = Visit.objects.order_by("-id")[:20].explain()
        assert "Seq Scan on maintenance_visit" not in plan, index
        assert f"{index}_id =" in plan
