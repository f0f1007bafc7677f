"""Random block-structured models, and their language by definition (not through a net)."""

from __future__ import annotations

from hypothesis import strategies as st

from cjmine.domain.models import SILENT, Operator, Tree

Word = tuple[str, ...]

_LEAVES = st.sampled_from([SILENT, *(Tree(label=label) for label in "abcde")])


def _wider(inner: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    two_or_three = st.lists(inner, min_size=2, max_size=3).map(tuple)
    plain = st.sampled_from([Operator.SEQUENCE, Operator.CHOICE, Operator.PARALLEL])
    blocks = st.builds(lambda o, c: Tree(operator=o, children=c), plain, two_or_three)
    loops = st.tuples(inner, inner).map(lambda c: Tree(operator=Operator.LOOP, children=c))
    return blocks | loops


TREES = st.recursive(_LEAVES, _wider, max_leaves=6)


def words(tree: Tree, longest: int) -> frozenset[Word]:
    """Return all words of the tree's language up to a length."""
    if tree.operator is None:
        return frozenset({() if tree.label is None else (tree.label,)})
    parts = [words(child, longest) for child in tree.children]
    if tree.operator is Operator.CHOICE:
        return frozenset().union(*parts)
    if tree.operator is Operator.LOOP:
        return _rounds(parts[0], parts[1], longest)
    found = parts[0]
    for part in parts[1:]:
        pairs = ((v, w) for v in found for w in part if len(v) + len(w) <= longest)
        if tree.operator is Operator.SEQUENCE:
            found = frozenset(v + w for v, w in pairs)
        else:
            found = frozenset(mixed for v, w in pairs for mixed in _shuffled(v, w))
    return found


def _rounds(body: frozenset[Word], back: frozenset[Word], longest: int) -> frozenset[Word]:
    found: frozenset[Word] = frozenset()
    new = frozenset(w for w in body if len(w) <= longest)
    while new - found:
        found |= new
        new = frozenset(
            v + r + w for v in new for r in back for w in body if len(v) + len(r) + len(w) <= longest
        )
    return found


def _shuffled(v: Word, w: Word) -> set[Word]:
    if not v or not w:
        return {v + w}
    return {(v[0], *rest) for rest in _shuffled(v[1:], w)} | {(w[0], *rest) for rest in _shuffled(v, w[1:])}
