"""Headers that every page of E-Pilwu carries, whichever face serves it.

Pages load nothing from elsewhere, run no inline script or style, are framed by nobody, tell no address to others and
stay in no cache: a borrowed phone or a shared kiosk must not keep what somebody else saw.
"""

from __future__ import annotations

from http import HTTPStatus

from flask import Flask, Response, request

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}


# The shared style and fonts say nothing about anybody; without a cache a phone would fetch them with every page.
CACHED_ENDPOINTS = frozenset({"web.static", "web.font"})
CACHED = "public, max-age=3600"


SOUND_ENDPOINTS = frozenset({"camera.page_of", "scan-box"})  # pages that play a sound of this server's for each paper
CAMERA_ENDPOINTS = frozenset({"camera.page_of"})
_CAMERA = HEADERS["Permissions-Policy"].replace("camera=()", "camera=(self)")


def secure(app: Flask, *, sounds: bool = False) -> None:
    """Make every response of ``app``, errors included, carry HEADERS; a route cannot weaken them.

    ``sounds``: its pages may also play recordings, this server's own or such as they hold in their memory.
    """
    headers = (
        {**HEADERS, "Content-Security-Policy": CONTENT_SECURITY_POLICY + "; media-src 'self' blob:"}
        if sounds
        else HEADERS
    )

    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in headers.items():
            response.headers[name] = value
        if request.endpoint in SOUND_ENDPOINTS:
            response.headers["Content-Security-Policy"] += "; media-src 'self'"
        if request.endpoint in CAMERA_ENDPOINTS:
            response.headers["Permissions-Policy"] = _CAMERA
        if request.endpoint in CACHED_ENDPOINTS and response.status_code == HTTPStatus.OK:
            response.headers["Cache-Control"] = CACHED
        return response
