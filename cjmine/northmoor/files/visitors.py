"""What do the rest of the town and its robots look at? Page views without any id, column by column.

They are in nobody's life. Visitors declined cookies, so nothing can ever say
who they were; robots announce themselves in the column ``agent``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import numpy as np
import polars as pl

from cjmine.northmoor import clock
from cjmine.northmoor.files.gathered import NOBODY
from cjmine.northmoor.systems.portal import COLUMNS, DEVICES, OUTAGE

ROBOTS = 0.02  # of all rows of the portal
ROBOT = "crawler"
_PAGES = ("/", "/moving-home", "/bins", "/council-tax", "/parking", "/libraries", "/repairs", "/contact")
_UNKNOWN = COLUMNS[COLUMNS.index("action") + 1 :]
_PAGES_PER_SESSION, _PAGES_PER_CRAWL = 6, 80
_FIRST_HOUR, _HOURS = 7, 16
_HALF_TOKEN = 1 << 32
_BLOCK = 100_000  # page views made at once
_DAYS = (clock.LAST_DAY - clock.FIRST_DAY).days + 1


def visits(views: int, seed: int) -> Iterator[pl.DataFrame]:
    """Yield about ``views`` page views of people who declined cookies; none in the week without a tag."""
    for block, done in enumerate(range(0, views, _BLOCK)):
        part = min(_BLOCK, views - done)
        yield _rows(part, _PAGES_PER_SESSION, DEVICES, _draws(seed, 1, block))


def crawls(others: int, seed: int) -> pl.DataFrame:
    """Return the page views of robots, which are 2 % where ``others`` are the rest."""
    return _rows(round(others * ROBOTS / (1 - ROBOTS)), _PAGES_PER_CRAWL, (ROBOT,), _draws(seed, 2))


def _draws(seed: int, *whose: int) -> np.random.Generator:
    # Only ``random`` is drawn: it depends on nothing but the bit generator (see dice.py).
    return np.random.Generator(np.random.PCG64([seed, 8, *whose]))


def _rows(views: int, most: int, agents: tuple[str, ...], draws: np.random.Generator) -> pl.DataFrame:
    """Return page views in sessions of 1 to ``most`` pages, at most half a minute between two."""
    sessions = 3 * views // (most + 1) + 2  # half as many again as are needed
    lengths = 1 + _integers(draws, sessions, most)
    whole = pl.DataFrame(
        {
            "length": lengths,
            "day": _integers(draws, sessions, _DAYS),
            "second": _integers(draws, sessions, _HOURS * 3600),
            "left": _integers(draws, sessions, _HALF_TOKEN),
            "right": _integers(draws, sessions, _HALF_TOKEN),
            "agent": _integers(draws, sessions, len(agents)),
        }
    ).with_row_index("session")
    pages = whole.select(pl.all().repeat_by("length").explode()).head(views)
    pages = pages.with_columns(
        pl.Series("page", _integers(draws, pages.height, len(_PAGES))),
        pl.Series("pause", _integers(draws, pages.height, 30_000)),
    )
    return _placed(pages, agents)


def _integers(
    draws: np.random.Generator, count: int, below: int
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return (draws.random(count) * below).astype(np.int64)


def _placed(pages: pl.DataFrame, agents: tuple[str, ...]) -> pl.DataFrame:
    """Return rows ready for the portal's files."""
    local = (
        pl.lit(clock.FIRST_DAY).cast(pl.Datetime("ms"))
        + pl.duration(days="day", seconds=pl.col("second") + _FIRST_HOUR * 3600)
        + pl.duration(milliseconds=pl.col("pause").cum_sum().over("session"))
    )
    timed = pages.with_columns(local.alias("local")).filter(
        ~pl.col("local").dt.date().is_between(*OUTAGE),
        pl.col("local") < pl.lit(clock.LAST_DAY + timedelta(days=1)),
    )
    instant = pl.col("local").dt.replace_time_zone(str(clock.ZONE)).dt.convert_time_zone("UTC")
    token = pl.concat_str(_hexadecimal("left"), _hexadecimal("right"))
    cells = pl.concat_str(
        pl.lit('{"ts":'),
        instant.dt.epoch("ms").cast(pl.String),
        pl.lit(',"session":"'),
        token,
        pl.lit('","cookie":null,"account":null,"agent":"'),
        pl.col("agent").replace_strict(dict(enumerate(agents)), return_dtype=pl.String),
        pl.lit('","action":"view '),
        pl.col("page").replace_strict(dict(enumerate(_PAGES)), return_dtype=pl.String),
        pl.lit('",' + ",".join(f'"{name}":null' for name in _UNKNOWN) + "}"),
    )
    return timed.select(
        pl.format("portal/portal-{}.jsonl.gz", pl.col("local").dt.strftime("%Y-%m")).alias("file"),
        pl.lit("").alias("group"),
        instant.dt.epoch("us").alias("at"),
        pl.lit(NOBODY).alias("person"),
        pl.lit(NOBODY).alias("act"),
        cells.alias("cells"),
        pl.lit(None, pl.String).alias("source_id"),
        pl.lit(value=False).alias("linkable"),
        pl.lit(value=False).alias("survives"),
    )


def _hexadecimal(column: str) -> pl.Expr:
    """Write a number below 2**32 in eight hexadecimal digits."""
    digits = [
        ((pl.col(column) // 16**place) % 16).replace_strict(
            dict(enumerate("0123456789abcdef")), return_dtype=pl.String
        )
        for place in range(7, -1, -1)
    ]
    return pl.concat_str(digits)
