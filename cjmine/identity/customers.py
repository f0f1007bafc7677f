"""Which ids are one customer's? Shared ids, shared keys and crosswalks, joined transitively.

Ids may outgrow memory as text, but not as numbers: some thirty bytes of each are held here, its text and
the rows it stands in lie in books on disk and are looked at book by book.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from cjmine.engine.tasks import Engine
from cjmine.identity.books import Codes, Leaf, all_digests, rows_of
from cjmine.identity.edges import components, edges_of, joining
from cjmine.identity.grown import CHECKS, FILES, Grown, Linked, save
from cjmine.identity.known import Flags, Known, System, seen
from cjmine.identity.marks import Marks, marked, systems_in, unmarked
from cjmine.identity.names import named, renamed
from cjmine.identity.nodes import columns_of, node_column
from cjmine.identity.settings import IdentitySettings

MAX_IDS = 8
"""A component with more ids of one namespace is not believed (2.4) and stays apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Customers:
    """Who is who, by the code of each id.

    ``digests`` are those of all ids, ascending; ``customer`` has each id's customer, as a place in
    ``names``; ``ambiguous`` marks ids whose customer has a second id of the same namespace. ``members``
    of a system are flags, one for each customer. ``walked`` counts, for each crosswalk leaf, its rows,
    those with an id seen in an export, and those with two or more. ``earlier`` has the place of each
    customer in the run that was gone on from, -1 where the customer's ids were others; nothing where
    all were joined anew.
    """

    digests: npt.NDArray[np.uint64]
    customer: npt.NDArray[np.int32]
    names: pl.Series
    ambiguous: Flags
    systems: tuple[System, ...]
    walked: tuple[tuple[int, int, int], ...]
    warnings: tuple[str, ...]
    earlier: npt.NDArray[np.int32] | None = None


def link(
    leaves: Sequence[Leaf],
    schemes: Sequence[str],
    settings: IdentitySettings,
    *,
    engine: Engine,
    folder: Path,
    personal: bool,
    before: Linked | None = None,
) -> Customers:
    """Join ids into customers.

    ``schemes`` are the namespaces in the order the books number them; edges, and what a later run needs
    to go on (``linked``), are written below ``folder``. Keys shared by too many people are not used
    (2.4). With ``before``, what an earlier run knew of the same leaves is gone on from where it can be.
    Raises ``DigestCollisionError`` where the books must be written with other digests.
    """
    for name in FILES:  # of a run that was stopped: they must not pass for this one's
        (folder / "linked" / name).unlink(missing_ok=True)
    keys = frozenset(key.name for key in settings.keys)
    old_numbers = any(joining(leaf, keys, renamed=True) for leaf in leaves)
    simple = not keys and not old_numbers
    grown = before.grown(leaves, schemes, folder) if before is not None and simple else None
    if grown is None:
        digests, scheme = all_digests(leaves, folder / "linked" / CHECKS)
        known = Known(leaves=leaves, digests=digests, scheme=scheme, schemes=schemes, keys=keys)
        shared = _shared(known, settings.max_people_per_key)
        root = components(known, engine, folder, shared, renamed=False)
    else:
        known = Known(leaves=leaves, digests=grown.digests, scheme=grown.scheme, schemes=schemes, keys=keys)
        shared = np.zeros(known.size, dtype=bool)
        root = grown.joined(
            one for leaf in grown.fresh for one in edges_of(known, leaf, shared, renamed=False)
        )
    number = components(known, engine, folder, shared, renamed=True) if old_numbers else None
    apart, ambiguous = _doubtful(known, root, number)
    if grown is not None and apart.any():
        return link(leaves, schemes, settings, engine=engine, folder=folder, personal=personal)
    marks = _marked(known, grown)
    if simple and len(marks) == 1 and not apart.any():
        save(folder / "linked", known, root, marks[0])
    root[apart] = np.flatnonzero(apart)
    customer = _numbered(root)
    earlier = None if grown is None else grown.places(root, customer)
    del root, number
    if grown is None or earlier is None:
        names = named(known, customer, personal=personal)
    else:
        soon = sorted(leaves, key=lambda leaf: (leaf not in grown.fresh, leaf.system is not None))
        names = renamed(known, customer, grown.names, earlier, soon, personal=personal)
    systems, walked = seen(known, customer, ambiguous, marks)
    return Customers(
        digests=known.digests,
        customer=customer,
        names=names,
        ambiguous=ambiguous,
        systems=systems,
        walked=walked,
        warnings=tuple(_warnings(known, shared, apart, settings)),
        earlier=earlier,
    )


