#include "libs/testkit/toy_domain.h"

namespace prihvat::testkit {
namespace {

using es::Accepted;
using es::Context;
using es::Decision;
using es::Entities;
using es::EventContext;
using es::View;
using v1::Hall;
using v1::SeatTaken;
using v1::TakeSeatRequest;
using v1::Welcome;
using v1::Welcomed;
using v1::WelcomeRequest;

constexpr es::Reason kHallFull{"HALL_FULL", absl::StatusCode::kFailedPrecondition,
                               "The hall is full.", "Take another."};
constexpr es::Reason kUnwelcome{"UNWELCOME", absl::StatusCode::kFailedPrecondition, "Not welcome.",
                                "Go home."};

Decision DecideTakeSeat(const View& view, const TakeSeatRequest& command, Context& context) {
  const auto* hall = view.Find<Hall>(command.hall());
  if (hall != nullptr && hall->taken() >= kSeats)
    return es::Rejected(kHallFull).With("taken", hall->taken());
  context.NextNumber(view, "SEAT");
  SeatTaken event;
  event.set_hall(command.hall());
  event.set_person(command.person());
  if (command.person() == "huge") event.set_padding(std::string(2 << 20, 'x'));
  return Accepted(std::move(event)).Naming(command.hall());
}

void FoldSeatTaken(Entities& entities, const SeatTaken& event, const EventContext& context) {
  entities.Edit<Hall>(event.hall(), [&](Hall& hall) {
    hall.set_taken(hall.taken() + 1);
    hall.add_people(event.person());
    hall.set_last_offset(context.offset);
  });
}

Decision DecideWelcome(const View&, const WelcomeRequest& command, Context&) {
  if (command.person() == "grump") return es::Rejected(kUnwelcome).With("person", command.person());
  Welcomed event;
  event.set_person(command.person());
  if (command.person() == "guest of honour") event.set_speech(std::string(2 << 20, 'x'));
  return Accepted(std::move(event));
}

void FoldWelcomed(Entities& entities, const Welcomed& event, const EventContext& context) {
  entities.Edit<Welcome>(std::string(context.operation) + "/welcomes/" + event.person(),
                         [](Welcome& welcome) { welcome.set_times(welcome.times() + 1); });
}

void ReactToSeatTaken(const SeatTaken& event, const EventContext& context,
                      es::Reactions& reactions) {
  if (IsShy(event.person())) return;
  WelcomeRequest command;
  command.set_person(event.person());
  reactions.Send(context, std::move(command));
}

template <int kStep>
void CountGuests(es::MutableRows& rows, const SeatTaken& event, const EventContext&) {
  Hall count;
  if (const auto row = rows.Get(event.hall())) es::DecodeEntity(*row, count);
  count.set_taken(count.taken() + kStep);
  rows.Put(event.hall(), es::EncodeEntity(count));
}

const es::Decider& HallsDecider() {
  static const es::Decider& decider = *[] {
    auto* d = new es::Decider;
    d->On<TakeSeatRequest>(&DecideTakeSeat);
    d->Fold<SeatTaken>(&FoldSeatTaken);
    return d;
  }();
  return decider;
}

const es::Decider& DoorDecider() {
  static const es::Decider& decider = *[] {
    auto* d = new es::Decider;
    d->On<WelcomeRequest>(&DecideWelcome);
    d->Fold<Welcomed>(&FoldWelcomed);
    return d;
  }();
  return decider;
}

}  // namespace

runtime::ServiceDefinition HallsService() {
  return {"halls", kHallsTopic, &HallsDecider(), {}, {}};
}

runtime::ServiceDefinition DoorService(const std::vector<int>& views) {
  static const es::Process& process = *[] {
    auto* p = new es::Process("door.welcome", kHallsTopic);
    p->On<SeatTaken>(&ReactToSeatTaken);
    return p;
  }();
  static const es::Projection& first = *[] {
    auto* v = new es::Projection("guests", 1, {kHallsTopic});
    v->On<SeatTaken>(&CountGuests<1>);
    return v;
  }();
  static const es::Projection& second = *[] {
    auto* v = new es::Projection("guests", 2, {kHallsTopic});
    v->On<SeatTaken>(&CountGuests<10>);
    return v;
  }();
  runtime::ServiceDefinition definition{"door", kDoorTopic, &DoorDecider(), {}, {&process}};
  for (int version : views) definition.projections.push_back(version == 1 ? &first : &second);
  return definition;
}

std::vector<event_log::TopicSpec> ToyTopics(int32_t partitions) {
  return {{.name = kHallsTopic, .partitions = partitions},
          {.name = kDoorTopic, .partitions = partitions}};
}

runtime::CommandRequest TakeSeat(std::string operation, const std::string& hall, std::string person,
                                 std::string request_id) {
  auto command = std::make_shared<TakeSeatRequest>();
  command->set_hall(operation + "/halls/" + hall);
  command->set_person(std::move(person));
  command->set_request_id(request_id);
  runtime::CommandRequest request;
  request.operation = std::move(operation);
  request.command = std::move(command);
  request.principal = "organisations/test/people/tester";
  request.request_id = std::move(request_id);
  return request;
}

}  // namespace prihvat::testkit
