#include "prihvat/handover/v1/events.pb.h"
#include "prihvat/handover/v1/service.pb.h"
#include "services/handover/domain/functions.h"
#include "services/handover/domain/names.h"
#include "services/handover/domain/reasons.h"
#include "services/handover/domain/registration.h"
#include "services/handover/domain/responsibilities.h"

namespace prihvat::handover {
namespace {

bool Covers(const v1::ResponsibilityPeriod& period, absl::Time time) {
  return FromProto(period.start_time()) <= time &&
         (!period.has_end_time() || time < FromProto(period.end_time()));
}

es::Decision DecideEstablish(const es::View& view,
                             const v1::EstablishResponsibilityRequest& command,
                             es::Context& context) {
  if (auto no = CheckReference("parent", command.parent(), "centres/*", context)) {
    return *std::move(no);
  }
  if (auto no = CheckFunction(view, "function", command.function(), context)) {
    return *std::move(no);
  }
  if (auto no = CheckGlobalName("body", command.body(), "organisations/*")) return *std::move(no);
  if (auto no = CheckOptionalText("agreement", command.agreement())) return *std::move(no);
  const std::string name = ResponsibilityName(command.parent(), command.function());
  if (view.Exists(name)) return es::AlreadyExists(name);

  v1::ResponsibilityEstablished event;
  event.set_responsibility(name);
  event.set_centre(command.parent());
  event.set_function(command.function());
  event.set_body(command.body());
  *event.mutable_start_time() = ToProto(context.effective_at);
  event.set_agreement(command.agreement());
  return es::Accepted(std::move(event)).Naming(name);
}

void FoldEstablished(es::Entities& entities, const v1::ResponsibilityEstablished& event,
                     const es::EventContext& context) {
  v1::Responsibility responsibility;
  responsibility.set_name(event.responsibility());
  responsibility.set_centre(event.centre());
  responsibility.set_function(event.function());
  PassTo(responsibility, event.body(), FromProto(event.start_time()), event.agreement(), "");
  Stamp(responsibility, context);
  entities.Put(event.responsibility(), responsibility);
}

}  // namespace

const v1::ResponsibilityPeriod* AnsweringAt(const v1::Responsibility& responsibility,
                                            absl::Time time) {
  for (const v1::ResponsibilityPeriod& period : responsibility.periods()) {
    if (Covers(period, time)) return &period;
  }
  return nullptr;
}

std::vector<const v1::ResponsibilityPeriod*> AssistingAt(const v1::Responsibility& responsibility,
                                                         absl::Time time) {
  std::vector<const v1::ResponsibilityPeriod*> out;
  for (const v1::ResponsibilityPeriod& period : responsibility.assisting()) {
    if (Covers(period, time)) out.push_back(&period);
  }
  return out;
}

std::optional<es::Rejection> CheckAnswers(const v1::Responsibility& responsibility,
                                          std::string_view body, const es::Context& context) {
  const v1::ResponsibilityPeriod& last = *responsibility.periods().rbegin();
  if (last.body() == body) return std::nullopt;
  return es::Rejected(kNotResponsible)
      .Saying(fmt::format("{} answers for {} since {}, not {}", last.body(), responsibility.name(),
                          Say(FromProto(last.start_time()), context.zone), body))
      .With("responsibility", responsibility.name())
      .With("body", last.body())
      .With("giver", body);
}

std::optional<es::Rejection> CheckMayPass(const v1::Responsibility& responsibility,
                                          std::string_view body, const es::Context& context) {
  if (auto no = CheckAnswers(responsibility, body, context)) return no;
  // A period without an instant would be none, so the next body begins later, not at once.
  const v1::ResponsibilityPeriod& last = *responsibility.periods().rbegin();
  return CheckNotBefore(responsibility.name(), FromProto(last.start_time()) + absl::Microseconds(1),
                        context);
}

void PassTo(v1::Responsibility& responsibility, std::string_view body, absl::Time time,
            std::string_view agreement, std::string_view transfer) {
  if (!responsibility.periods().empty()) {
    *responsibility.mutable_periods()->rbegin()->mutable_end_time() = ToProto(time);
  }
  v1::ResponsibilityPeriod& period = *responsibility.add_periods();
  period.set_body(std::string(body));
  *period.mutable_start_time() = ToProto(time);
  period.set_agreement(std::string(agreement));
  period.set_responsibility_transfer(std::string(transfer));
}

void RegisterResponsibilities(es::Decider& decider) {
  OnKnown<v1::EstablishResponsibilityRequest, &DecideEstablish>(decider);
  decider.Fold<v1::ResponsibilityEstablished>(&FoldEstablished);
}

}  // namespace prihvat::handover
