"""Only this machine's own browser may use the kiosk's pages."""

from __future__ import annotations

from flask import Flask, abort, request

HOST = "127.0.0.1"
FORM_LIMIT = 4096


def only_here(app: Flask, port: int) -> None:
    """Make ``app`` refuse requests for other hosts (DNS rebinding), forms sent from other pages, and large ones."""
    hosts = {f"{HOST}:{port}", f"localhost:{port}"}
    app.config.update(MAX_CONTENT_LENGTH=FORM_LIMIT, MAX_FORM_MEMORY_SIZE=FORM_LIMIT, MAX_FORM_PARTS=8)

    @app.before_request
    def check() -> None:
        if request.host not in hosts:
            abort(403)
        if request.method == "POST" and request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            abort(403)
