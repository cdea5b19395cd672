// Whether the donor is seen on what it paid for. What was seen is a fact: it is stored as it was,
// and says itself whether it is as the donor asks: emblem and statement always together, and no
// other logo of the donor's beside them.
#include <algorithm>
#include <string>
#include <string_view>

#include "fmt/format.h"
#include "prihvat/handover/v1/service.pb.h"
#include "services/handover/domain/checks.h"
#include "services/handover/domain/evidence.h"
#include "services/handover/domain/registration.h"
#include "services/handover/domain/values.h"

namespace prihvat::handover {
namespace {

// The thing is there; a centre is known to the reception service alone.
std::optional<es::Rejection> CheckItem(const es::View& view, const std::string& item,
                                       const es::Context& context) {
  const std::string_view field = "visibility_check.item";
  constexpr std::string_view kKnownHere[] = {"assets/*", "assetLots/*", "handoverCases/*"};
  const bool is_known_here = std::any_of(
      std::begin(kKnownHere), std::end(kKnownHere),
      [&](std::string_view pattern) { return !CheckReference(field, item, pattern, context); });
  if (!is_known_here) return CheckReference(field, item, "centres/*", context);
  if (!view.Exists(item)) return es::NotFound(item);
  return std::nullopt;
}

bool Conforms(const v1::VisibilityCheck& seen) {
  if (!seen.derogation().empty()) return true;
  return seen.emblem_seen() && seen.statement_seen() && !seen.other_logo_seen();
}

es::Decision DecideRecord(const es::View& view, const v1::RecordVisibilityCheckRequest& command,
                          es::Context& context) {
  if (auto no = CheckCreate(command.parent(), "visibility_check_id", command.visibility_check_id(),
                            context)) {
    return *std::move(no);
  }
  const v1::VisibilityCheck& seen = command.visibility_check();
  if (auto no = CheckItem(view, seen.item(), context)) return *std::move(no);
  if (auto no = CheckGlobalName("visibility_check.donor", seen.donor(), "organisations/*")) {
    return *std::move(no);
  }
  if (auto no = CheckOptionalText("visibility_check.derogation", seen.derogation())) {
    return *std::move(no);
  }
  const bool conforms = Conforms(seen);
  const auto note = conforms ? CheckOptionalText("visibility_check.note", seen.note())
                             : CheckText("visibility_check.note", seen.note());
  if (note) return *note;
  if (seen.has_evidence()) {
    if (auto no = CheckEvidence("visibility_check.evidence", seen.evidence())) {
      return *std::move(no);
    }
  }
  const std::string name =
      fmt::format("{}/visibilityChecks/{}", context.operation, command.visibility_check_id());
  if (view.Exists(name)) return es::AlreadyExists(name);

  v1::VisibilityChecked event;
  v1::VisibilityCheck& check = *event.mutable_visibility_check();
  check = seen;
  check.set_name(name);
  check.set_conforms(conforms);
  check.set_checker(context.principal);
  *check.mutable_check_time() = ToProto(context.effective_at);
  check.clear_etag();
  check.clear_create_time();
  check.clear_update_time();
  return es::Accepted(std::move(event)).Naming(name);
}

void FoldChecked(es::Entities& entities, const v1::VisibilityChecked& event,
                 const es::EventContext& context) {
  v1::VisibilityCheck check = event.visibility_check();
  Stamp(check, context);
  entities.Put(check.name(), check);
}

}  // namespace

void RegisterVisibilityChecks(es::Decider& decider) {
  OnKnown<v1::RecordVisibilityCheckRequest, &DecideRecord>(decider);
  decider.Fold<v1::VisibilityChecked>(&FoldChecked);
}

}  // namespace prihvat::handover
