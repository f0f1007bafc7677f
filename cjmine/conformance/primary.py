"""Of several deviations of the same events, which one is told (domain.md 0.1, ruling 12)?

One set of events gives one finding: V8 before V3, V3 before V9, V9 before V2. A broken `only via` or
`only by` stands for the wrong channel or service as well.
What is not told apart is named in `also` of what is.
"""

from __future__ import annotations

import polars as pl

from cjmine.domain.vocabulary import Severity

_RANKED = ("V8", "V3")


def without_double(aligned: pl.DataFrame, rules: pl.DataFrame, taken: pl.DataFrame) -> list[pl.DataFrame]:
    """Return the rows that are told, of each of the three tables, with what else they stand for in ``also``.

    ``aligned`` are deviations of the order of steps, ``rules`` of V9, ``taken`` of V6 and V7, all with
    event_ids and primary_event_id; ``only`` of a rule is the code that it stands for where it is broken.
    """
    aligned, rules, taken = (_numbered(rows) for rows in (aligned, rules, taken))
    if not rules.height:
        return [rows.drop("n") for rows in (aligned, rules, taken)]
    covered = _covered(aligned, rules)
    aligned = _standing_for(aligned, covered.select("n", pl.lit("V9").alias("code")))
    rules = rules.join(covered, left_on="n", right_on="rule", how="anti", maintain_order="left")
    both = (("V2", aligned), ("V6", taken), ("V7", taken))
    pairs = pl.concat(
        [_at_once(rules, others.filter(code=code)).with_columns(code=pl.lit(code)) for code, others in both]
    )
    pairs = pairs.filter((pl.col("code") == "V2") | (pl.col("code") == pl.col("only")))
    pairs = pairs.unique(["code", "other"], keep="first", maintain_order=True)
    rules = _standing_for(rules, pairs)
    unwanted = pairs.filter("severe").select("n").unique()
    high = pl.col("n").is_in(unwanted["n"].implode())
    ad_hoc = pl.col("n").is_in(pairs.filter(code="V2")["n"].implode())
    rules = rules.with_columns(
        pl.when(high).then(pl.lit(Severity.HIGH.value)).otherwise("severity").alias("severity"),
        pl.when(ad_hoc).then(pl.concat_list("primary")).otherwise("extra_rows").alias("extra_rows"),
    )
    gone = [pairs.filter(pl.col("code").is_in(codes)).select(n="other") for codes in (["V2"], ["V6", "V7"])]
    kept = [
        rows.join(out, on="n", how="anti", maintain_order="left")
        for rows, out in zip((aligned, taken), gone, strict=True)
    ]
    return [rows.drop("n") for rows in (kept[0], rules, kept[1])]


def _numbered(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(pl.int_range(pl.len()).alias("n"))


def _covered(aligned: pl.DataFrame, rules: pl.DataFrame) -> pl.DataFrame:
    """Return n (of the aligned) and rule (number) of the broken rules whose events these already have.

    A round too many has the event that breaks the rule; of two steps out of order all events of the rule.
    """
    above = aligned.filter(pl.col("code").is_in(_RANKED)).select("n", "code", "event_ids")
    events = above.explode("event_ids").rename({"event_ids": "event_id"})
    asked = rules.select("n", "primary_event_id", "event_ids").rename({"n": "rule"})
    named = asked.explode("event_ids").rename({"event_ids": "event_id"})
    met = named.join(events, on="event_id").with_columns(
        (pl.col("event_id") == pl.col("primary_event_id")).alias("main")
    )
    sizes = asked.select("rule", pl.col("event_ids").list.len().alias("size"))
    pairs = met.group_by("rule", "n", "code").agg(pl.len().alias("shared"), pl.col("main").any())
    pairs = pairs.join(sizes, on="rule")
    whole = pl.when(pl.col("code") == "V8").then("main").otherwise(pl.col("shared") == pl.col("size"))
    found = pairs.filter(whole).sort("rule", pl.col("code") == "V3", "n")
    return found.unique("rule", keep="first", maintain_order=True).select("n", "rule")


def _at_once(rules: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    """Return n (of the rule), other (number), severe and only, of others that a rule's main event has."""
    mine = rules.select("n", "primary_event_id", "only")
    theirs = others.select(
        pl.col("n").alias("other"),
        "primary_event_id",
        (pl.col("severity") == Severity.HIGH.value).alias("severe"),
    )
    found = mine.join(theirs, on="primary_event_id").sort("other", "n")
    return found.select("n", "other", "severe", "only")


def _standing_for(rows: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """Return rows with the codes of ``pairs`` (n, code) as what they also stand for."""
    told = pairs.group_by("n").agg(pl.col("code").unique().sort().alias("also"))
    return rows.join(told, on="n", how="left", maintain_order="left")
