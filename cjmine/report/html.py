"""One page that a council can read, send and print: the whole run, each number with its source rows.

One file that loads nothing: styles, pictures and the few lines of script are
inside it, and the content security policy admits those alone, by their digest.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from cjmine.domain.codes import CODES, meaning
from cjmine.domain.results import Run
from cjmine.domain.tables import JOURNEY
from cjmine.report import completion_curves, evidence, figures, process_map, sections, urgent, worst
from cjmine.report.map_values import END, START
from cjmine.report.wording import hours, number, percent, plain

AT_ONCE = 5
_TEMPLATES = Path(__file__).parent / "templates"


def render(run: Run) -> str:
    """Return the report as one HTML document; equal runs give equal text."""
    style, script = (_asset(name) for name in ("report.css", "report.js"))
    timezone = str(run.record.get("timezone", "UTC"))
    statuses, journey_types = sections.journey_counts(run)
    reasons, more_reasons = sections.quarantine_reasons(run)
    chosen = process_map.choose(run.nodes, run.flows, titles=sections.all_titles(run))
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            run=run,
            style=Markup(style),  # noqa: S704 - our own file
            script=Markup(script),  # noqa: S704 - our own file
            policy=_policy(style, script),
            timezone=timezone,
            answer=sections.answer(run),
            statuses=statuses,
            journey_types=journey_types,
            variants=sections.top_variants(run),
            reasons=reasons,
            more_reasons=more_reasons,
            chosen=chosen,
            titles={START: "Start", END: "End"} | {place.name: place.title for place in chosen.places},
            map_svg=Markup(process_map.draw_svg(chosen)),  # noqa: S704 - escaped where it is made
            chart_svg=Markup(figures.draw_svg(run.totals, run.rows.height(JOURNEY))),  # noqa: S704 - likewise
            deviations=sections.deviations(run),
            standards=sections.standards(run),
            curves_svg=_curves(run),
            watched=urgent.watch_list(run.urgent, run.models, timezone),
            watched_of=urgent.awaited(run.rows),
            codes=sections.found_codes(run),
            parameters=sections.parameters(run),
            record=sections.record(run),
            examples=evidence.examples(run.worst, worst.near(run.worst, run.rows), timezone),
        )
    )


def _curves(run: Run) -> Markup | None:
    """Return the curves of completion; nothing where no wait began."""
    if not completion_curves.drawn(run.standard_times, run.models):
        return None
    picture = completion_curves.draw_svg(run.standard_times, run.models)
    return Markup(picture)  # noqa: S704 - escaped where it is made


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_printable,
    )
    environment.filters |= {"number": number, "hours": hours, "words": sections.in_words}
    environment.globals |= {
        "percent": percent,
        "meaning": meaning,
        "CODES": CODES,
        "per_code": worst.PER_CODE,
        "per_example": evidence.PER_EXAMPLE,
        "at_once": AT_ONCE,
    }
    return environment


def _printable(value: object) -> object:
    return plain(value, 600) if isinstance(value, str) and not isinstance(value, Markup) else value


def _asset(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    def digest(text: str) -> str:
        return (
            "'sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii") + "'"
        )

    return (
        f"default-src 'none'; style-src {digest(style)}; script-src {digest(script)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
