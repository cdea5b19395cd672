// Persons stand under a pseudonymous case number; nothing here names anybody.
#include "prihvat/reception/v1/events.pb.h"
#include "prihvat/reception/v1/service.pb.h"
#include "services/reception/domain/policy.h"
#include "services/reception/domain/registration.h"

namespace prihvat::reception {
namespace {

std::optional<es::Rejection> CheckBirthYear(std::string_view field, int32_t year,
                                            const es::Context& context) {
  const auto this_year = static_cast<int32_t>(context.EffectiveDay().year());
  const int32_t first = this_year - PolicyOn(context.EffectiveDay()).oldest_age_years;
  if (year == 0 || (year >= first && year <= this_year)) return std::nullopt;
  return es::InvalidField(
      field, fmt::format("is {}; it should be {} to {}, or 0", year, first, this_year));
}

es::Decision DecideRegisterPerson(const es::View& view, const v1::RegisterPersonRequest& command,
                                  es::Context& context) {
  if (command.parent() != context.operation) {
    return es::InvalidField("parent", fmt::format("should be {}", context.operation));
  }
  if (auto no = CheckNewId("person_id", command.person_id(), true)) return *std::move(no);
  const v1::Person& person = command.person();
  if (auto no = CheckBirthYear("person.birth_year_from", person.birth_year_from(), context)) {
    return *std::move(no);
  }
  if (auto no = CheckBirthYear("person.birth_year_to", person.birth_year_to(), context)) {
    return *std::move(no);
  }
  if (person.birth_year_to() != 0 && person.birth_year_from() > person.birth_year_to()) {
    return es::InvalidField("person.birth_year_to",
                            fmt::format("is {}, before birth_year_from {}", person.birth_year_to(),
                                        person.birth_year_from()));
  }
  if (!v1::Sex_IsValid(person.sex())) return es::InvalidField("person.sex", "is not known");
  const std::string name =
      fmt::format("{}/persons/{}", context.operation,
                  command.person_id().empty() ? context.NewId() : command.person_id());
  if (view.Exists(name)) return es::AlreadyExists(name);

  v1::PersonRegistered event;
  event.set_person(name);
  event.set_birth_year_from(person.birth_year_from());
  event.set_birth_year_to(person.birth_year_to());
  event.set_sex(person.sex());
  return es::Accepted(std::move(event)).Naming(name);
}

void FoldPersonRegistered(es::Entities& entities, const v1::PersonRegistered& event,
                          const es::EventContext& context) {
  v1::Person person;
  person.set_name(event.person());
  person.set_birth_year_from(event.birth_year_from());
  person.set_birth_year_to(event.birth_year_to());
  person.set_sex(event.sex());
  Stamp(person, context);
  entities.Put(event.person(), person);
}

}  // namespace

void RegisterPersons(es::Decider& decider) {
  OnKnown<v1::RegisterPersonRequest, &DecideRegisterPerson>(decider);
  decider.Fold<v1::PersonRegistered>(&FoldPersonRegistered);
}

}  // namespace prihvat::reception
