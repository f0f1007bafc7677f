"""Which journeys keep a rule, by its definition and not through an automaton."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from cjmine.domain.plan import Rule, Template

Word = Sequence[str]


def keeps(rule: Rule, word: Word, *, anytime: Collection[str] = (), giving: Collection[str] = ()) -> bool:
    """Say whether a finished journey keeps a rule; ``giving`` are the steps that provide its item."""
    a, b, n = rule.activation, rule.target, rule.number
    counted = [step for step in word if step not in anytime or step in {a, b}]
    times = word.count(a)
    places = [i for i, step in enumerate(word) if step == a]
    asked: dict[Template, Callable[[], bool]] = {
        Template.PRECEDENCE: lambda: all(b in word[:i] for i in places),
        Template.RESPONSE: lambda: all(b in word[i + 1 :] for i in places),
        Template.NOT_SUCCESSION: lambda: all(b not in word[i + 1 :] for i in places),
        Template.NOT_COEXISTENCE: lambda: not (a in word and b in word),
        Template.RESPONDED_EXISTENCE: lambda: a not in word or b in word,
        Template.ABSENCE: lambda: times <= n,
        Template.EXISTENCE: lambda: times >= n,
        Template.EXACTLY: lambda: times == n,
        Template.CHAIN_PRECEDENCE: lambda: all(
            i > 0 and counted[i - 1] == b for i, step in enumerate(counted) if step == a
        ),
        Template.INIT: lambda: counted[:1] == [a],
        Template.END: lambda: counted[-1:] == [a],
        Template.ITEM_ABSENCE: lambda: sum(step in giving for step in word) <= n,
    }
    # what is about time, services or channels accepts every order of steps
    return asked.get(rule.template, lambda: True)()
