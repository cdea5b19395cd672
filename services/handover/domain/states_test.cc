// Each state of handover against each command, tried out: what the deciders do is compared, cell by
// cell, with what was transcribed by hand from the domain's own words, and stands in
// docs/states-handover.md, which PRIHVAT_WRITE_STATES=1 writes anew.
#include "gmock/gmock.h"
#include "libs/testkit/state_table.h"
#include "services/handover/testing/story.h"

namespace prihvat::handover {
namespace {

using testing::AssetOf;
using testing::Day;
using testing::kDcpb;
using testing::kEuHead;
using testing::kIom;
using testing::kJulyDirector;
using testing::Story;
using testing::To;
using testkit::Aggregate;
using testkit::CheckTable;
using testkit::MovesOf;
using testkit::Transcribed;

std::string Without(const std::string& prefix, const std::string& value) {
  return value.substr(prefix.size());
}

// ---- Cases ----

// A case of one radio set, which needs no proof.
void Draft(Story& s) {
  s.Do(testing::ReceivedPieces({"A-1"}, "100.00"));
  s.Do(testing::Case({testing::Asset(1)}));
}
void Authorise(Story& s) {
  auto command = To<v1::AuthoriseHandoverCaseRequest>();
  command.set_authorised_by("Head of Cooperation");
  command.set_authorisation_reference("letter 12");
  s.When(command);
}
void Schedule(Story& s) {
  auto command = To<v1::ScheduleHandoverCaseRequest>();
  command.set_place("Sarajevo");
  *command.mutable_scheduled_date() = Day(2023, 7, 13);
  s.When(command);
}
// Counted: all accepted; or refused.
template <class Command>
Command Counts(bool refused) {
  auto command = To<Command>();
  if (!refused) return command;
  v1::ItemCount& count = *command.add_counts();
  count.set_asset(AssetOf(1));
  *count.mutable_refused() = testing::Number("1");
  count.set_discrepancy("the aerial is broken");
  return command;
}
void Resolve(Story& s, bool refused) {
  auto command = Counts<v1::ResolveDisputeRequest>(refused);
  command.set_resolution("looked at again");
  s.When(command);
}
template <class Command>
void WithReason(Story& s) {
  auto command = To<Command>();
  command.set_reason("as agreed");
  s.When(command);
}
void Sign(Story& s, v1::HandoverParty party) {
  s.As(party == v1::HANDOVER_PARTY_GIVER ? kEuHead : kJulyDirector);
  s.When(testing::Signed(party));
  s.As("organisations/iom/people/clerk");
}
void FileProof(Story& s) {
  auto command = To<v1::FileProofRequest>();
  command.mutable_proof()->set_reference("folder 1");
  s.When(command);
}
void NameSignatories(Story& s) {
  auto command = To<v1::NameSignatoriesRequest>();
  command.set_recipient_mandate("operations/ba/mandates/july");
  s.When(command);
}
// A correction that both sign, or only drawn up.
void Correct(Story& s, bool signed_by_both) {
  auto command = To<v1::CorrectHandoverCaseRequest>();
  command.set_reason("wrong place");
  command.set_place("Mostar");
  s.When(command);
  if (!signed_by_both || !s.decision().accepted()) return;
  for (const auto party : {v1::HANDOVER_PARTY_GIVER, v1::HANDOVER_PARTY_RECIPIENT}) {
    auto sign = To<v1::SignCorrectiveCertificateRequest>();
    sign.set_party(party);
    s.As(party == v1::HANDOVER_PARTY_GIVER ? kEuHead : kJulyDirector);
    s.When(sign);
  }
  s.As("organisations/iom/people/clerk");
}

Aggregate<Story> Cases() {
  using S = Story;
  const auto authorised = [](S& s) { Draft(s), Authorise(s); };
  const auto scheduled = [=](S& s) { authorised(s), Schedule(s); };
  const auto delivered = [=](S& s) { scheduled(s), s.When(To<v1::RecordDeliveryRequest>()); };
  const auto counted = [=](S& s) { delivered(s), s.When(Counts<v1::RecordCountRequest>(false)); };
  const auto disputed = [=](S& s) { counted(s), WithReason<v1::DisputeCountRequest>(s); };
  const auto one = [=](S& s) { counted(s), Sign(s, v1::HANDOVER_PARTY_GIVER); };
  const auto both = [=](S& s) { one(s), Sign(s, v1::HANDOVER_PARTY_RECIPIENT); };
  const auto effective = [=](S& s) { both(s), s.When(To<v1::MakeHandoverEffectiveRequest>()); };
  return {
      .title = "Handover cases",
      .states = {{"DRAFTED", Draft},
                 {"DONOR_AUTHORISED", authorised},
                 {"SCHEDULED", scheduled},
                 {"DELIVERED", delivered},
                 {"COUNTED", counted},
                 // Two sets, of which one is refused: the other may be signed for.
                 {"PARTLY_ACCEPTED",
                  [](S& s) {
                    s.Do(testing::ReceivedPieces({"A-1", "A-2"}, "100.00"));
                    s.Do(testing::Case({testing::Asset(1), testing::Asset(2)}));
                    Authorise(s), Schedule(s), s.When(To<v1::RecordDeliveryRequest>());
                    s.When(Counts<v1::RecordCountRequest>(true));
                  }},
                 {"DISPUTED", disputed},
                 {"SIGNED_BY_ONE", one},
                 {"SIGNED_BY_BOTH", both},
                 {"EFFECTIVE", effective},
                 {"PROOF_FILED", [=](S& s) { effective(s), FileProof(s); }},
                 {"CLOSED",
                  [=](S& s) { effective(s), s.When(To<v1::CloseHandoverCaseRequest>()); }},
                 {"CORRECTED", [=](S& s) { effective(s), Correct(s, true); }},
                 {"VOIDED", [](S& s) { Draft(s), WithReason<v1::VoidHandoverCaseRequest>(s); }}},
      .commands = {{"name signatories", NameSignatories},
                   {"authorise", Authorise},
                   {"schedule", Schedule},
                   {"deliver", [](S& s) { s.When(To<v1::RecordDeliveryRequest>()); }},
                   {"count", [](S& s) { s.When(Counts<v1::RecordCountRequest>(false)); }},
                   {"count in part", [](S& s) { s.When(Counts<v1::RecordCountRequest>(true)); }},
                   {"dispute", WithReason<v1::DisputeCountRequest>},
                   {"resolve", [](S& s) { Resolve(s, false); }},
                   {"resolve in part", [](S& s) { Resolve(s, true); }},
                   {"draw up the certificate",
                    [](S& s) { s.When(To<v1::DrawUpCertificateRequest>()); }},
                   {"sign for the recipient", [](S& s) { Sign(s, v1::HANDOVER_PARTY_RECIPIENT); }},
                   {"take effect", [](S& s) { s.When(To<v1::MakeHandoverEffectiveRequest>()); }},
                   {"file a proof", FileProof},
                   {"close", [](S& s) { s.When(To<v1::CloseHandoverCaseRequest>()); }},
                   {"draw up a correction", [](S& s) { Correct(s, false); }},
                   {"correct (both sign)", [](S& s) { Correct(s, true); }},
                   {"void", WithReason<v1::VoidHandoverCaseRequest>}},
      .state_of = [](const S& s) {
        return Without("HANDOVER_CASE_STATE_", v1::HandoverCaseState_Name(s.TheCase().state()));
      }};
}

// ---- Assets ----

void Receive(Story& s) { s.Do(testing::ReceivedPieces({"A-1"}, "100.00")); }
template <class Command>
void OfAsset(Story& s) {
  Command command;
  command.set_name(AssetOf(1));
  if constexpr (requires { command.set_reason(""); }) command.set_reason("as told");
  if constexpr (std::is_same_v<Command, v1::MoveAssetRequest>) command.set_location("Row 5");
  s.When(command);
}
void Change(Story& s, v1::AssetChange change) {
  v1::RecordAssetChangeRequest command;
  command.set_name(AssetOf(1));
  command.set_change(change);
  command.set_reason("as told");
  command.mutable_evidence()->set_kind(v1::EVIDENCE_KIND_POLICE_REPORT);
  command.mutable_evidence()->set_reference("PU Sarajevo 02/3-1234/23");
  s.When(command);
}

Aggregate<Story> Assets() {
  using S = Story;
  const auto kept = [](S& s) { Receive(s), OfAsset<v1::TakeAssetIntoCustodyRequest>(s); };
  const auto used = [=](S& s) { kept(s), OfAsset<v1::PutAssetIntoUseRequest>(s); };
  const auto listed = [=](S& s) { kept(s), s.Do(testing::Case({testing::Asset(1)})); };
  const auto delivered = [=](S& s) { listed(s), s.Brought(); };
  const auto change = [](v1::AssetChange what) { return [=](S& s) { Change(s, what); }; };
  return {.title = "Assets",
          .states = {{"RECEIVED", Receive},
                     {"IN_CUSTODY", kept},
                     {"RESERVED", listed},
                     {"DELIVERED", delivered},
                     {"REFUSED",
                      [=](S& s) { delivered(s), s.When(Counts<v1::RecordCountRequest>(true)); }},
                     {"TITLE_PASSED", [=](S& s) { listed(s), s.Effective(); }},
                     {"IN_USE", used},
                     {"UNDER_REPAIR",
                      [=](S& s) { used(s), Change(s, v1::ASSET_CHANGE_SENT_TO_REPAIR); }},
                     {"LOST", [=](S& s) { used(s), Change(s, v1::ASSET_CHANGE_LOST); }},
                     {"STOLEN", [=](S& s) { used(s), Change(s, v1::ASSET_CHANGE_STOLEN); }},
                     {"WRITTEN_OFF",
                      [=](S& s) {
                        used(s), Change(s, v1::ASSET_CHANGE_LOST);
                        Change(s, v1::ASSET_CHANGE_WRITTEN_OFF);
                      }},
                     {"DISPOSED", [=](S& s) { used(s), Change(s, v1::ASSET_CHANGE_DISPOSED); }},
                     {"DESTROYED", [=](S& s) { used(s), Change(s, v1::ASSET_CHANGE_DESTROYED); }},
                     {"RETURNED_TO_SUPPLIER",
                      [](S& s) { Receive(s), OfAsset<v1::ReturnAssetToSupplierRequest>(s); }}},
          .commands = {{"take into custody", OfAsset<v1::TakeAssetIntoCustodyRequest>},
                       {"return to the supplier", OfAsset<v1::ReturnAssetToSupplierRequest>},
                       {"move", OfAsset<v1::MoveAssetRequest>},
                       {"put into use", OfAsset<v1::PutAssetIntoUseRequest>},
                       {"list in a case",
                        [](S& s) { s.When(testing::Case({testing::Asset(1)}, "another")); }},
                       {"send to repair", change(v1::ASSET_CHANGE_SENT_TO_REPAIR)},
                       {"get back from repair", change(v1::ASSET_CHANGE_BACK_FROM_REPAIR)},
                       {"damage", change(v1::ASSET_CHANGE_DAMAGED)},
                       {"find in a condition",
                        [](S& s) {
                          auto found = To<v1::RecordAssetConditionRequest>(AssetOf(1));
                          found.set_condition(v1::ASSET_CONDITION_WORN);
                          s.When(found);
                        }},
                       {"lose", change(v1::ASSET_CHANGE_LOST)},
                       {"have stolen", change(v1::ASSET_CHANGE_STOLEN)},
                       {"find", change(v1::ASSET_CHANGE_FOUND)},
                       {"write off", change(v1::ASSET_CHANGE_WRITTEN_OFF)},
                       {"dispose of", change(v1::ASSET_CHANGE_DISPOSED)},
                       {"destroy", change(v1::ASSET_CHANGE_DESTROYED)}},
          .state_of = [](const S& s) {
            return Without("ASSET_STATE_",
                           v1::AssetState_Name(s.Entity<v1::Asset>(AssetOf(1)).state()));
          }};
}

// ---- Transfers of responsibility ----

constexpr char kTransfer[] = "operations/ba/responsibilityTransfers/t";

template <class Command>
void OfTransfer(Story& s) {
  Command command = To<Command>(kTransfer);
  if constexpr (requires { command.set_reason(""); }) command.set_reason("as agreed");
  if constexpr (requires { command.set_agreement(""); }) command.set_agreement("protocol 01-23");
  if constexpr (requires { command.set_readiness(""); }) command.set_readiness("trained");
  if constexpr (requires { command.set_review(""); }) command.set_review("no open points");
  s.When(command);
}
void Plan(Story& s) {
  s.At(absl::CivilSecond(2023, 7, 10, 8, 0, 0));
  v1::EstablishResponsibilityRequest first;
  first.set_parent("operations/ba/centres/usivak");
  first.set_function("security");
  first.set_body(kIom);
  first.set_agreement("contract 3/2019");
  s.Do(first);
  v1::CreateResponsibilityTransferRequest plan;
  plan.set_parent("operations/ba");
  plan.set_responsibility_transfer_id("t");
  plan.mutable_responsibility_transfer()->set_centre("operations/ba/centres/usivak");
  plan.mutable_responsibility_transfer()->set_function("security");
  plan.mutable_responsibility_transfer()->set_giver(kIom);
  plan.mutable_responsibility_transfer()->set_taker(kDcpb);
  *plan.mutable_responsibility_transfer()->mutable_planned_date() = Day(2023, 7, 11);
  plan.mutable_responsibility_transfer()->add_readiness_items()->mutable_display_name()->set_en(
      "Keys handed over");
  s.At(absl::CivilSecond(2023, 7, 11, 8, 0, 0));
  s.Do(plan);
}

Aggregate<Story> Transfers() {
  using S = Story;
  const auto assessed = [](S& s) { Plan(s), OfTransfer<v1::AssessReadinessRequest>(s); };
  const auto agreed = [=](S& s) {
    assessed(s), OfTransfer<v1::AgreeResponsibilityTransferRequest>(s);
  };
  const auto parallel = [=](S& s) { agreed(s), OfTransfer<v1::StartParallelRunRequest>(s); };
  const auto effective = [=](S& s) {
    parallel(s), OfTransfer<v1::MakeResponsibilityTransferEffectiveRequest>(s);
    s.At(absl::CivilSecond(2023, 7, 12, 8, 0, 0));
  };
  const auto reviewed = [=](S& s) {
    effective(s), OfTransfer<v1::ReviewResponsibilityTransferRequest>(s);
  };
  return {
      .title = "Transfers of responsibility",
      .states =
          {{"PLANNED", Plan},
           {"READINESS_ASSESSED", assessed},
           {"AGREED", agreed},
           {"PARALLEL_RUN", parallel},
           {"EFFECTIVE", effective},
           {"REVIEWED", reviewed},
           {"CLOSED",
            [=](S& s) { reviewed(s), OfTransfer<v1::CloseResponsibilityTransferRequest>(s); }},
           {"SUSPENDED",
            [=](S& s) { agreed(s), OfTransfer<v1::SuspendResponsibilityTransferRequest>(s); }},
           {"CANCELLED",
            [=](S& s) { agreed(s), OfTransfer<v1::CancelResponsibilityTransferRequest>(s); }},
           {"REVERTED",
            [=](S& s) { effective(s), OfTransfer<v1::RevertResponsibilityTransferRequest>(s); }}},
      .commands = {{"assess", OfTransfer<v1::AssessReadinessRequest>},
                   {"record readiness",
                    [](S& s) {
                      auto done = To<v1::RecordReadinessItemRequest>(kTransfer);
                      done.set_item_number(1);
                      done.set_done(true);
                      s.When(done);
                    }},
                   {"agree", OfTransfer<v1::AgreeResponsibilityTransferRequest>},
                   {"run in parallel", OfTransfer<v1::StartParallelRunRequest>},
                   {"take effect", OfTransfer<v1::MakeResponsibilityTransferEffectiveRequest>},
                   {"review", OfTransfer<v1::ReviewResponsibilityTransferRequest>},
                   {"close", OfTransfer<v1::CloseResponsibilityTransferRequest>},
                   {"suspend", OfTransfer<v1::SuspendResponsibilityTransferRequest>},
                   {"resume", OfTransfer<v1::ResumeResponsibilityTransferRequest>},
                   {"cancel", OfTransfer<v1::CancelResponsibilityTransferRequest>},
                   {"revert", OfTransfer<v1::RevertResponsibilityTransferRequest>}},
      .state_of = [](const S& s) {
        return Without("RESPONSIBILITY_TRANSFER_STATE_",
                       v1::ResponsibilityTransferState_Name(
                           s.Entity<v1::ResponsibilityTransfer>(kTransfer).state()));
      }};
}

// ---- Checks, and claims of warranty ----

constexpr char kCheck[] = "operations/ba/postDonationChecks/c";
constexpr char kClaim[] = "operations/ba/warrantyClaims/WC-2023-0001";

void PlanCheck(Story& s) {
  Receive(s);
  v1::PlanPostDonationCheckRequest plan;
  plan.set_parent("operations/ba");
  plan.set_post_donation_check_id("c");
  plan.mutable_post_donation_check()->set_item(AssetOf(1));
  plan.mutable_post_donation_check()->set_kind(v1::CHECK_KIND_END_USE);
  *plan.mutable_post_donation_check()->mutable_due_date() = Day(2023, 12, 1);
  s.Do(plan);
}
void PutOff(Story& s) {
  auto command = To<v1::ReschedulePostDonationCheckRequest>(kCheck);
  *command.mutable_due_date() = Day(2023, 12, 15);
  command.set_reason("snow");
  s.When(command);
}
void MakeCheck(Story& s) {
  auto command = To<v1::CompletePostDonationCheckRequest>(kCheck);
  command.set_findings("in use as given");
  s.When(command);
}
void CancelCheck(Story& s) {
  auto command = To<v1::CancelPostDonationCheckRequest>(kCheck);
  command.set_reason("not needed");
  s.When(command);
}

Aggregate<Story> Checks() {
  using S = Story;
  return {.title = "Post-donation checks",
          .states = {{"PLANNED", PlanCheck},
                     {"DONE", [](S& s) { PlanCheck(s), MakeCheck(s); }},
                     {"CANCELLED", [](S& s) { PlanCheck(s), CancelCheck(s); }}},
          .commands = {{"put off", PutOff}, {"make", MakeCheck}, {"cancel", CancelCheck}},
          .state_of = [](const S& s) {
            return Without("CHECK_STATE_",
                           v1::CheckState_Name(s.Entity<v1::PostDonationCheck>(kCheck).state()));
          }};
}

void OpenClaim(Story& s) {
  auto received = testing::ReceivedPieces({"A-1"}, "100.00");
  received.set_warranty_months(24);
  s.Do(received);
  v1::OpenWarrantyClaimRequest open;
  open.set_parent("operations/ba");
  open.mutable_warranty_claim()->set_item(AssetOf(1));
  open.mutable_warranty_claim()->set_defect("does not start");
  s.Do(open);
}
void MoveClaim(Story& s, v1::WarrantyClaimState state) {
  auto command = To<v1::MoveWarrantyClaimRequest>(kClaim);
  command.set_state(state);
  command.set_note("letter of the supplier");
  if (state == v1::WARRANTY_CLAIM_STATE_SETTLED) {
    command.set_resolution(v1::WARRANTY_RESOLUTION_REPAIRED);
  }
  s.When(command);
}

Aggregate<Story> Claims() {
  using S = Story;
  const auto to = [](v1::WarrantyClaimState state) { return [=](S& s) { MoveClaim(s, state); }; };
  const auto accept = to(v1::WARRANTY_CLAIM_STATE_ACCEPTED);
  const auto reject = to(v1::WARRANTY_CLAIM_STATE_REJECTED);
  const auto settle = to(v1::WARRANTY_CLAIM_STATE_SETTLED);
  const auto withdraw = to(v1::WARRANTY_CLAIM_STATE_WITHDRAWN);
  return {.title = "Claims of warranty",
          .states = {{"OPENED", OpenClaim},
                     {"ACCEPTED", [=](S& s) { OpenClaim(s), accept(s); }},
                     {"REJECTED", [=](S& s) { OpenClaim(s), reject(s); }},
                     {"SETTLED", [=](S& s) { OpenClaim(s), accept(s), settle(s); }},
                     {"WITHDRAWN", [=](S& s) { OpenClaim(s), withdraw(s); }}},
          .commands = {{"accept", accept},
                       {"reject", reject},
                       {"contest", to(v1::WARRANTY_CLAIM_STATE_OPENED)},
                       {"settle", settle},
                       {"withdraw", withdraw}},
          .state_of = [](const S& s) {
            return Without(
                "WARRANTY_CLAIM_STATE_",
                v1::WarrantyClaimState_Name(s.Entity<v1::WarrantyClaim>(kClaim).state()));
          }};
}

// ---- By hand, from the domain's words; what it does not name is refused ----

constexpr char kCases[] = R"(
DRAFTED: name signatories > DRAFTED, authorise > DONOR_AUTHORISED, void > VOIDED
DONOR_AUTHORISED: name signatories > DONOR_AUTHORISED, schedule > SCHEDULED, void > VOIDED
SCHEDULED: name signatories > SCHEDULED, schedule > SCHEDULED, deliver > DELIVERED, void > VOIDED
DELIVERED: name signatories > DELIVERED, count > COUNTED, count in part > PARTLY_ACCEPTED, void > VOIDED
COUNTED: name signatories > COUNTED, dispute > DISPUTED, draw up the certificate > COUNTED, sign for the recipient > SIGNED_BY_ONE, void > VOIDED
PARTLY_ACCEPTED: name signatories > PARTLY_ACCEPTED, dispute > DISPUTED, draw up the certificate > PARTLY_ACCEPTED, sign for the recipient > SIGNED_BY_ONE, void > VOIDED
DISPUTED: name signatories > DISPUTED, resolve > COUNTED, resolve in part > PARTLY_ACCEPTED, void > VOIDED
SIGNED_BY_ONE: sign for the recipient > SIGNED_BY_BOTH, void > VOIDED
SIGNED_BY_BOTH: take effect > EFFECTIVE, void > VOIDED
EFFECTIVE: file a proof > PROOF_FILED, close > CLOSED, draw up a correction > EFFECTIVE, correct (both sign) > CORRECTED
PROOF_FILED: file a proof > PROOF_FILED, close > CLOSED, draw up a correction > PROOF_FILED, correct (both sign) > CORRECTED
CLOSED: draw up a correction > CLOSED, correct (both sign) > CORRECTED
CORRECTED: file a proof > CORRECTED
)";
constexpr char kAssets[] = R"(
RECEIVED: take into custody > IN_CUSTODY, return to the supplier > RETURNED_TO_SUPPLIER, move > RECEIVED, list in a case > RESERVED, damage > RECEIVED, find in a condition > RECEIVED, destroy > DESTROYED
IN_CUSTODY: move > IN_CUSTODY, put into use > IN_USE, list in a case > RESERVED, send to repair > UNDER_REPAIR, damage > IN_CUSTODY, find in a condition > IN_CUSTODY, lose > LOST, have stolen > STOLEN, destroy > DESTROYED
RESERVED: find in a condition > RESERVED
DELIVERED: find in a condition > DELIVERED
REFUSED: find in a condition > REFUSED
TITLE_PASSED: move > TITLE_PASSED, put into use > IN_USE, damage > TITLE_PASSED, find in a condition > TITLE_PASSED, destroy > DESTROYED
IN_USE: move > IN_USE, send to repair > UNDER_REPAIR, damage > IN_USE, find in a condition > IN_USE, lose > LOST, have stolen > STOLEN, dispose of > DISPOSED, destroy > DESTROYED
UNDER_REPAIR: move > UNDER_REPAIR, get back from repair > IN_USE, damage > UNDER_REPAIR, find in a condition > UNDER_REPAIR, destroy > DESTROYED
LOST: find in a condition > LOST, find > IN_USE, write off > WRITTEN_OFF, destroy > DESTROYED
STOLEN: find in a condition > STOLEN, find > IN_USE, write off > WRITTEN_OFF, destroy > DESTROYED
)";
constexpr char kTransfers[] = R"(
PLANNED: assess > READINESS_ASSESSED, record readiness > PLANNED, suspend > SUSPENDED, cancel > CANCELLED
READINESS_ASSESSED: record readiness > READINESS_ASSESSED, agree > AGREED, suspend > SUSPENDED, cancel > CANCELLED
AGREED: record readiness > AGREED, run in parallel > PARALLEL_RUN, take effect > EFFECTIVE, suspend > SUSPENDED, cancel > CANCELLED
PARALLEL_RUN: record readiness > PARALLEL_RUN, take effect > EFFECTIVE, suspend > SUSPENDED, cancel > CANCELLED
EFFECTIVE: review > REVIEWED, revert > REVERTED
REVIEWED: close > CLOSED, revert > REVERTED
SUSPENDED: record readiness > SUSPENDED, resume > AGREED, cancel > CANCELLED
)";
constexpr char kChecks[] = R"(
PLANNED: put off > PLANNED, make > DONE, cancel > CANCELLED
)";
constexpr char kClaims[] = R"(
OPENED: accept > ACCEPTED, reject > REJECTED, withdraw > WITHDRAWN
ACCEPTED: settle > SETTLED, withdraw > WITHDRAWN
REJECTED: contest > OPENED
)";

