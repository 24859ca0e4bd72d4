"""Signing in at the site's own identity provider: OpenID Connect, authorization code with PKCE.

The protocol is Authlib's. What is ours: which group gives which role, and that a person has exactly one.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from authlib.integrations.base_client import BaseApp, OAuth2Mixin, OAuthError, OpenIDMixin
from authlib.integrations.requests_client import OAuth2Session
from joserfc.errors import JoseError
from requests import RequestException

from app.access import ROLES, Role
from catalog.errors import UnderwatchError

SCOPE = "openid profile email"
_SECONDS = 10
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_ASYMMETRIC = re.compile(r"(RS|PS|ES)(256|384|512)|EdDSA")


class BadProvider(UnderwatchError):
    """The identity provider is not described as it must be; the message says what to give."""

    exit_code = 2


class NotAdmitted(UnderwatchError):
    """Signing in at the identity provider did not lead to an account; the message says why."""


class ProviderSilent(UnderwatchError):
    """The identity provider does not answer, or not as one."""


@dataclass(frozen=True)
class Identity:
    """Whom the provider says it is. `issuer` and `subject` together never change; the name may."""

    issuer: str
    subject: str
    name: str
    role: Role


@dataclass(frozen=True)
class ProviderSettings:
    """`roles`: group of the provider -> role. `alone`: no local password opens the workbench."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    roles: Mapping[str, Role]
    groups_claim: str = "groups"
    alone: bool = False

    @classmethod
    def checked(
        cls, issuer: str, client_id: str, client_secret: str, roles: Sequence[str], groups_claim: str, alone: bool
    ) -> ProviderSettings:
        """From what was given on the command line; `roles` as ROLE=GROUP. Raises BadProvider."""
        place = urlsplit(issuer)
        if place.scheme != "https" and not (place.scheme == "http" and place.hostname in _LOOPBACK):
            raise BadProvider("--oidc-issuer is the https:// address that the provider names as its issuer")
        if not client_id:
            raise BadProvider("--oidc-client-id lacks: the id under which the workbench is registered at the provider")
        if not client_secret:
            raise BadProvider("UNDERWATCH_OIDC_CLIENT_SECRET lacks: the secret of the workbench at the provider")
        by_group: dict[str, Role] = {}
        for given in roles:
            role, _, group = given.partition("=")
            if role not in ROLES or not group:
                raise BadProvider(f"--oidc-role is ROLE=GROUP with one of the roles {', '.join(ROLES)}, not {given!r}")
            if by_group.get(group, role) != role:
                raise BadProvider(f"the group {group!r} gives two roles; a person has one")
            by_group[group] = next(one for one in ROLES if one == role)
        if not by_group:
            raise BadProvider("--oidc-role ROLE=GROUP lacks: without it the provider's groups open nothing")
        return cls(issuer.rstrip("/"), client_id, client_secret, by_group, groups_claim, alone)


class _Client(OAuth2Mixin, OpenIDMixin, BaseApp):
    """Authlib's client, outside of the web frameworks that it has classes for."""

    client_cls = OAuth2Session


class IdentityProvider:
    """One provider. Its description and keys are fetched when first needed."""

    def __init__(self, settings: ProviderSettings) -> None:
        self.settings = settings
        self._client = _Client(
            framework=None,
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            server_metadata_url=f"{settings.issuer}/.well-known/openid-configuration",
            client_kwargs={"scope": SCOPE, "code_challenge_method": "S256", "default_timeout": _SECONDS},
        )

    def begin(self, back_to: str) -> tuple[str, dict[str, str]]:
        """Where the browser goes, and what it must bring back in its own cookie. Raises ProviderSilent."""
        self._described()
        began = self._client.create_authorization_url(back_to)
        kept = {name: str(began[name]) for name in ("state", "nonce", "code_verifier")}
        return str(began["url"]), kept | {"back_to": back_to}

    def finish(self, kept: Mapping[str, str], answer: Mapping[str, str]) -> Identity:
        """Who came back. Raises NotAdmitted, ProviderSilent."""
        # The state ties the answer to the browser that began: nobody is signed in as somebody else by a link.
        if not kept or not hmac.compare_digest(kept["state"].encode(), answer.get("state", "").encode()):
            raise NotAdmitted("the sign-in was not begun in this browser, or took longer than ten minutes; begin again")
        if "error" in answer:
            raise NotAdmitted("the identity provider refused the sign-in; begin again, or ask who keeps its accounts")
        described = self._described()
        try:
            token = self._client.fetch_access_token(
                code=answer.get("code", ""), redirect_uri=kept["back_to"], code_verifier=kept["code_verifier"]
            )
            claims = self._client.parse_id_token(
                token,
                nonce=kept["nonce"],
                claims_options={
                    "iss": {"essential": True, "value": described["issuer"]},
                    "aud": {"essential": True, "value": self.settings.client_id},
                },
            )
            told = dict(claims or {})
            if told and self.settings.groups_claim not in told and described.get("userinfo_endpoint"):
                more = dict(self._client.userinfo(token=token))
                # OpenID Connect Core 5.3.2: of another subject it must not be used.
                told = more | told if more.get("sub") == told["sub"] else told
        except RequestException:
            raise ProviderSilent("the identity provider does not answer; try again, or ask who runs it") from None
        except (OAuthError, JoseError, ValueError, KeyError):
            raise NotAdmitted("what the identity provider answered is not good; begin again") from None
        if not told:
            raise NotAdmitted("the identity provider did not say who signed in")
        return self._identity(told)

    def _identity(self, told: Mapping[str, Any]) -> Identity:
        groups = told.get(self.settings.groups_claim) or []
        # Some providers send one group as a word, and a claim of another shape names none that we know.
        named = [groups] if isinstance(groups, str) else groups if isinstance(groups, list) else []
        known = self.settings.roles
        roles = sorted({known[one] for one in named if isinstance(one, str) and one in known})
        if not roles:
            raise NotAdmitted("none of your groups opens the workbench; ask who keeps the groups")
        if len(roles) > 1:
            # The purpose firewall stands on this: nobody is analyst and underwriter at once.
            raise NotAdmitted(
                f"your groups give the roles {' and '.join(roles)}, and a person has one; ask who keeps them"
            )
        called = str(told.get("preferred_username") or told.get("email") or told["sub"])
        return Identity(self.settings.issuer, str(told["sub"]), called, roles[0])

    def _described(self) -> dict[str, Any]:
        """The provider's own description. Raises ProviderSilent."""
        try:
            described: dict[str, Any] = self._client.load_server_metadata()
        except (RequestException, ValueError):
            raise ProviderSilent("the identity provider does not answer; try again, or ask who runs it") from None
        # OpenID Connect Discovery 4.3; another issuer could be anybody's.
        if str(described.get("issuer", "")).rstrip("/") != self.settings.issuer:
            raise ProviderSilent("the identity provider calls itself by another address than --oidc-issuer")
        # A token signed by a shared secret or by nothing proves nobody.
        signed = described.get("id_token_signing_alg_values_supported") or ["RS256"]
        described["id_token_signing_alg_values_supported"] = [one for one in signed if _ASYMMETRIC.fullmatch(one)]
        return described
