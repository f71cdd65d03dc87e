"""Who may ask: this machine's browser with the session, by this address, from our own forms, and nobody else."""

from __future__ import annotations

import hmac

from flask import Flask, Response, abort, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from epilwu.trustee.web.config import WebConfig

FORM_FIELD = "formulir"
_OPEN_ENDPOINTS = frozenset({"enter", "static", "web.static", "web.font"})  # style and type say nothing about anybody


def guard(app: Flask, config: WebConfig) -> None:
    """Refuse, before any page runs: another Host (DNS rebinding), no session (401), and POSTs without the form's token
    or from another origin (403). Adds the address of entry, which gives the session, and ``form_token`` to templates.
    """
    session, form = config.token("session"), config.token("form")

    def check() -> None:
        if request.host != config.host:
            abort(403)
        if request.endpoint in _OPEN_ENDPOINTS and request.method in {"GET", "HEAD"}:
            return
        if not _same(request.cookies.get(config.cookie, ""), session):
            abort(401)
        if request.method not in {"GET", "HEAD"} and not (_own_page(config) and _same(_form_token(), form)):
            abort(403)

    def enter(token: str) -> AnyResponse:
        if not _same(token, config.token("entry")):
            abort(401)
        response = redirect("/", code=303)
        response.set_cookie(config.cookie, session, httponly=True, samesite="Strict", path="/")
        return response

    def stay_private(response: Response) -> Response:
        response.headers["X-Frame-Options"] = "DENY"
        return response

    app.before_request(check)
    app.after_request(stay_private)
    app.add_url_rule("/masuk/<token>", view_func=enter, endpoint="enter", methods=["GET"])
    app.jinja_env.globals.update(form_token=form, form_field=FORM_FIELD)


def _own_page(config: WebConfig) -> bool:
    """Whether the browser says that the form is ours. ``Origin: null`` is what a page that tells no referrer sends."""
    own = request.headers.get("Origin", "null") in {"null", f"http://{config.host}"}
    return own and request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"


def _form_token() -> str:
    return request.form.get(FORM_FIELD, "")


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(), wanted.encode())