def _marked(known: Known, grown: Grown | None) -> list[Marks]:
    """Return each id's systems."""
    if grown is not None:
        return [marked(grown.marks, grown.fresh, known.digests)]
    empty = unmarked(systems_in(known.leaves), known.size)
    return [marked(one, known.leaves, known.digests) for one in empty]


def _shared(known: Known, most: int) -> Flags:
    """Mark key values beside more than ``most`` ids of one namespace in an export or crosswalk."""
    shared = np.zeros(known.size, dtype=bool)
    keys = [node_column(key) for key in sorted(known.keys)]
    groups: dict[tuple[str, tuple[str, ...]], list[Leaf]] = {}
    for leaf in known.leaves if keys else ():
        if len(leaf.columns) > 1:
            groups.setdefault((leaf.system or f"crosswalk {leaf.table}", leaf.columns), []).append(leaf)
    for (_, columns), leaves in groups.items():
        rows = pl.concat([rows_of(leaf, known.codes(leaf)) for leaf in leaves]).unique()
        keyed = {name for key in keys for name in columns_of(columns, key)}
        ids = [name for name in columns if name not in keyed]
        for key in keys:
            held = [rows.select(pl.col(name).alias("key"), *ids) for name in columns_of(columns, key)]
            if held and ids:
                people = pl.concat(held).drop_nulls("key").group_by("key")
                counted = people.agg(pl.col(ids).drop_nulls().n_unique())
                many = counted.filter(pl.any_horizontal(pl.col(ids) > most))["key"]
                shared[many.to_numpy()] = True
    return shared


def _doubtful(known: Known, root: Codes, number: Codes | None) -> tuple[Flags, Flags]:
    """Mark ids of groups too large to believe, and those whose customer has a second id of one namespace."""
    found = [pl.DataFrame(schema=dict.fromkeys(("node", "root", "number", "scheme"), pl.Int64))]
    for place, scheme in enumerate(known.schemes):
        if scheme not in known.keys:  # one person may have two phones
            nodes = np.flatnonzero(known.scheme == place)
            roots = np.sort(root[nodes])
            again = np.unique(roots[1:][roots[1:] == roots[:-1]])
            several = nodes[np.isin(root[nodes], again)]
            numbered = several if number is None else number[several]
            columns = {"node": several, "root": root[several], "number": numbered}
            found.append(pl.DataFrame(columns).with_columns(pl.lit(place).alias("scheme")).cast(pl.Int64))
    table = pl.concat(found).with_columns(
        pl.len().over("root", "scheme").alias("ids"),
        pl.col("number").n_unique().over("root", "scheme").alias("twins"),
    )
    large = table.filter(pl.col("ids") > MAX_IDS)["root"].unique().to_numpy()
    apart = np.isin(root, large) if len(large) else np.zeros(known.size, dtype=bool)
    ambiguous = np.zeros(known.size, dtype=bool)
    ambiguous[table.filter(pl.col("twins") > 1)["node"].to_numpy()] = True
    return apart, ambiguous & ~apart


def _numbered(root: Codes) -> npt.NDArray[np.int32]:
    """Return the number of each id's customer, in the order of roots; a root is its own root."""
    is_root = root == np.arange(len(root), dtype=root.dtype)
    number = np.cumsum(is_root, dtype=np.int32)
    number -= 1
    return number[root]


def _warnings(known: Known, shared: Flags, apart: Flags, settings: IdentitySettings) -> list[str]:
    warnings = []
    if count := int(shared.sum()):
        schemes = ", ".join(sorted({known.schemes[one] for one in np.unique(known.scheme[shared])}))
        warnings.append(
            f"{count:,} shared key value(s) ({schemes}) belong to more than "
            f"{settings.max_people_per_key} people and were not used to join"
        )
    if count := int(apart.sum()):
        warnings.append(
            f"{count:,} ids form groups with more than {MAX_IDS} ids of one system; "
            "they were kept apart: check the crosswalk"
        )
    return warnings
