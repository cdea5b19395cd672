// What the files of this room add to the decider, and what all decisions begin with.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "fmt/format.h"
#include "libs/es/checks.h"
#include "libs/es/decider.h"
#include "prihvat/reception/v1/resources.pb.h"
#include "prihvat/reception/v1/state.pb.h"
#include "services/reception/domain/times.h"

namespace prihvat::reception {

using es::CheckEtag;
using es::CheckReference;
using es::CheckText;
using es::ShortName;

void RegisterOperations(es::Decider& decider);
void RegisterCentres(es::Decider& decider);
void RegisterRooms(es::Decider& decider);
void RegisterBeds(es::Decider& decider);
void RegisterPersons(es::Decider& decider);
void RegisterArrivals(es::Decider& decider);
void RegisterStayMoves(es::Decider& decider);
void RegisterServiceDeliveries(es::Decider& decider);
void RegisterResponsibilities(es::Decider& decider);
void RegisterConflicts(es::Decider& decider);

// `decide`, for an operation that the service has heard of. For Decider::On.
template <class Command, es::Decision (*decide)(const es::View&, const Command&, es::Context&)>
es::Decision InKnownOperation(const es::View& view, const Command& command, es::Context& context) {
  if (view.Find<v1::OperationFacts>(context.operation) == nullptr) {
    return es::Rejected(es::kOperationUnknown)
        .Saying(fmt::format("{} is not known to the reception service", context.operation))
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
constexpr std::string_view PatternOf<v1::Centre>() {
  return "centres/*";
}
template <>
constexpr std::string_view PatternOf<v1::Room>() {
  return "centres/*/rooms/*";
}
template <>
constexpr std::string_view PatternOf<v1::Bed>() {
  return "centres/*/beds/*";
}
template <>
constexpr std::string_view PatternOf<v1::Person>() {
  return "persons/*";
}
template <>
constexpr std::string_view PatternOf<v1::Stay>() {
  return "stays/*";
}
template <>
constexpr std::string_view PatternOf<v1::Conflict>() {
  return "conflicts/*";
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

// INVALID_FIELD unless `id` may stand in a name; empty ones only where `may_be_empty`.
std::optional<es::Rejection> CheckNewId(std::string_view field, std::string_view id,
                                        bool may_be_empty);

// INVALID_FIELD for a timestamp that is none (years 1 to 9999).
std::optional<es::Rejection> CheckTimestamp(std::string_view field,
                                            const google::protobuf::Timestamp& time);

// A move may not take effect before the one that it follows.
std::optional<es::Rejection> CheckNotBefore(std::string_view name, absl::Time last,
                                            const es::Context& context);

}  // namespace prihvat::reception
