#include "services/handover/domain/evidence.h"

#include <algorithm>
#include <string>

#include "fmt/format.h"
#include "prihvat/handover/v1/events.pb.h"
#include "services/handover/domain/holdings.h"
#include "services/handover/domain/reasons.h"
#include "services/handover/domain/registration.h"
#include "services/handover/domain/values.h"

namespace prihvat::handover {
namespace {

constexpr int kMostRecords = 100;  // of one asset; older ones are in the log

// What a document is to show.
bool NeedsEvidence(v1::AssetChange change) {
  switch (change) {
    case v1::ASSET_CHANGE_LOST:
    case v1::ASSET_CHANGE_STOLEN:
    case v1::ASSET_CHANGE_DAMAGED:
    case v1::ASSET_CHANGE_DESTROYED:
    case v1::ASSET_CHANGE_WRITTEN_OFF:
    case v1::ASSET_CHANGE_DISPOSED:
      return true;
    default:
      return false;
  }
}

// Of a theft the police's own report; of all else any document.
bool Shows(v1::AssetChange change, const v1::Evidence& evidence) {
  return change != v1::ASSET_CHANGE_STOLEN || evidence.kind() == v1::EVIDENCE_KIND_POLICE_REPORT;
}

bool Lacks(const v1::Asset& asset, v1::AssetChange change) {
  const auto& lacking = asset.lacks_evidence_of();
  return std::find(lacking.begin(), lacking.end(), change) != lacking.end();
}

void NoLongerLacks(v1::Asset& asset, v1::AssetChange change) {
  auto& lacking = *asset.mutable_lacks_evidence_of();
  lacking.erase(std::remove(lacking.begin(), lacking.end(), change), lacking.end());
}

std::string ToText(v1::AssetChange change) {
  return ShortName(v1::AssetChange_Name(change), "ASSET_CHANGE_");
}

template <class Records>
void KeepLast(Records& records) {
  if (records.size() > kMostRecords) records.DeleteSubrange(0, records.size() - kMostRecords);
}

es::Decision DecideAttach(const es::View& view, const v1::AttachAssetEvidenceRequest& command,
                          es::Context& context) {
  const v1::Asset* asset = nullptr;
  if (auto no = Require(view, "name", command.name(), context, asset)) return *std::move(no);
  if (auto no = CheckEtag(command.name(), command.etag(), *asset)) return *std::move(no);
  if (!NeedsEvidence(command.change())) {
    return es::InvalidField("change",
                            "should be LOST, STOLEN, DAMAGED, DESTROYED, DISPOSED or WRITTEN_OFF");
  }
  const bool told = Lacks(*asset, command.change()) ||
                    std::any_of(asset->evidence().begin(), asset->evidence().end(),
                                [&](const v1::AssetEvidence& filed) {
                                  return filed.change() == command.change();
                                });
  if (!told) {
    return es::InvalidField("change", fmt::format("it was not told that {} was {}", asset->name(),
                                                  ToText(command.change())));
  }
  if (auto no = CheckEvidence("evidence", command.evidence())) return *std::move(no);
  v1::AssetEvidenceAttached event;
  event.set_asset(command.name());
  event.set_change(command.change());
  *event.mutable_evidence() = command.evidence();
  return es::Accepted(std::move(event)).Naming(command.name());
}

es::Decision DecideCondition(const es::View& view, const v1::RecordAssetConditionRequest& command,
                             es::Context& context) {
  const v1::Asset* asset = nullptr;
  if (auto no = Require(view, "name", command.name(), context, asset)) return *std::move(no);
  if (auto no = CheckEtag(command.name(), command.etag(), *asset)) return *std::move(no);
  if (!IsLive(asset->state())) {
    return es::WrongState(command.name(),
                          ShortName(v1::AssetState_Name(asset->state()), "ASSET_STATE_"),
                          "be found in a condition", "none");
  }
  if (command.condition() == v1::ASSET_CONDITION_UNSPECIFIED ||
      !v1::AssetCondition_IsValid(command.condition())) {
    return es::InvalidField("condition", "must be given");
  }
  if (auto no = CheckOptionalText("note", command.note())) return *std::move(no);
  if (!asset->conditions().empty()) {
    const absl::Time last = FromProto(asset->conditions().rbegin()->record_time());
    if (auto no = CheckNotBefore(command.name(), last, context)) return *std::move(no);
  }
  v1::AssetConditionRecorded event;
  event.set_asset(command.name());
  event.set_condition(command.condition());
  event.set_previous_condition(asset->condition());
  event.set_note(command.note());
  return es::Accepted(std::move(event)).Naming(command.name());
}

void AddEvidence(v1::Asset& asset, v1::AssetChange change, const v1::Evidence& evidence,
                 const es::EventContext& context) {
  v1::AssetEvidence& filed = *asset.add_evidence();
  filed.set_change(change);
  *filed.mutable_evidence() = evidence;
  *filed.mutable_file_time() = ToProto(context.effective_at);
  KeepLast(*asset.mutable_evidence());
  if (Shows(change, evidence)) NoLongerLacks(asset, change);
}

void FoldAttached(es::Entities& entities, const v1::AssetEvidenceAttached& event,
                  const es::EventContext& context) {
  entities.Edit<v1::Asset>(event.asset(), [&](v1::Asset& asset) {
    AddEvidence(asset, event.change(), event.evidence(), context);
    Stamp(asset, context);
  });
}

void FoldCondition(es::Entities& entities, const v1::AssetConditionRecorded& event,
                   const es::EventContext& context) {
  entities.Edit<v1::Asset>(event.asset(), [&](v1::Asset& asset) {
    NoteCondition(asset, event.condition(), event.note(), context);
    Stamp(asset, context);
  });
}

}  // namespace

std::optional<es::Rejection> CheckEvidence(std::string_view field, const v1::Evidence& evidence) {
  if (evidence.kind() == v1::EVIDENCE_KIND_UNSPECIFIED ||
      !v1::EvidenceKind_IsValid(evidence.kind())) {
    return es::InvalidField(fmt::format("{}.kind", field), "must be given");
  }
  if (auto no = CheckText(fmt::format("{}.reference", field), evidence.reference())) return no;
  const std::string& digest = evidence.sha256();
  const bool well_formed =
      digest.empty() ||
      (digest.size() == 64 && digest.find_first_not_of("0123456789abcdef") == std::string::npos);
  if (well_formed) return std::nullopt;
  return es::InvalidField(fmt::format("{}.sha256", field),
                          "should be 64 small hexadecimal digits, or empty");
}

std::optional<es::Rejection> CheckMayLeaveBooks(const v1::Asset& asset,
                                                const v1::RecordAssetChangeRequest& command) {
  const v1::AssetChange change = command.change();
  const bool is_gone =
      asset.state() == v1::ASSET_STATE_LOST || asset.state() == v1::ASSET_STATE_STOLEN;
  const bool decided =
      change == v1::ASSET_CHANGE_DISPOSED || change == v1::ASSET_CHANGE_WRITTEN_OFF;
  const bool ends = decided || change == v1::ASSET_CHANGE_DESTROYED;
  v1::AssetChange lacking = v1::ASSET_CHANGE_UNSPECIFIED;
  if (decided && !command.has_evidence()) lacking = change;
  // Nor does what is gone leave the books as destroyed while nobody has reported that it is gone.
  for (const v1::AssetChange loss : {v1::ASSET_CHANGE_LOST, v1::ASSET_CHANGE_STOLEN}) {
    if (is_gone && ends && Lacks(asset, loss)) lacking = loss;
  }
  if (lacking == v1::ASSET_CHANGE_UNSPECIFIED) return std::nullopt;
  return es::Rejected(kEvidenceMissing)
      .Saying(
          fmt::format("{} cannot be {}: no document shows that it is {}{}", asset.name(),
                      ToText(change), ToText(lacking),
                      lacking == v1::ASSET_CHANGE_STOLEN ? "; that is the police's report" : ""))
      .With("asset", asset.name())
      .With("change", ToText(change))
      .With("lacks_evidence_of", ToText(lacking));
}

void NoteChange(v1::Asset& asset, v1::AssetChange change, const v1::Evidence* evidence,
                const es::EventContext& context) {
  if (change == v1::ASSET_CHANGE_FOUND) {
    NoLongerLacks(asset, v1::ASSET_CHANGE_LOST);
    NoLongerLacks(asset, v1::ASSET_CHANGE_STOLEN);
  }
  if (NeedsEvidence(change) && !Lacks(asset, change)) {
    asset.mutable_lacks_evidence_of()->Add(change);
  }
  if (evidence != nullptr) AddEvidence(asset, change, *evidence, context);
}

void NoteCondition(v1::Asset& asset, v1::AssetCondition condition, std::string_view note,
                   const es::EventContext& context) {
  auto& records = *asset.mutable_conditions();
  v1::ConditionRecord& record = *records.Add();
  record.set_condition(condition);
  *record.mutable_record_time() = ToProto(context.effective_at);
  record.set_note(std::string(note));
  // A damage may be told after a condition that was found later.
  for (int i = records.size() - 1;
       i > 0 && FromProto(records[i - 1].record_time()) > context.effective_at; --i) {
    records.SwapElements(i - 1, i);
  }
  KeepLast(records);
  asset.set_condition(records[records.size() - 1].condition());
}

void RegisterEvidence(es::Decider& decider) {
  OnKnown<v1::AttachAssetEvidenceRequest, &DecideAttach>(decider);
  OnKnown<v1::RecordAssetConditionRequest, &DecideCondition>(decider);
  decider.Fold<v1::AssetEvidenceAttached>(&FoldAttached);
  decider.Fold<v1::AssetConditionRecorded>(&FoldCondition);
}

}  // namespace prihvat::handover
