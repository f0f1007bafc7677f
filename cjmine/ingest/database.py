"""What does a database hold? The rows of each source, as one moment saw them, written out as CSV.

All sources of one database are read in one transaction that may only read: nobody's writing comes between
two of them. From there on a table is an export like any other. This is the one door to database drivers.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

from cjmine.engine.tasks import written
from cjmine.errors import SettingsError, SourceError
from cjmine.ingest.credentials import address
from cjmine.ingest.settings import Format, Source

_ORDERED = re.compile(r"\border\s+by\b", re.IGNORECASE)
_POSTGRES = re.compile(r"postgres(?:ql)?(?:\+\w+)?://", re.IGNORECASE)
_SQLITE = re.compile(r"sqlite(?:\+\w+)?:///(.+)", re.IGNORECASE)
_PASSWORD = re.compile(r"://[^:/@]*:([^@]*)@")
_AT_ONCE = 10_000
_OF_DATABASES = {"database", "table", "query", "parameters", "order_by"}
Fetch = Callable[[Source, IO[bytes]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """A source as an export on disk, and what is to be said of how it was read."""

    source: Source
    warnings: tuple[str, ...] = ()


def copied(sources: Sequence[Source], folder: Path) -> list[Copied]:
    """Return the sources; those in databases are written below ``folder`` first, and lie there now.

    Raises ``SettingsError`` where an address or a driver is missing, ``SourceError`` for all that a
    database refuses. What is broken off leaves nothing.
    """
    found = {one.name: Copied(source=one) for one in sources}
    places = dict.fromkeys(one.database for one in sources if one.format is Format.SQL and one.database)
    for place in places:
        mine = [one for one in sources if one.format is Format.SQL and one.database == place]
        with _opened(address(str(place), mine[0].name), mine[0]) as fetch:
            found |= {one.name: _copied(one, folder, fetch) for one in mine}
    return [found[one.name] for one in sources]


def _copied(source: Source, folder: Path, fetch: Fetch) -> Copied:
    path = folder / source.name / f"{source.table or 'query'}.csv"
    with written(path) as draft, draft.open("wb") as file:
        fetch(source, file)
    described = source.model_dump(by_alias=True, exclude=_OF_DATABASES, exclude_unset=True)
    text = {"files": (str(path),), "format": Format.CSV, "encoding": "utf-8", "delimiter": ","}
    ordered = source.order_by or _ORDERED.search(source.query or "")
    said = f"source '{source.name}': nothing says in which order its rows come (order_by, or ORDER BY)"
    warnings = () if ordered else (f"{said}: rows of equal times may change places from run to run",)
    return Copied(source=Source.model_validate({**described, **text}), warnings=warnings)


@contextmanager
def _opened(url: str, source: Source) -> Iterator[Fetch]:
    """Yield a way to write a source's rows, all of one moment; faults are told without the password."""
    for name in ("psycopg",) if _POSTGRES.match(url) else ("sqlalchemy",):
        if find_spec(name) is None:
            msg = f"source '{source.name}': databases are read with {name}, which is not installed"
            raise SettingsError(msg, "python -m pip install 'cjmine[sql]'")
    opened = _postgres(url, source) if _POSTGRES.match(url) else _other(url, source)
    with opened as fetch:
        yield fetch


@contextmanager
def _postgres(url: str, source: Source) -> Iterator[Fetch]:
    """PostgreSQL writes the text itself (COPY): every number, time and id exactly as it prints them."""
    import psycopg  # noqa: PLC0415 (an optional part, and slow)
    from psycopg import sql  # noqa: PLC0415

    plain = _POSTGRES.sub("postgresql://", url)
    try:
        there = psycopg.connect(plain, cursor_factory=psycopg.ClientCursor, connect_timeout=15)
    except psycopg.Error as error:
        raise _refused(source, "cannot be reached", error, url) from None
    with there:
        there.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        there.read_only = True
        for setting in (
            "datestyle = ISO",
            "timezone = 'UTC'",
            "bytea_output = hex",
            "synchronize_seqscans = off",
        ):
            there.execute(f"SET LOCAL {setting}")

        def fetch(one: Source, file: IO[bytes]) -> None:
            if one.table is not None:
                order = [sql.Identifier(name) for name in one.order_by]
                rows = sql.SQL("SELECT * FROM {}").format(sql.Identifier(*one.table.split(".")))
                if order:
                    rows += sql.SQL(" ORDER BY {}").format(sql.SQL(", ").join(order))
                told: Any = sql.SQL("COPY ({}) TO STDOUT (FORMAT csv, HEADER true)").format(rows)
            else:
                told = f"COPY ({_named(one)}) TO STDOUT (FORMAT csv, HEADER true)"
            try:
                with there.cursor().copy(told, one.parameters or None) as blocks:
                    for block in blocks:
                        file.write(block)
            except psycopg.OperationalError as error:
                raise _refused(one, f"broke off after {file.tell():,} bytes", error, url) from None
            except psycopg.Error as error:
                raise _refused(one, "refuses", error, url) from None

        yield fetch


