"""Mounts the shared templates, style and fonts on a Flask application of one of the faces.

A page extends ``web/base.html``; charts and figures come as the template filters and globals named in ``mount``.
"""

from __future__ import annotations

from flask import Blueprint, Flask, Response, abort

from epilwu import fonts
from epilwu.indonesian import figure, in_words, long_date, percent, signed_figure
from epilwu.web.charts import bar_chart
from epilwu.web.security import secure

URL_PREFIX = "/bersama"


def mount(app: Flask, *, sounds: bool = False) -> None:
    """Give ``app`` the shared blueprint ``web`` under /bersama, the security headers, and the template helpers.

    Filters: ``figure``, ``signed_figure``, ``in_words``, ``long_date``. Globals: ``percent(part, whole)``,
    ``bar_chart(bars, title=, total=)``. ``sounds`` as in ``security.secure``.
    """
    blueprint = Blueprint(
        "web",
        __name__,
        url_prefix=URL_PREFIX,
        static_folder="static",
        static_url_path="/static",
        template_folder="templates",
    )
    blueprint.add_url_rule("/fonts/<name>.woff2", "font", _font)
    app.register_blueprint(blueprint)
    app.jinja_env.filters.update(figure=figure, signed_figure=signed_figure, in_words=in_words, long_date=long_date)
    app.jinja_env.globals.update(percent=percent, bar_chart=bar_chart)
    secure(app, sounds=sounds)


def _font(name: str) -> Response:
    """Serve one of the shipped fonts by its weight's name in lower case; 404 for any other name."""
    weight = {weight.lower(): weight for weight in fonts.Weight}.get(name)
    if weight is None:
        abort(404)
    return Response(fonts.woff2(weight), mimetype="font/woff2")