// The last two say why a case or an asset is refused in the words of the case.
const std::set<std::string>& Refusals() {
  static const auto& refusals =
      *new std::set<std::string>{"WRONG_STATE", "ITEM_NOT_AVAILABLE", "CERTIFICATE_VOIDED"};
  return refusals;
}

constexpr char kIntroduction[] = R"(# States and moves of handover

Made by trying each command out in each state: `PRIHVAT_WRITE_STATES=1 build/PRESET/tests/handover_domain_test` writes this
page, and a test fails while it is stale. What a state does not name is refused with `WRONG_STATE`, which says the state
and the moves that are open; an asset that another case has answers with `ITEM_NOT_AVAILABLE`. A case with an item above
the threshold (EUR 5,000) answers `close` with `PROOF_MISSING` until a proof is filed. What an open case lists is lost,
damaged or destroyed by its count only. A case whose certificate was drawn up before anybody signed answers `dispute` and
`name signatories` with `CERTIFICATE_DRAWN_UP`; what comes back signed moves it as `sign` does. What is disposed of or
written off needs a document (`EVIDENCE_MISSING`), and so does the loss or theft of what is then destroyed; a transfer takes
no effect before its mandatory items are done (`READINESS_INCOMPLETE`). The states themselves are explained in
`protos/prihvat/handover/v1/`.
)";

