"""Who asks the API: the session of the workbench or a personal token, and not too often."""

from __future__ import annotations

import math
from datetime import timedelta

from fastapi import Request

from app.access import Action
from app.accounts import Account
from app.api.problems import Problem
from app.database import utc_now
from app.security import Needs, parts_of, signed_in

_VOUCHED_FOR = timedelta(days=30)
# A provider does not tell when somebody leaves: whoever no longer signs in there asks no more here.
_MEND = "make one on the page /tokens of the workbench, and send it as `Authorization: Bearer TOKEN`"


class ApiNeeds(Needs):
    """As Needs, for routes of the API: a token is as good as a session here, and nowhere else."""

    def __init__(self, action: Action) -> None:
        super().__init__(action)

    def who(self, request: Request) -> Account:
        parts = parts_of(request)
        given = request.headers.get("authorization")
        account = signed_in(request) if given is None else _owner(request, given)
        seconds = parts.api_questions.wait(account.name)
        if seconds:
            raise Problem(
                429,
                f"an account asks {parts.settings.api_questions} times a minute at most; wait {math.ceil(seconds)} s",
                {"Retry-After": str(math.ceil(seconds))},
            )
        return account


def _owner(request: Request, given: str) -> Account:
    """The account of the token. Raises Problem where it is none, ended or past its day, or its owner is locked."""
    parts = parts_of(request)
    address = f"address {request.client.host if request.client else 'unknown'}"
    if parts.wrong_tokens.blocked(address):
        raise Problem(429, "too many tokens that are not good; wait five minutes", {"Retry-After": "300"})
    scheme, _, told = given.partition(" ")
    token = parts.tokens.owner(told.strip()) if scheme.lower() == "bearer" else None
    account = parts.accounts.find(token.account) if token else None
    if token is None or account is None or account.locked:
        parts.wrong_tokens.failed(address)
        raise Problem(401, f"the token is not good: unknown, ended or past its day; {_MEND}")
    if account.vouched_at and utc_now() - account.vouched_at > _VOUCHED_FOR:
        raise Problem(401, "your identity provider has not said for 30 days who you are: sign in to the workbench")
    request.state.token = token.number
    return account
