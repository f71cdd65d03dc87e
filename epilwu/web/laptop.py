"""A page that a laptop serves to itself: to this machine's browser, with the session, from our own forms alone."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import ClassVar

from flask import Flask, Response, abort, redirect, request
from werkzeug.wrappers import Response as AnyResponse

HOST = "127.0.0.1"
FORM_FIELD = "formulir"
_OPEN_ENDPOINTS = frozenset({"enter", "static", "web.static", "web.font"})  # style and type say nothing about anybody


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnLaptop:
    """Where the page is served. ``secret`` is drawn anew for each start: the address of entry, the session and the
    forms' tokens follow from it.
    """

    service: ClassVar[str] = "halaman"
    port: int
    secret: bytes = field(repr=False)

    @property
    def host(self) -> str:
        """The one value of the Host header that is answered."""
        return f"{HOST}:{self.port}"

    @property
    def cookie(self) -> str:
        """The session cookie's name; cookies do not keep ports apart, so the name does."""
        return f"epilwu-{self.service}-{self.port}"

    def token(self, purpose: str) -> str:
        """An unguessable word for ``purpose`` (256 bits in hex), the same as long as the page runs."""
        return hmac.new(self.secret, purpose.encode(), hashlib.sha256).hexdigest()

    def entry(self) -> str:
        """The address to open; whoever has it may use the page."""
        return f"http://{self.host}/masuk/{self.token('entry')}"


def guard(app: Flask, laptop: OwnLaptop) -> None:
    """Refuse, before any page runs: another Host (DNS rebinding), no session (401), and POSTs without the form's token
    or from another origin (403). Adds the address of entry, which gives the session, and ``form_token`` to templates.
    """
    session, form = laptop.token("session"), laptop.token("form")

    def check() -> None:
        if request.host != laptop.host:
            abort(403)
        if request.endpoint in _OPEN_ENDPOINTS and request.method in {"GET", "HEAD"}:
            return
        if not _same(request.cookies.get(laptop.cookie, ""), session):
            abort(401)
        if request.method not in {"GET", "HEAD"} and not (_own_page(laptop) and _same(_form_token(), form)):
            abort(403)

    def enter(token: str) -> AnyResponse:
        if not _same(token, laptop.token("entry")):
            abort(401)
        response = redirect("/", code=303)
        response.set_cookie(laptop.cookie, session, httponly=True, samesite="Strict", path="/")
        return response

    def stay_private(response: Response) -> Response:
        response.headers["X-Frame-Options"] = "DENY"
        return response

    app.before_request(check)
    app.after_request(stay_private)
    app.add_url_rule("/masuk/<token>", view_func=enter, endpoint="enter", methods=["GET"])
    app.jinja_env.globals.update(form_token=form, form_field=FORM_FIELD)


def _own_page(laptop: OwnLaptop) -> bool:
    """Whether the browser says that the form is ours. ``Origin: null`` is what a page that tells no referrer sends."""
    own = request.headers.get("Origin", "null") in {"null", f"http://{laptop.host}"}
    return own and request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"


def _form_token() -> str:
    return request.form.get(FORM_FIELD, "")


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(), wanted.encode())
