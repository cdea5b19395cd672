// Mandates to sign are dated: who was director in March is another person than in July.
#include "libs/base/civil.h"
#include "prihvat/handover/v1/events.pb.h"
#include "prihvat/handover/v1/service.pb.h"
#include "services/handover/domain/mandates.h"
#include "services/handover/domain/names.h"
#include "services/handover/domain/reasons.h"
#include "services/handover/domain/registration.h"

namespace prihvat::handover {
namespace {

std::optional<es::Rejection> CheckMandate(const v1::Mandate& mandate) {
  if (auto no =
          CheckGlobalName("mandate.organisation", mandate.organisation(), "organisations/*")) {
    return no;
  }
  if (auto no =
          CheckText("mandate.organisation_display_name", mandate.organisation_display_name())) {
    return no;
  }
  if (auto no = CheckGlobalName("mandate.person", mandate.person(), "organisations/*/people/*")) {
    return no;
  }
  if (OrganisationOf(mandate.person()) != mandate.organisation()) {
    return es::InvalidField(
        "mandate.person", fmt::format("{} is not of {}", mandate.person(), mandate.organisation()));
  }
  if (auto no = CheckText("mandate.person_display_name", mandate.person_display_name())) return no;
  if (auto no = CheckText("mandate.title", mandate.title())) return no;
  if (auto no = CheckOptionalText("mandate.reference", mandate.reference())) return no;
  if (auto no = CheckDate("mandate.valid_from", mandate.valid_from())) return no;
  if (!mandate.has_valid_until()) return std::nullopt;
  if (auto no = CheckDate("mandate.valid_until", mandate.valid_until())) return no;
  if (FromProto(mandate.valid_until()) < FromProto(mandate.valid_from())) {
    return es::InvalidField("mandate.valid_until",
                            fmt::format("{} is before valid_from {}",
                                        base::FormatDate(FromProto(mandate.valid_until())),
                                        base::FormatDate(FromProto(mandate.valid_from()))));
  }
  return std::nullopt;
}

es::Decision DecideGrantMandate(const es::View& view, const v1::GrantMandateRequest& command,
                                es::Context& context) {
  if (auto no = CheckCreate(command.parent(), "mandate_id", command.mandate_id(), context)) {
    return *std::move(no);
  }
  const v1::Mandate& mandate = command.mandate();
  if (auto no = CheckMandate(mandate)) return *std::move(no);
  const std::string name = fmt::format("{}/mandates/{}", context.operation, command.mandate_id());
  if (view.Exists(name)) return es::AlreadyExists(name);

  v1::MandateGranted event;
  event.set_mandate(name);
  event.set_organisation(mandate.organisation());
  *event.mutable_organisation_display_name() = mandate.organisation_display_name();
  event.set_person(mandate.person());
  event.set_person_display_name(mandate.person_display_name());
  *event.mutable_title() = mandate.title();
  *event.mutable_valid_from() = mandate.valid_from();
  if (mandate.has_valid_until()) *event.mutable_valid_until() = mandate.valid_until();
  event.set_reference(mandate.reference());
  return es::Accepted(std::move(event)).Naming(name);
}

es::Decision DecideRevokeMandate(const es::View& view, const v1::RevokeMandateRequest& command,
                                 es::Context& context) {
  const v1::Mandate* mandate = nullptr;
  if (auto no = Require(view, "name", command.name(), context, mandate)) return *std::move(no);
  if (auto no = CheckEtag(command.name(), command.etag(), *mandate)) return *std::move(no);
  if (auto no = CheckDate("revoked_from", command.revoked_from())) return *std::move(no);
  if (auto no = CheckText("reason", command.reason())) return *std::move(no);
  if (mandate->has_revoked_from()) {
    return es::WrongState(command.name(), "REVOKED", "be revoked", "none");
  }
  v1::MandateRevoked event;
  event.set_mandate(command.name());
  *event.mutable_revoked_from() = command.revoked_from();
  event.set_reason(command.reason());
  return es::Accepted(std::move(event)).Naming(command.name());
}

void FoldMandateGranted(es::Entities& entities, const v1::MandateGranted& event,
                        const es::EventContext& context) {
  v1::Mandate mandate;
  mandate.set_name(event.mandate());
  mandate.set_organisation(event.organisation());
  *mandate.mutable_organisation_display_name() = event.organisation_display_name();
  mandate.set_person(event.person());
  mandate.set_person_display_name(event.person_display_name());
  *mandate.mutable_title() = event.title();
  *mandate.mutable_valid_from() = event.valid_from();
  if (event.has_valid_until()) *mandate.mutable_valid_until() = event.valid_until();
  mandate.set_reference(event.reference());
  Stamp(mandate, context);
  entities.Put(event.mandate(), mandate);
}

void FoldMandateRevoked(es::Entities& entities, const v1::MandateRevoked& event,
                        const es::EventContext& context) {
  entities.Edit<v1::Mandate>(event.mandate(), [&](v1::Mandate& mandate) {
    *mandate.mutable_revoked_from() = event.revoked_from();
    mandate.set_revocation_reason(event.reason());
    Stamp(mandate, context);
  });
}

}  // namespace

bool HoldsOn(const v1::Mandate& mandate, absl::CivilDay day) {
  return FromProto(mandate.valid_from()) <= day &&
         (!mandate.has_valid_until() || day <= FromProto(mandate.valid_until())) &&
         (!mandate.has_revoked_from() || day < FromProto(mandate.revoked_from()));
}

std::optional<es::Rejection> CheckHolds(const v1::Mandate& mandate, absl::CivilDay day) {
  if (HoldsOn(mandate, day)) return std::nullopt;
  const std::string from = base::FormatDate(FromProto(mandate.valid_from()));
  const std::string until = mandate.has_valid_until()
                                ? base::FormatDate(FromProto(mandate.valid_until()))
                                : std::string("further notice");
  const std::string revoked = mandate.has_revoked_from()
                                  ? base::FormatDate(FromProto(mandate.revoked_from()))
                                  : std::string("never");
  return es::Rejected(kMandateNotValid)
      .Saying(
          fmt::format("the mandate of {} holds from {} until {} (revoked from: {}), and the day "
                      "of signing is {}",
                      mandate.person(), from, until, revoked, base::FormatDate(day)))
      .With("mandate", mandate.name())
      .With("person", mandate.person())
      .With("sign_date", base::FormatDate(day))
      .With("valid_from", from)
      .With("valid_until", until)
      .With("revoked_from", revoked);
}

void RegisterMandates(es::Decider& decider) {
  OnKnown<v1::GrantMandateRequest, &DecideGrantMandate>(decider);
  OnKnown<v1::RevokeMandateRequest, &DecideRevokeMandate>(decider);
  decider.Fold<v1::MandateGranted>(&FoldMandateGranted);
  decider.Fold<v1::MandateRevoked>(&FoldMandateRevoked);
}

}  // namespace prihvat::handover