TEST(States, OfHandoverAreTheTranscribedOnesAndThePageIsNotStale) {
  std::string page = kIntroduction;
  page += CheckTable(Cases(), kCases, Refusals());
  page += CheckTable(Assets(), kAssets, Refusals());
  page += CheckTable(Transfers(), kTransfers, Refusals());
  page += CheckTable(Checks(), kChecks, Refusals());
  page += CheckTable(Claims(), kClaims, Refusals());
  testkit::ExpectPage("docs/states-handover.md", page);
}

// The domain's own list of moves between the states of a case, word by word.
TEST(States, OfCasesAreTheDomainsMoves) {
  std::vector<std::string> moves = {
      "DRAFTED->DONOR_AUTHORISED", "DONOR_AUTHORISED->SCHEDULED", "SCHEDULED->DELIVERED",
      "DELIVERED->COUNTED", "COUNTED->SIGNED_BY_ONE", "SIGNED_BY_ONE->SIGNED_BY_BOTH",
      "SIGNED_BY_BOTH->EFFECTIVE", "EFFECTIVE->PROOF_FILED", "PROOF_FILED->CLOSED",
      "EFFECTIVE->CLOSED", "COUNTED->DISPUTED", "PARTLY_ACCEPTED->SIGNED_BY_ONE",
      "PARTLY_ACCEPTED->DISPUTED", "DISPUTED->COUNTED", "EFFECTIVE->CORRECTED",
      "PROOF_FILED->CORRECTED", "CLOSED->CORRECTED",
      // Counted in part at once, or when the dispute is settled.
      "DELIVERED->PARTLY_ACCEPTED", "DISPUTED->PARTLY_ACCEPTED"};
  for (const char* before : {"DRAFTED", "DONOR_AUTHORISED", "SCHEDULED", "DELIVERED", "COUNTED",
                             "PARTLY_ACCEPTED", "DISPUTED", "SIGNED_BY_ONE", "SIGNED_BY_BOTH"}) {
    moves.push_back(std::string(before) + "->VOIDED");
  }
  EXPECT_THAT(MovesOf(Transcribed(kCases)), ::testing::UnorderedElementsAreArray(moves));
}

}  // namespace
}  // namespace prihvat::handover
