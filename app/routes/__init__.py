"""Pages and actions. Each names, with `Needs`, what its reader must be allowed to do."""

from app.routes.accounts import router as accounts
from app.routes.api import router as api
from app.routes.audit import router as audit
from app.routes.break_glass import router as break_glass
from app.routes.definitions import router as definitions
from app.routes.dispositions import router as dispositions
from app.routes.identity_provider import router as identity_provider
from app.routes.models import router as models
from app.routes.queue import router as queue
from app.routes.quotes import router as quotes
from app.routes.review import router as review
from app.routes.session import router as session
from app.routes.tokens import router as tokens

ROUTERS = (
    session,
    identity_provider,
    queue,
    review,
    break_glass,
    dispositions,
    quotes,
    models,
    definitions,
    audit,
    accounts,
    tokens,
    api,
)
