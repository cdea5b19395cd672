// What the files of this room add to the decider, and what all decisions begin with.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "fmt/format.h"
#include "libs/base/decimal.h"
#include "libs/es/checks.h"
#include "libs/es/decider.h"
#include "prihvat/handover/v1/resources.pb.h"
#include "prihvat/handover/v1/state.pb.h"
#include "services/handover/domain/values.h"

namespace prihvat::handover {

using es::CheckEtag;
using es::CheckGlobalName;
using es::CheckReference;
using es::ShortName;

void RegisterOperations(es::Decider& decider);
void RegisterPolicies(es::Decider& decider);
void RegisterFunctions(es::Decider& decider);
void RegisterReceivedGoods(es::Decider& decider);
void RegisterReturnedGoods(es::Decider& decider);
void RegisterConflicts(es::Decider& decider);
void RegisterAssets(es::Decider& decider);
void RegisterMandates(es::Decider& decider);
void RegisterCases(es::Decider& decider);
void RegisterCounts(es::Decider& decider);
void RegisterSignatures(es::Decider& decider);
void RegisterTitles(es::Decider& decider);
void RegisterCorrections(es::Decider& decider);
void RegisterSigningKeys(es::Decider& decider);
void RegisterReturnedCertificates(es::Decider& decider);
void RegisterResponsibilities(es::Decider& decider);
void RegisterTransfers(es::Decider& decider);

// `decide`, for an operation that the service has heard of. For Decider::On.
template <class Command, es::Decision (*decide)(const es::View&, const Command&, es::Context&)>
es::Decision InKnownOperation(const es::View& view, const Command& command, es::Context& context) {
  if (view.Find<v1::OperationFacts>(context.operation) == nullptr) {
    return es::Rejected(es::kOperationUnknown)
        .Saying(fmt::format("{} is not known to the handover service", context.operation))
        .With("operation", context.operation);
  }
  return decide(view, command, context);
}

template <class Command, es::Decision (*decide)(const es::View&, const Command&, es::Context&)>
void OnKnown(es::Decider& decider) {
  decider.On<Command>(&InKnownOperation<Command, decide>);
}

// The pattern of T's names below an operation. Names are asked for only in this shape: a name of
// another resource would be found as one of another type.
template <class T>
constexpr std::string_view PatternOf();
template <>
constexpr std::string_view PatternOf<v1::Asset>() {
  return "assets/*";
}
template <>
constexpr std::string_view PatternOf<v1::AssetLot>() {
  return "assetLots/*";
}
template <>
constexpr std::string_view PatternOf<v1::Mandate>() {
  return "mandates/*";
}
template <>
constexpr std::string_view PatternOf<v1::Certificate>() {
  return "certificates/*";
}
template <>
constexpr std::string_view PatternOf<v1::HandoverCase>() {
  return "handoverCases/*";
}
template <>
constexpr std::string_view PatternOf<v1::Conflict>() {
  return "conflicts/*";
}
template <>
constexpr std::string_view PatternOf<v1::ResponsibilityTransfer>() {
  return "responsibilityTransfers/*";
}

// Finds the T that the request's `field` names; INVALID_FIELD or NOT_FOUND where it does not.
template <class T>
std::optional<es::Rejection> Require(const es::View& view, std::string_view field,
                                     std::string_view name, const es::Context& context,
                                     const T*& found) {
  if (auto no = CheckReference(field, name, PatternOf<T>(), context)) return no;
  found = view.Find<T>(name);
  if (found == nullptr) return es::NotFound(name);
  return std::nullopt;
}

// PIECES_MISMATCH unless as many pieces have numbers as the line says.
std::optional<es::Rejection> CheckPieceCount(const base::Decimal& quantity, int pieces);

// INVALID_FIELD unless a resource may be made under `parent` with the id.
std::optional<es::Rejection> CheckCreate(std::string_view parent, std::string_view id_field,
                                         std::string_view id, const es::Context& context);

// INVALID_FIELD for a text that is empty, no UTF-8, or of more than 2,000 bytes.
std::optional<es::Rejection> CheckText(std::string_view field, std::string_view text);
// The same, but it may be empty.
std::optional<es::Rejection> CheckOptionalText(std::string_view field, std::string_view text);
// Of both languages; English must be given.
std::optional<es::Rejection> CheckText(std::string_view field, const v1::LocalizedText& text);
std::optional<es::Rejection> CheckOptionalText(std::string_view field,
                                               const v1::LocalizedText& text);

// INVALID_FIELD unless the calendar has that day.
std::optional<es::Rejection> CheckDate(std::string_view field, const google::type::Date& date);

// A move may not take effect before the one that it follows.
std::optional<es::Rejection> CheckNotBefore(std::string_view name, absl::Time last,
                                            const es::Context& context);

}  // namespace prihvat::handover