def _named(source: Source) -> str:
    """Return a query with its parameters as psycopg names them; other percent signs stay what they are."""
    query = str(source.query).strip().rstrip(";")
    if not source.parameters:
        return query
    names = "|".join(map(re.escape, sorted(source.parameters)))
    return re.sub(rf"(?<!:):({names})\b", r"%(\1)s", query.replace("%", "%%"))


@contextmanager
def _other(url: str, source: Source) -> Iterator[Fetch]:
    """Every other database, through SQLAlchemy: rows are streamed, and each value becomes text here."""
    import sqlalchemy  # noqa: PLC0415 (an optional part, and slow)

    try:
        engine = _read_only(url, source)
        there = engine.connect().execution_options(stream_results=True, max_row_buffer=_AT_ONCE)
    except (sqlalchemy.exc.SQLAlchemyError, ImportError) as error:
        raise _refused(source, "cannot be reached", error, url) from None

    def fetch(one: Source, file: IO[bytes]) -> None:
        try:
            rows = there.execute(sqlalchemy.text(_selected(one, engine)), one.parameters)
            _write(rows, file)
        except sqlalchemy.exc.SQLAlchemyError as error:
            raise _refused(one, "refuses", error, url) from None

    with there, there.begin():
        yield fetch
    engine.dispose()


def _read_only(url: str, source: Source) -> Any:  # noqa: ANN401 (SQLAlchemy is an optional part)
    import sqlalchemy  # noqa: PLC0415

    if found := _SQLITE.match(url):
        import sqlite3  # noqa: PLC0415

        path = Path(found[1])
        if not path.is_file():
            msg = f"source '{source.name}': its database is no file: {path}"
            raise SourceError(msg)
        name = f"file:{path.absolute().as_posix()}?mode=ro"
        return sqlalchemy.create_engine("sqlite://", creator=lambda: sqlite3.connect(name, uri=True))
    level = "SNAPSHOT" if url.casefold().startswith("mssql") else "REPEATABLE READ"
    return sqlalchemy.create_engine(url, isolation_level=level)


def _selected(source: Source, engine: Any) -> str:  # noqa: ANN401 (SQLAlchemy is an optional part)
    if source.table is None:
        return str(source.query)
    quote = engine.dialect.identifier_preparer.quote_identifier
    table = ".".join(quote(part) for part in source.table.split("."))
    order = ", ".join(quote(name) for name in source.order_by)
    return f"SELECT * FROM {table}" + (f" ORDER BY {order}" if order else "")  # noqa: S608 - names are quoted


def _write(rows: Any, file: IO[bytes]) -> None:  # noqa: ANN401 (SQLAlchemy is an optional part)
    class Lines:
        """What csv writes to: text becomes UTF-8."""

        def write(self, text: str) -> int:
            return file.write(text.encode())

    lines = csv.writer(Lines(), lineterminator="\n")
    lines.writerow(rows.keys())
    for part in rows.partitions(_AT_ONCE):
        lines.writerows([_text(value) for value in row] for row in part)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, bytes | memoryview):
        return f"\\x{bytes(value).hex()}"
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _refused(source: Source, what: str, error: Exception, url: str) -> SourceError:
    """Return a driver's fault as ours: its first line, without the address and its password."""
    first = next(iter(str(getattr(error, "orig", None) or error).strip().splitlines()), "no reason given")
    for secret in (url, *_PASSWORD.findall(url)):
        first = first.replace(secret, "***") if secret else first
    fault = f"source '{source.name}': the database {what}: {first}"
    return SourceError(fault, "nothing was kept of it; check the query, the rights and the connection")
