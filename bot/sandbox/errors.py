"""Errors as Discord words them: an HTTP status, a code, a sentence, and for a form the path of each mistake."""

from __future__ import annotations

from bot.sandbox.wire import Json

TABLE: dict[int, tuple[int, str]] = {
    0: (404, "404: Not Found"),
    10002: (404, "Unknown Application"),
    10003: (404, "Unknown Channel"),
    10004: (404, "Unknown Guild"),
    10007: (404, "Unknown Member"),
    10008: (404, "Unknown Message"),
    10011: (404, "Unknown Role"),
    10013: (404, "Unknown User"),
    10015: (404, "Unknown Webhook"),
    10062: (404, "Unknown interaction"),
    10063: (404, "Unknown application command"),
    10066: (404, "Unknown application command permissions"),
    10070: (404, "Unknown Guild Scheduled Event"),
    30007: (400, "Maximum number of webhooks reached (15)"),
    30032: (400, "Maximum number of application commands reached (100)."),
    30038: (400, "Maximum number of uncompleted guild scheduled events reached (100)"),
    40005: (413, "Request entity too large"),
    40033: (400, "This message has already been crossposted"),
    40060: (400, "Interaction has already been acknowledged."),
    50001: (403, "Missing Access"),
    50005: (403, "Cannot edit a message authored by another user"),
    50006: (400, "Cannot send an empty message"),
    50007: (403, "Cannot send messages to this user"),
    50008: (400, "Cannot send messages in a non-text channel"),
    50013: (403, "Missing Permissions"),
    50024: (400, "Cannot execute action on this channel type"),
    50027: (401, "Invalid Webhook Token"),
    50035: (400, "Invalid Form Body"),
    50083: (400, "Thread is archived"),
    50109: (400, "The request body contains invalid JSON."),
    160004: (400, "A thread has already been created for this message"),
    180000: (400, "Cannot update a finished event"),
}
"""Code -> HTTP status and sentence, from Discord's published list of JSON error codes."""


class ApiError(Exception):
    """An answer other than 2xx."""

    def __init__(self, code: int, errors: Json | None = None, *, status: int | None = None, message: str | None = None) -> None:
        known_status, known_message = TABLE.get(code, (400, "Bad Request"))
        self.code = code
        self.status = status if status is not None else known_status
        self.message = message if message is not None else known_message
        self.errors = errors
        super().__init__(f"{self.status} {code} {self.message}")

    @property
    def body(self) -> Json:
        """The answer's JSON."""
        answer: Json = {"message": self.message, "code": self.code}
        return answer if self.errors is None else {**answer, "errors": self.errors}


UNAUTHORIZED = ApiError(0, status=401, message="401: Unauthorized")
