"""auth on one page."""

from __future__ import annotations

from lms_adapters.platform.service import Service
from lms_core.contracts.auth import RegistrationRepeated, RoleAssigned, RoleRevoked, UserCreated, UserErased
from services.auth.adapters.http.credentials import CredentialsController
from services.auth.adapters.http.demonstration import DemonstrationController
from services.auth.adapters.http.erasure import ErasureController
from services.auth.adapters.http.permissions import PermissionsController
from services.auth.adapters.http.registration import RegistrationController
from services.auth.adapters.http.tokens import TokensController
from services.auth.adapters.sql.base import Row
from services.auth.settings import AuthSettings
from services.auth.wiring import background, wiring

SERVICE = Service(
    name="auth",
    summary="Accounts, sign-in and tokens, and who may do what.",
    routes=("/auth",),
    controllers=(
        RegistrationController,
        CredentialsController,
        TokensController,
        PermissionsController,
        ErasureController,
        DemonstrationController,
    ),
    publishes=(UserCreated, RegistrationRepeated, RoleAssigned, RoleRevoked, UserErased),
    background=background,
    wiring=wiring,
    settings=AuthSettings,
    tables=Row.metadata,
)
