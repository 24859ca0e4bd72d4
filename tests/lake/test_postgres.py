"""Published tables in a real PostgreSQL: what they hold, how they are described, and who may read them."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.dataset as ds
import pytest
from psycopg.errors import InsufficientPrivilege

from catalog import TABLES
from catalog.errors import CommitConflict, DatabaseUnavailable, MissingTable, NothingToDo
from jobs.publish_sql import publish_to
from lake import AuditLog, Lake
from lake.pinned import Pinned
from lake.postgres import Outcome, Target, publish
from lake.postgres.binary import END, START, binary_rows
from lake.postgres.definition import reader_role
from lake.postgres.schemas import quote
from tests.lake.plain import DAY, REASON, commit_run, plain_row
from tests.postgres_server import Database, PostgresServer

PUBLISHED = [name for name, table in TABLES.items() if table.layer == "published"]
ANALYSTS = ["cases", "scored_claims", "scored_providers"]


@pytest.fixture(autouse=True)
def _password(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "database" in request.fixturenames:
        monkeypatch.setenv("PGPASSWORD", request.getfixturevalue("database").password)


def publish_all(lake: Lake, database: Database, *tables: str, **options: Any) -> list[Outcome]:
    outcomes, _ = publish([lake.pinned(table) for table in tables], Target.parse(database.address), **options)
    return outcomes


@pytest.fixture(scope="module")
def every_table(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Database:
    """All published tables of a lake, published."""
    lake = Lake(str(tmp_path_factory.mktemp("every") / "lake"))
    for table in PUBLISHED:
        commit_run(lake, table, "first")
    database = postgres.new_database()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PGPASSWORD", database.password)
        publish_to(lake, database.address)
    return database


def test_values_arrive_as_they_are(lake: Lake, database: Database) -> None:
    nothing = float("nan")
    odd = dict(REASON, text='says "9", or\n\\.\nmore', value=nothing, expected=float("inf"), evidence=[])
    changed = {"provider_id": "", "scheme": None, "reasons": [odd], "fraud_probability": None}
    lake.write_rows([plain_row("scored_claims", claim_id="c,1", **changed)], "scored_claims", str(DAY))
    lake.write_rows([plain_row("risk_predictions", member_id="m1")], "risk_predictions", str(DAY))
    publish_all(lake, database, "scored_claims", "risk_predictions")
    columns = "claim_id, as_of, provider_id, scheme, paid_amount, fraud_probability, reasons, scored_at"
    (row,) = database.ask(f"select {columns} from underwatch.scored_claims")
    told = dict(odd, value=None, expected=None)
    when = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert row == ("c,1", date(2025, 12, 31), "", None, Decimal("12.50"), None, [told], when)
    assert database.ask("select high_cost_probability, horizon_months from underwatch.risk_predictions") == [
        ({"50000": 0.1}, 1)
    ]


def test_rows_further_on_in_a_large_file_keep_their_reasons(lake: Lake, database: Database) -> None:
    told = {f"c{number}": [dict(REASON, text=f"{number}, {place}") for place in range(number)] for number in range(7)}
    made = [plain_row("scored_claims", claim_id=name, reasons=reasons) for name, reasons in told.items()]
    lake.write_rows(made, "scored_claims", str(DAY))
    pinned = lake.pinned("scored_claims")
    whole = pinned.dataset().to_table().combine_chunks()
    at, reasons = whole.column_names.index("reasons"), whole["reasons"].chunk(0)
    longer = pa.concat_arrays([reasons.values, reasons.values])
    further = pa.ListArray.from_arrays(reasons.offsets, longer.slice(len(reasons.values)))

    class FurtherOn(Pinned):
        """Arrow hands out the later rows of a large file like this: lists of a slice of longer values."""

        def dataset(self) -> ds.Dataset:
            return ds.dataset(whole.set_column(at, whole.schema.field(at), further.cast(reasons.type)))

    publish([FurtherOn(**vars(pinned))], Target.parse(database.address))
    assert dict(database.ask("select claim_id, reasons from underwatch.scored_claims")) == told


@pytest.mark.parametrize(
    ("kind", "arrow", "values"),
    [
        ("numeric(14,2)", pa.decimal128(14, 2), "0 0.01 -0.01 10000 -9999.99 12345678.90 999999999999.99"),
        ("numeric(18,2)", pa.decimal128(18, 2), "9999999999999999.99 -9999999999999999.99"),
        ("numeric(10,5)", pa.decimal128(10, 5), "0.00001 99999.99999 -1.50000"),
        ("numeric(6,0)", pa.decimal128(6, 0), "0 -999999 10000"),
    ],
)
def test_every_sum_of_money_arrives_to_the_cent(database: Database, kind: str, arrow: Any, values: str) -> None:
    sums = [Decimal(value) for value in values.split()]
    assert _copied(database, kind, pa.array([None, *sums], arrow)) == [None, *sums]


@pytest.mark.parametrize(
    ("kind", "column"),
    [
        ("date", pa.array([date(1, 1, 1), date(1999, 12, 31), date(2000, 1, 1), None, date(9999, 12, 31)])),
        (
            "timestamptz",
            pa.array([datetime(1969, 1, 1, tzinfo=UTC), None, datetime(2026, 1, 1, 0, 0, 0, 1, tzinfo=UTC)]),
        ),
        ("integer", pa.array([-(2**31), None, 2**31 - 1], pa.int32())),
        ("bigint", pa.array([-(2**63), None, 2**63 - 1])),
        ("double precision", pa.array([5e-324, -0.1, None, float("inf"), 1.7976931348623157e308])),
        ("boolean", pa.array([True, None, False])),
        ("text", pa.array(["", None, "é\t\\N\n", "x" * 70_000])),
        ("bigint", pa.array([1, 2, None, 4])[1:]),
        ("numeric(14,2)", pa.array([Decimal("1.00"), Decimal("2.00"), None])[1:]),
    ],
)
def test_values_at_the_edges_of_a_type_arrive_as_they_are(database: Database, kind: str, column: pa.Array) -> None:
    assert _copied(database, kind, column) == column.to_pylist()


def _copied(database: Database, kind: str, column: pa.Array) -> list[object]:
    """What PostgreSQL holds of a column after a binary COPY, beside the number of each row."""
    batch = pa.record_batch({"place": pa.array(range(len(column)), pa.int64()), "value": column})
    with psycopg.connect(database.server.admin(database.name)) as connection:
        connection.execute(f"create temporary table copied (place bigint, value {kind})")
        with connection.cursor().copy("copy copied from stdin (format binary)") as copy:
            for part in (START, binary_rows(batch), END):
                copy.write(part)
        return [value for (value,) in connection.execute("select value from copied order by place").fetchall()]


@pytest.mark.parametrize("table", PUBLISHED)
def test_each_column_has_its_type_and_comment(every_table: Database, table: str) -> None:
    found = every_table.ask(
        f"""select attname, format_type(atttypid, atttypmod), attnotnull, col_description(attrelid, attnum)
            from pg_attribute where attrelid = 'underwatch.{table}'::regclass and attnum > 0 order by attnum"""
    )
    assert [name for name, *_ in found] == TABLES[table].column_names
    types = {"string": "text", "double": "double precision", "timestamp": "timestamp with time zone", "int": "integer"}
    for name, kind, filled, comment in found:
        column = TABLES[table].column(name)
        nested = column.type.startswith(("array", "map"))
        plain = column.type.replace("decimal", "numeric")
        assert kind == ("jsonb" if nested else types.get(column.type, plain))
        assert filled == (not column.nullable or name in TABLES[table].key)
        assert comment.startswith(column.description)
        assert column.unit in comment
    ((comment,),) = every_table.ask(f"select obj_description('underwatch.{table}'::regclass)")
    assert comment == f"{TABLES[table].grain} Read by {TABLES[table].readers}."


@pytest.mark.parametrize("table", PUBLISHED)
def test_the_key_and_what_readers_filter_on_are_indexed(every_table: Database, table: str) -> None:
    """On the table, and built on the partition that holds the rows."""
    query = """select array_agg(attname::text order by place), indisprimary, indisvalid
               from pg_index, unnest(indkey::int[]) with ordinality as fields(number, place), pg_attribute
               where indrelid = '{}'::regclass and attrelid = indrelid and attnum = number
               group by indexrelid, indisprimary, indisvalid"""
    expected = sorted([(list(TABLES[table].key), True), *((list(fields), False) for fields in TABLES[table].filters)])
    ((partition,),) = every_table.ask(
        f"select inhrelid::regclass::text from pg_inherits where inhparent = 'underwatch.{table}'::regclass"
    )
    for named in (f"underwatch.{table}", partition):
        found = every_table.ask(query.format(named))
        assert sorted((fields, primary) for fields, primary, _ in found) == expected
        assert all(valid for *_, valid in found)


def test_readers_of_the_one_kind_do_not_read_the_other(every_table: Database) -> None:
    assert {reader_role(TABLES[table], "u") for table in ANALYSTS} == {"u_analyst"}
    with psycopg.connect(every_table.server.admin(every_table.name), autocommit=True) as connection:
        for role, meant in (("analyst", ANALYSTS), ("underwriter", [t for t in PUBLISHED if t not in ANALYSTS])):
            connection.execute(f"set role underwatch_{role}")
            assert connection.execute("select count(*) from underwatch.published_versions").fetchone() == (6,)
            for table in PUBLISHED:
                if table in meant:
                    assert connection.execute(f"select count(*) from underwatch.{table}").fetchone() == (3,)
                    with pytest.raises(InsufficientPrivilege):
                        connection.execute(f"delete from underwatch.{table}")
                else:
                    with pytest.raises(InsufficientPrivilege):
                        connection.execute(f"select count(*) from underwatch.{table}")
            with pytest.raises(InsufficientPrivilege):
                connection.execute("select * from underwatch.published_versions for update")
            connection.execute("reset role")
        roles = connection.execute(
            "select rolcanlogin, rolsuper, rolcreaterole, (select rolpassword from pg_authid a where a.oid = r.oid) "
            "from pg_roles r where rolname like 'underwatch_%'"
        ).fetchall()
    assert roles == [(False, False, False, None)] * 2


def test_a_version_that_is_there_is_skipped_and_a_new_one_replaces_it(lake: Lake, database: Database) -> None:
    held = "select inhrelid from pg_inherits where inhparent::regclass::text like 'underwatch.%' order by 1"
    for table in ANALYSTS:
        commit_run(lake, table, "first")
    assert not any(outcome.skipped for outcome in publish_all(lake, database, *ANALYSTS))
    before = database.ask(held)
    assert all(outcome.skipped for outcome in publish_all(lake, database, *ANALYSTS))
    assert database.ask(held) == before
    commit_run(lake, "scored_claims", "second", count=5)
    outcomes = publish_all(lake, database, *ANALYSTS)
    assert [(each.table, each.version, each.rows) for each in outcomes if not each.skipped] == [("scored_claims", 1, 5)]
    assert database.ask("select distinct run_id, count(*) over () from underwatch.scored_claims") == [("second", 5)]
    noted = "select table_name, delta_version, row_count from underwatch.published_versions order by 1"
    assert database.ask(noted) == [("cases", 0, 3), ("scored_claims", 1, 5), ("scored_providers", 0, 3)]
    assert database.ask("select count(*) from pg_tables where schemaname = 'underwatch_rows'") == [(3,)]


def test_another_lake_is_another_version(lake: Lake, database: Database, tmp_path: Any) -> None:
    other = Lake(str(tmp_path / "other"))
    for each, run in ((lake, "here"), (other, "there")):
        commit_run(each, "cases", run)
        publish_all(each, database, "cases")
        assert database.ask("select distinct run_id from underwatch.cases") == [(run,)]


def test_what_people_built_on_a_table_stays(lake: Lake, database: Database) -> None:
    commit_run(lake, "cases", "first")
    publish_all(lake, database, "cases")
    database.ask("create view public.open_cases as select case_id, run_id from underwatch.cases")
    database.ask("create role somebody_else; grant select on underwatch.cases to somebody_else")
    commit_run(lake, "cases", "second")
    publish_all(lake, database, "cases")
    assert database.ask("select distinct run_id from public.open_cases") == [("second",)]
    assert database.ask("select has_table_privilege('somebody_else', 'underwatch.cases', 'select')") == [(True,)]


def test_a_table_of_an_older_catalog_gets_the_new_columns(lake: Lake, database: Database) -> None:
    commit_run(lake, "cases", "first")
    publish_all(lake, database, "cases")
    for change in (
        "alter table underwatch.cases drop column bound_by, add column gone text, alter column fraud_rank type text",
        "drop index underwatch.cases_as_of_fraud_rank_idx",
        "update underwatch.published_versions set definition = 'of an older catalog'",
    ):
        database.ask(change)
    assert not publish_all(lake, database, "cases")[0].skipped
    columns = (
        "select column_name from information_schema.columns where table_schema = 'underwatch' and table_name = 'cases'"
    )
    assert {name for (name,) in database.ask(columns)} == set(TABLES["cases"].column_names)
    assert database.ask("select distinct fraud_rank, bound_by from underwatch.cases") == [(1, "x")]
    assert database.ask("select to_regclass('underwatch.cases_as_of_fraud_rank_idx') is not null") == [(True,)]


def test_a_reader_with_an_older_snapshot_sees_a_whole_version(lake: Lake, database: Database) -> None:
    commit_run(lake, "cases", "first")
    publish_all(lake, database, "cases")
    with psycopg.connect(database.server.admin(database.name)) as reader:
        reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        reader.execute("select 1")  # the snapshot is taken, no table is held yet
        commit_run(lake, "cases", "second")
        publish_all(lake, database, "cases")
        assert reader.execute("select run_id, count(*) from underwatch.cases group by 1").fetchall() == [("second", 3)]


def test_a_reader_between_two_tables_sees_them_of_one_version(lake: Lake, database: Database) -> None:
    tables = ("scored_claims", "scored_providers")
    for table in tables:
        commit_run(lake, table, "first")
    publish_all(lake, database, *tables)
    for table in tables:
        commit_run(lake, table, "second")
    with psycopg.connect(database.server.admin(database.name)) as reader:
        for table in reversed(tables):  # the other way round than publishing takes them
            if table == "scored_claims":
                publishing = threading.Thread(target=publish_all, args=(lake, database, *tables))
                publishing.start()
                publishing.join(2)
                assert publishing.is_alive()  # it waits for this reader
            assert reader.execute(f"select distinct run_id from underwatch.{table}").fetchall() == [("first",)]
        reader.commit()
        publishing.join(60)
        assert reader.execute("select distinct run_id from underwatch.scored_claims").fetchall() == [("second",)]


def test_readers_who_hold_a_table_too_long_stop_it(lake: Lake, database: Database) -> None:
    commit_run(lake, "cases", "first")
    publish_all(lake, database, "cases")
    commit_run(lake, "cases", "second")
    with psycopg.connect(database.server.admin(database.name)) as reader:
        reader.execute("select count(*) from underwatch.cases")
        with pytest.raises(CommitConflict, match=r"readers held the tables for 1 s and more; .* or give --wait more"):
            publish_all(lake, database, "cases", wait=1)
        assert reader.execute("select distinct run_id from underwatch.cases").fetchall() == [("first",)]


def test_one_publishing_at_a_time(lake: Lake, database: Database) -> None:
    commit_run(lake, "cases", "first")
    with psycopg.connect(database.server.admin(database.name)) as other:
        other.execute("select pg_advisory_xact_lock(hashtextextended('underwatch publish underwatch', 0))")
        with pytest.raises(CommitConflict, match="another run is publishing to schema underwatch"):
            publish_all(lake, database, "cases", wait=0.2)
        publish_all(lake, database, "cases", wait=0.2, schema="elsewhere")
    assert database.ask("select count(*) from elsewhere.cases") == [(3,)]


class TestErrors:
    def _fails(self, lake: Lake, address: str, match: str) -> str:
        with pytest.raises(DatabaseUnavailable, match=match) as raised:
            publish([lake.pinned("cases")], Target.parse(address))
        told = raised.value
        return f"{told!r} {told.__cause__!r} {None if told.__suppress_context__ else told.__context__}"

    @pytest.fixture(autouse=True)
    def _cases(self, lake: Lake) -> None:
        commit_run(lake, "cases", "first")

    def test_nobody_answers(self, lake: Lake) -> None:
        said = self._fails(lake, "postgresql://u:hunter2@127.0.0.1:1/claims", r"127.0.0.1:1/claims cannot be reached")
        assert "hunter2" not in said

    def test_a_wrong_password(self, lake: Lake, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PGPASSWORD", "hunter2")
        said = self._fails(lake, database.address, "does not let d.* in; give the right password in PGPASSWORD")
        assert "hunter2" not in said
        monkeypatch.delenv("PGPASSWORD")
        self._fails(lake, database.address, "does not let d.* in; give the right password in PGPASSWORD")

    def test_the_password_may_come_from_a_file(
        self, lake: Lake, database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
    ) -> None:
        file = tmp_path / "pgpass"
        file.write_text(f"127.0.0.1:*:*:{database.name}:{database.password}\n")
        file.chmod(0o600)
        monkeypatch.delenv("PGPASSWORD")
        monkeypatch.setenv("PGPASSFILE", str(file))
        assert publish_all(lake, database, "cases")[0].rows == 3

    def test_no_such_database(self, lake: Lake, database: Database) -> None:
        self._fails(lake, f"{database.address}x", "does not exist; have it made: createdb")

    @pytest.mark.parametrize(
        "address",
        ["mysql://h/d", "postgresql://h", "postgresql://u:hun@ter2@h/d", "postgresql://u@h:hunter2/d", "hunter2"],
    )
    def test_an_address_that_cannot_be_read(self, address: str) -> None:
        with pytest.raises(DatabaseUnavailable, match="it looks like postgresql://USER@HOST:5432/DATABASE") as raised:
            Target.parse(address)
        assert "hunter2" not in str(raised.value)
        assert "ter2" not in str(raised.value)

    def test_the_address_is_not_shown_with_its_password(self) -> None:
        assert "hunter2" not in repr(Target.parse("postgresql://u:hunter2@h/d"))

    def test_no_right_to_make_the_schemas(self, lake: Lake, database: Database) -> None:
        database.ask(
            f"alter database {database.name} owner to owner; revoke create on database {database.name} from public"
        )
        said = self._fails(
            lake, database.address, "schema underwatch is missing and d.* may not make it; have an admin"
        )
        statements = said.split("have an administrator run: ")[1].split(";')")[0]
        database.ask(statements)
        assert publish_all(lake, database, "cases")[0].rows == 3

    def test_no_right_to_the_tables(self, lake: Lake, database: Database) -> None:
        database.ask("create schema underwatch; create schema underwatch_rows")
        self._fails(lake, database.address, "has no right to do this in .*; nothing was published")

    def test_something_else_bears_the_name(self, lake: Lake, database: Database) -> None:
        database.ask(f"create schema underwatch authorization {database.name}; create table underwatch.cases (a int)")
        with pytest.raises(CommitConflict, match=r"underwatch\.cases is there and was not made by publishing"):
            publish_all(lake, database, "cases")

    def test_a_value_that_cannot_be_held_is_not_told(self, lake: Lake, database: Database) -> None:
        lake.write_rows([plain_row("cases", case_id="k1", bound_by="mem\0ber77")], "cases", str(DAY))
        said = self._fails(lake, database.address, "cannot hold a value in .*; nothing was published")
        assert "ber77" not in said
        assert database.ask("select to_regclass('underwatch.cases')") == [(None,)]

    def test_a_view_on_a_column_that_changed(self, lake: Lake, database: Database) -> None:
        publish_all(lake, database, "cases")
        database.ask(
            "alter table underwatch.cases alter fraud_rank type text; "
            "create view public.ranks as select fraud_rank from underwatch.cases; "
            "update underwatch.published_versions set definition = 'older'"
        )
        self._fails(lake, database.address, "holds a view on a column that the catalog changed")


class TestCommand:
    def test_it_says_what_it_did(self, lake: Lake, database: Database, capsys: pytest.CaptureFixture[str]) -> None:
        commit_run(lake, "cases", "first")
        for said in ("published, 3 rows", "is there already"):
            publish_to(lake, database.address)
            shown = capsys.readouterr()
            assert shown.out.splitlines()[-1] == f"underwatch.cases version 0 {said}"
            assert database.password not in shown.out + shown.err
        (noted,) = AuditLog(lake.root).entries()  # of the one that changed something
        assert (noted.action, noted.subject, noted.details["version"]) == ("publish_sql", "cases", 0)

    def test_the_address_may_come_from_a_variable_that_is_named(
        self, lake: Lake, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        commit_run(lake, "cases", "first")
        monkeypatch.delenv("UNDERWATCH_POSTGRES", raising=False)
        with pytest.raises(NothingToDo, match="no database is named to publish to: set UNDERWATCH_POSTGRES to"):
            publish_to(lake, "UNDERWATCH_POSTGRES")
        monkeypatch.setenv("UNDERWATCH_POSTGRES", database.address)
        publish_to(lake, "UNDERWATCH_POSTGRES")
        assert database.ask("select count(*) from underwatch.cases") == [(3,)]

    def test_roles_that_may_not_be_made_are_named(
        self, lake: Lake, database: Database, capsys: pytest.CaptureFixture[str]
    ) -> None:
        database.ask(f"alter role {database.name} nocreaterole")
        commit_run(lake, "cases", "first")
        publish_to(lake, database.address, "cases", "apart")
        assert "have an administrator run `create role apart_analyst nologin;`" in capsys.readouterr().err
        assert database.ask("select count(*) from apart.cases") == [(3,)]

    def test_only_tables_meant_for_readers(self, lake: Lake, database: Database) -> None:
        with pytest.raises(MissingTable, match="claim_lines is not meant for readers; published are"):
            publish_to(lake, database.address, "claim_lines")

    def test_an_empty_lake_has_nothing_to_publish(self, lake: Lake, database: Database) -> None:
        with pytest.raises(MissingTable, match="has published nothing yet; run `underwatch run` first"):
            publish_to(lake, database.address)


def test_names_are_quoted() -> None:
    assert quote('a"b') == '"a""b"'
