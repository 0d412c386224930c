"""Turns errors into answers: problem+json (RFC 9457) for programs, a page for people.

The only place that knows which error has which status code.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import msgspec
from flask import Response, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException

from app.kernel import errors
from app.kernel.ids import new_id
from app.kernel.text import Text
from app.web.context import bearer, language, services

if TYPE_CHECKING:
    from flask import Flask
    from flask.typing import ResponseReturnValue

log = logging.getLogger(__name__)

STATUS: dict[type[errors.AppError], int] = {
    errors.BadRequest: 400,
    errors.SignInNeeded: 401,
    errors.Denied: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.Gone: 410,
    errors.Stale: 412,
    errors.TooLarge: 413,
    errors.Unsupported: 415,
    errors.Invalid: 422,
    errors.OverLimit: 422,
    errors.TimedOut: 408,
    errors.OverBudget: 429,
    errors.Unavailable: 503,
    errors.Rebuilding: 503,
    errors.Busy: 503,
    errors.Misconfigured: 500,
}

# After so many seconds asking again is worth while.
REBUILDING_SECONDS = 30
BUSY_SECONDS = 2

HTTP: dict[int, tuple[str, Text]] = {
    400: ("bad-request", Text("リクエストを解釈できません。", "The request cannot be understood.")),
    404: ("not-found", Text("お探しのページは見つかりません。", "There is nothing at this address.")),
    405: ("method-not-allowed", Text("この方法では利用できません。", "This address does not take that method.")),
    413: ("too-large", Text("送信されたデータが大きすぎます。", "What was sent is too large.")),
    415: ("unsupported", Text("この種類のデータは受け付けていません。", "This kind of data is not taken here.")),
    416: ("range-not-satisfiable", Text("指定された範囲がありません。", "The file has no such range.")),
    428: (
        "precondition-required",
        Text(
            "If-Match ヘッダーに、読み取ったデータセットの ETag を付けてください。",
            "Send If-Match with the ETag of the dataset that you have read.",
        ),
    ),
    500: ("internal", Text("処理中に問題が起きました。記録しました。", "Something went wrong here. It was recorded.")),
}


def install(app: Flask) -> None:
    """Answer every error in one shape."""
    app.register_error_handler(errors.AppError, _app_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)


def retry_later(answer: Response) -> Response:
    """Say when to ask again for what needs the index that is being made."""
    answer.headers["Retry-After"] = str(REBUILDING_SECONDS)
    return answer


def wants_page() -> bool:
    """Say whether a person asks: a browser, and not under the API's addresses."""
    if request.path.startswith("/api/"):
        return False
    best = request.accept_mimetypes.best_match(("application/problem+json", "application/json", "text/html"))
    return best == "text/html" and request.accept_mimetypes["text/html"] > 0 and "html" in str(request.accept_mimetypes)


def _app_error(error: errors.AppError) -> ResponseReturnValue:
    # A bad token is told of where it was sent: it would be as bad on the page for signing in.
    if isinstance(error, errors.SignInNeeded) and wants_page() and request.method == "GET" and bearer() is None:
        answer = redirect(url_for("pages.sign_in", next=request.full_path.rstrip("?")))
        answer.vary.add("Accept")
        return answer
    return _answer(STATUS[type(error)], error.code, error.message, error)


def _http_error(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if error.response is not None or status < 400:  # noqa: PLR2004 - redirects are exceptions to Werkzeug
        return error.get_response()
    code, message = HTTP.get(status, ("error", Text(error.description or "", error.description or "")))
    answer = _answer(status, code, message, None)
    for name, value in error.get_headers():
        if name in {"Allow", "Content-Range"}:
            answer.headers[name] = value
    return answer


def _unexpected(error: Exception) -> ResponseReturnValue:
    reference = new_id()
    log.error("unexpected error %s at %s %s", reference, request.method, request.path, exc_info=error)
    code, message = HTTP[500]
    return _answer(500, code, message, None, reference=reference)


def _answer(
    status: int, code: str, message: Text, error: errors.AppError | None, *, reference: str | None = None
) -> Response:
    if wants_page():
        body = render_template(
            "error.html", status=status, code=code, message=message, error=error, reference=reference
        )
        answer = Response(body, status, mimetype="text/html")
    else:
        answer = Response(
            msgspec.json.encode(_problem(status, code, message, error, reference)),
            status,
            content_type="application/problem+json",
        )
    answer.vary.update(("Accept", "Accept-Language", "Cookie"))
    if status == STATUS[errors.SignInNeeded]:
        answer.headers["WWW-Authenticate"] = _challenge()
    if isinstance(error, errors.Rebuilding):
        retry_later(answer)
    if isinstance(error, errors.Busy):
        answer.headers["Retry-After"] = str(BUSY_SECONDS)
    if isinstance(error, errors.OverBudget):
        answer.headers["Retry-After"] = str(error.seconds)
        answer.headers["Cache-Control"] = "no-store"
    return answer


def _challenge() -> str:
    """Say how to sign in (RFC 6750, 3); agents are told where they get a token (RFC 9728, 5.1)."""
    said = 'Bearer realm="kakehashi"'
    if request.blueprint != "mcp":
        return said
    metadata = services().site.absolute("/.well-known/oauth-protected-resource/mcp")
    wrong = ', error="invalid_token"' if bearer() is not None else ""
    return f'{said}{wrong}, resource_metadata="{metadata}"'


def _problem(
    status: int, code: str, message: Text, error: errors.AppError | None, reference: str | None
) -> dict[str, object]:
    body: dict[str, object] = {
        "type": f"/problems/{code}",
        "title": code.replace("-", " ").capitalize(),
        "status": status,
        "code": code,
        "detail": message.get(language()),
        "messages": {"ja": message.ja, "en": message.en},
    }
    if error is not None and error.report is not None:
        body["report"] = error.report
    if error is not None and error.instance is not None:
        body["instance"] = error.instance
    if reference is not None:
        body["reference"] = reference
    return body
