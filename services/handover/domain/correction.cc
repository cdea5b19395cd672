// A certificate is never edited. One that is in error is replaced by another, which names its
// digest, once both sides have signed that like the first (INV-18). Until then the first counts.
#include "fmt/format.h"
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
  // Nothing is lost by drawing one up anew that does not count yet: a mandate may have run out, or
  // another error been found.
  const auto* waiting = view.Find<v1::Certificate>(of->pending_corrective_certificate());
  v1::CorrectiveCertificateIssued event;
  v1::Certificate& corrected = *event.mutable_certificate();
  const std::string number = context.NextNumber(view, "DC").ToString();
  if (auto no = DrawUpCorrection(view, *old, waiting == nullptr ? *old : *waiting, command, number,
                                 context, corrected)) {
    return *std::move(no);
  }
  event.set_handover_case(of->name());
  event.set_corrected_certificate(old->name());
  event.set_abandoned_certificate(of->pending_corrective_certificate());
  event.set_reason(command.reason());
  const std::string name = corrected.name();
  return es::Accepted(std::move(event)).Naming(name);
}

// The certificate that the command names, or the one that waits in the case that it names: who
// signs thinks of the case.
std::optional<es::Rejection> FindToSign(const es::View& view,
                                        const v1::SignCorrectiveCertificateRequest& command,
                                        const es::Context& context,
                                        const v1::Certificate*& certificate) {
  if (command.name().find("/handoverCases/") == std::string::npos) {
    if (auto no = Require(view, "name", command.name(), context, certificate)) return no;
    return CheckEtag(command.name(), command.etag(), *certificate);
  }
  const v1::HandoverCase* of = nullptr;
  if (auto no = Require(view, "name", command.name(), context, of)) return no;
  if (of->pending_corrective_certificate().empty()) {
    return es::Rejected(kNotCorrective)
        .Saying(fmt::format("no corrective certificate of {} waits for signatures", of->name()))
        .With("handover_case", of->name());
  }
  certificate = view.Find<v1::Certificate>(of->pending_corrective_certificate());
  return CheckEtag(of->name(), command.etag(), *of);
}

es::Decision DecideSign(const es::View& view, const v1::SignCorrectiveCertificateRequest& command,
                        es::Context& context) {
  const v1::Certificate* certificate = nullptr;
  if (auto no = FindToSign(view, command, context, certificate)) return *std::move(no);
  if (auto no = CheckParty(command.party())) return *std::move(no);
  if (certificate->corrects().empty()) {
    return es::Rejected(kNotCorrective)
        .Saying(fmt::format("{} corrects no other; it is signed with {}", certificate->name(),
                            certificate->handover_case()))
        .With("certificate", certificate->name())
        .With("handover_case", certificate->handover_case());
  }
  if (certificate->voided()) {
    return es::Rejected(kCertificateVoided)
        .Saying(fmt::format("{} counts no more: another was drawn up in its place",
                            certificate->name()))
        .With("certificate", certificate->name());
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
  return AcceptSignature(view, *certificate, SignatureUnder(*mandate, command.party(), context))
      .Naming(certificate->name());
}

void FoldIssued(es::Entities& entities, const v1::CorrectiveCertificateIssued& event,
                const es::EventContext& context) {
  v1::Certificate corrected = event.certificate();
  Stamp(corrected, context);
  entities.Put(corrected.name(), corrected);
  if (!event.abandoned_certificate().empty()) {
    entities.Edit<v1::Certificate>(event.abandoned_certificate(), [&](v1::Certificate& abandoned) {
      abandoned.set_voided(true);
      Stamp(abandoned, context);
    });
  }
  entities.Edit<v1::HandoverCase>(event.handover_case(), [&](v1::HandoverCase& edited) {
    edited.set_pending_corrective_certificate(corrected.name());
    Stamp(edited, context);
  });
}

void FoldReplaced(es::Entities& entities, const v1::CertificateReplaced& event,
                  const es::EventContext& context) {
  // The first one's content and signatures stay; it says which one to read instead.
  entities.Edit<v1::Certificate>(event.corrected_certificate(), [&](v1::Certificate& old) {
    old.set_corrected_by(event.certificate());
    Stamp(old, context);
  });
  entities.Edit<v1::HandoverCase>(event.handover_case(), [&](v1::HandoverCase& edited) {
    edited.clear_pending_corrective_certificate();
    edited.set_corrective_certificate(event.certificate());
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
  decider.Fold<v1::CertificateReplaced>(&FoldReplaced);
}

}  // namespace prihvat::handover
