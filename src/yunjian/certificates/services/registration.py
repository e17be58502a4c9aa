"""Registration of an agency by its certificate."""

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from yunjian.access.actor import acting_as
from yunjian.certificates import events
from yunjian.certificates.domain.proof import Proof, proof_forget
from yunjian.certificates.models import AgencyRegistration
from yunjian.certificates.services.sign_in import DOOR, certificate_note
from yunjian.evidence.services import record
from yunjian.identity.models import Account, District, Organization
from yunjian.identity.models.organizations import OrganizationKind, OrganizationStatus
from yunjian.identity.models.security import Means
from yunjian.identity.services.accounts import account_create
from yunjian.identity.services.sessions import session_open
from yunjian.kernel.errors import Conflict
from yunjian.records.changes import facts
from yunjian.records.problems import Problems

COMMITMENT = "2026-1"


def agency_register(
    *,
    request: HttpRequest,
    proof: Proof,
    legal_representative: str,
    district: District,
    address: str,
    contact_name: str,
    contact_phone: str,
    username: str,
    password: str,
    agreed: bool,
) -> Account:
    """Enter an agency with the account of its owner, and sign the owner in.

    Name and code come from the certificate alone. An agency that is here already but has no
    owner gets one.

    Raises:
        InvalidInput: the commitment is not agreed to, a value is missing, or the account's name
            or password cannot be taken.
        Conflict: the agency has been registered meanwhile.
    """
    values = {
        "legal_representative": legal_representative.strip(),
        "address": address.strip(),
        "contact_name": contact_name.strip(),
        "contact_phone": contact_phone.strip(),
    }
    problems = Problems()
    for name, value in values.items():
        problems.unless(bool(value), name, _("请填写此项"), "required")
    problems.unless(agreed, "agreed", _("请阅读并同意承诺书"), "required")
    problems.refuse_if_any()
    with acting_as(DOOR), transaction.atomic():
        organization = _organization(proof, district)
        account = account_create(
            actor=DOOR,
            organization=organization,
            username=username,
            display_name=values["contact_name"],
            password=password,
            roles=["owner", "manager"],
            phone=values["contact_phone"],
        )
        certificate = certificate_note(verified=proof, organization=organization, account=account)
        registration = AgencyRegistration.objects.create(
            organization=organization,
            account=account,
            certificate=certificate,
            commitment=COMMITMENT,
            **values,
        )
        record(
            actor=DOOR,
            verb=events.ORGANIZATION_REGISTERED,
            obj=registration,
            organization_id=organization.pk,
            payload={
                **facts(organization, "name", "uscc"),
                **facts(certificate, "serial", "fingerprint"),
                "commitment": COMMITMENT,
            },
        )
    proof_forget(request)
    with acting_as(DOOR):  # somebody else may be signed in
        session_open(request=request, account=account, means=Means.CERTIFICATE)
    return account


def _organization(proof: Proof, district: District) -> Organization:
    match = Organization.unscoped().select_for_update().filter(uscc=proof.uscc).first()
    if match is None:
        organization = Organization(
            kind=OrganizationKind.AGENCY, name=proof.name, uscc=proof.uscc, district=district
        )
        try:
            with transaction.atomic():
                organization.save(force_insert=True)
        except IntegrityError as error:  # somebody else was a moment quicker
            raise _taken() from error
        return organization
    taken = Account.objects.filter(organization=match, role_grants__role="owner").exists()
    if taken or match.kind != OrganizationKind.AGENCY or match.status != OrganizationStatus.ACTIVE:
        raise _taken()
    return match


def _taken() -> Conflict:
    return Conflict(_("该单位已经注册，请返回登录页面用法人一证通登录"), code="registered")
