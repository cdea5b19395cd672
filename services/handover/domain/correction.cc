// A certificate is never edited. One that is in error is replaced by another, which names its
// digest and is signed by both sides like the first (INV-18).
#include "prihvat/handover/v1/events.pb.h"
#include "prihvat/handover/v1/service.pb.h"
#include "services/handover/domain/cases.h"
#include "services/handover/domain/certificates.h"
#include "services/handover/domain/reasons.h"
#include "services/handover/domain/registration.h"
#include "services/handover/domain/signatures.h"

namespace prihvat::handover {
namespace {

std::optional<es::Rejection> CheckTexts(const v1::CorrectHandoverCaseRequest& command) {
  if (auto no = CheckText("reason", command.reason())) return no;
  if (command.has_project_title()) {
    if (auto no = CheckText("project_title", command.project_title())) return no;
  }
  if (auto no = CheckOptionalText("funding_source", command.funding_source())) return no;
  if (auto no = CheckOptionalText("place", command.place())) return no;
  if (auto no = CheckOptionalText("conditions", command.conditions())) return no;
  for (int i = 0; i < command.lines_size(); ++i) {
    const std::string field = fmt::format("lines[{}].description", i);
    if (auto no = CheckText(field, command.lines(i).description())) return no;
  }
  return std::nullopt;
}

es::Decision DecideCorrect(const es::View& view, const v1::CorrectHandoverCaseRequest& command,
                           es::Context& context) {
  const v1::HandoverCase* of = nullptr;
  if (auto no = CheckCaseMove(view, command.name(), command.etag(),
                              {v1::HANDOVER_CASE_STATE_EFFECTIVE,
                               v1::HANDOVER_CASE_STATE_PROOF_FILED, v1::HANDOVER_CASE_STATE_CLOSED},
                              "be corrected", context, of)) {
    return *std::move(no);
  }
  if (auto no = CheckTexts(command)) return *std::move(no);
  if (auto no =
          CheckSignatory(view, "giver_mandate", command.giver_mandate(), of->giver(), context)) {
    return *std::move(no);
  }
  if (auto no = CheckSignatory(view, "recipient_mandate", command.recipient_mandate(),
                               of->recipient(), context)) {
    return *std::move(no);
  }
  const auto* old = view.Find<v1::Certificate>(of->certificate());
  v1::CorrectiveCertificateIssued event;
  v1::Certificate& corrected = *event.mutable_certificate();
  const std::string number = context.NextNumber(view, "DC").ToString();
  if (auto no = DrawUpCorrection(view, *old, command, number, context, corrected)) {
    return *std::move(no);
  }
  event.set_handover_case(of->name());
  event.set_corrected_certificate(old->name());
  event.set_reason(command.reason());
  const std::string name = corrected.name();
  return es::Accepted(std::move(event)).Naming(name);
}

es::Decision DecideSign(const es::View& view, const v1::SignCorrectiveCertificateRequest& command,
                        es::Context& context) {
  const v1::Certificate* certificate = nullptr;
  if (auto no = Require(view, "name", command.name(), context, certificate)) return *std::move(no);
  if (auto no = CheckEtag(command.name(), command.etag(), *certificate)) return *std::move(no);
  if (auto no = CheckParty(command.party())) return *std::move(no);
  if (certificate->corrects().empty()) {
    return es::Rejected(kNotCorrective)
        .With("certificate", certificate->name())
        .With("handover_case", certificate->handover_case());
  }
  const auto* of = view.Find<v1::HandoverCase>(certificate->handover_case());
  if (auto no = CheckNotBefore(of->name(), FromProto(of->state_time()), context)) {
    return *std::move(no);
  }
  const Subject subject{certificate->name(), certificate->giver().mandate(),
                        certificate->recipient().mandate(), certificate->signatures()};
  const v1::Mandate* mandate = nullptr;
  if (auto no = CheckSignature(view, subject, command.party(), context, mandate)) {
    return *std::move(no);
  }
  if (auto no = CheckSeen(certificate->name(), certificate->canonical_sha256(),
                          command.canonical_sha256())) {
    return *std::move(no);
  }
  v1::CorrectiveCertificateSigned event;
  event.set_certificate(certificate->name());
  event.set_handover_case(of->name());
  event.set_canonical_sha256(certificate->canonical_sha256());
  *event.mutable_signature() = SignatureUnder(*mandate, command.party(), context);
  return es::Accepted(std::move(event)).Naming(command.name());
}

void FoldIssued(es::Entities& entities, const v1::CorrectiveCertificateIssued& event,
                const es::EventContext& context) {
  v1::Certificate corrected = event.certificate();
  Stamp(corrected, context);
  entities.Put(corrected.name(), corrected);
  // The first one's content and signatures stay; it says which one to read instead.
  entities.Edit<v1::Certificate>(event.corrected_certificate(), [&](v1::Certificate& old) {
    old.set_corrected_by(corrected.name());
    Stamp(old, context);
  });
  entities.Edit<v1::HandoverCase>(event.handover_case(), [&](v1::HandoverCase& edited) {
    edited.set_corrective_certificate(corrected.name());
    SetState(edited, v1::HANDOVER_CASE_STATE_CORRECTED, context);
  });
}

void FoldSigned(es::Entities& entities, const v1::CorrectiveCertificateSigned& event,
                const es::EventContext& context) {
  entities.Edit<v1::Certificate>(event.certificate(), [&](v1::Certificate& certificate) {
    *certificate.add_signatures() = event.signature();
    Stamp(certificate, context);
  });
}

}  // namespace

void RegisterCorrections(es::Decider& decider) {
  OnKnown<v1::CorrectHandoverCaseRequest, &DecideCorrect>(decider);
  OnKnown<v1::SignCorrectiveCertificateRequest, &DecideSign>(decider);
  decider.Fold<v1::CorrectiveCertificateIssued>(&FoldIssued);
  decider.Fold<v1::CorrectiveCertificateSigned>(&FoldSigned);
}

}  // namespace prihvat::handover
