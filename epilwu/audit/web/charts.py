"""Risk against papers read, as SVG: no script, every figure also in the table beside it."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from epilwu.audit.case.events import RiskFigured
from epilwu.audit.case.words import risk

_LEFT, _TOP, _WIDTH, _HEIGHT = 56, 12, 330, 170


def risk_chart(risks: Sequence[RiskFigured], limit: float) -> Markup:
    """The line that decides (thick), Kaplan–Markov (dashed) and the limit; at least one paper was read."""
    papers = len(risks)
    main, beside = ([float(getattr(r, name)) for r in risks] for name in ("betting", "kaplan_markov"))
    ticks = Markup("").join(
        Markup('<line class="chart__rule" x1="{l}" x2="{r}" y1="{y}" y2="{y}"/><text x="{t}" y="{ty}"'
               ' text-anchor="end">{n} %</text>').format(l=_LEFT, r=_LEFT + _WIDTH, y=_y(n / 100), t=_LEFT - 6,
                                                         ty=_y(n / 100) + 5, n=n)
        for n in (0, 25, 50, 75, 100)
    )  # fmt: skip
    title = f"Risiko sesudah {papers} kertas: {risk(risks[-1].betting)}"
    return Markup(
        '<svg class="chart" role="img" viewBox="0 0 400 212" aria-label="{title}">{ticks}'
        '<line class="chart__limit" x1="{l}" x2="{r}" y1="{ly}" y2="{ly}"/>'
        '<polyline class="chart__beside" points="{beside}"/><polyline class="chart__main" points="{main}"/>'
        '<text x="{l}" y="204">0</text><text x="{r}" y="204" text-anchor="end">{papers} kertas dibaca</text></svg>'
    ).format(
        title=title, ticks=ticks, l=_LEFT, r=_LEFT + _WIDTH, ly=_y(limit), papers=papers, beside=_points(beside),
        main=_points(main),
    )  # fmt: skip


def _y(share: float) -> float:
    return round(_TOP + _HEIGHT * (1 - min(max(share, 0.0), 1.0)), 1)


def _points(shares: Sequence[float]) -> str:
    values = (1.0, *shares)
    step = _WIDTH / len(shares)
    return " ".join(f"{_LEFT + step * number:.1f},{_y(value)}" for number, value in enumerate(values))
