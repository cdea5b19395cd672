// The API behind a gRPC server, over a log in memory: what a caller sends and gets.
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/synchronization/notification.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "libs/access/policy.h"
#include "libs/base/clock.h"
#include "libs/base/random.h"
#include "libs/base/uuid.h"
#include "libs/event_log/testing/memory_log.h"
#include "libs/rpc/admin/admin_service.h"
#include "libs/rpc/authenticator.h"
#include "libs/rpc/executor.h"
#include "libs/rpc/forwarder.h"
#include "libs/rpc/testing/test_server.h"
#include "libs/runtime/service.h"
#include "libs/telemetry/rpc_metrics.h"
#include "prihvat/reception/v1/state.pb.h"
#include "services/reception/api/reception_service.h"
#include "services/reception/definition.h"
#include "services/reception/domain/times.h"
#include "services/reception/testing/story.h"

namespace prihvat::reception {
namespace {

using testing::Bed;
using testing::Centre;
using testing::Person;
using testing::Stay;
using Stub = v1::ReceptionService::Stub;

constexpr char kApi[] = "prihvat.reception.v1.ReceptionService";

// One instance of the service and a client of it.
class Api : public ::testing::Test {
 protected:
  Api() : Api(access::Policy::Default()) {}
  // `policy` outlives it.
  explicit Api(const access::Policy& policy)
      : log_({{.name = "prihvat.reception", .partitions = 1},
              {.name = "prihvat.procurement", .partitions = 1},
              {.name = "prihvat.handover", .partitions = 1}}),
        directory_(::testing::TempDir() + "reception-" + base::MakeUuid(random_)),
        metrics_(registry_),
        forwarder_(grpc::InsecureChannelCredentials()),
        executor_(std::make_unique<rpc::Executor>(2)) {
    runtime::ServiceOptions options;
    options.instance = "reception-0";
    options.address = "in-process";
    options.store_dir = directory_;
    options.partitions = 1;
    auto service = runtime::Service::Start(ReceptionDefinition(), options, log_, clock_, random_);
    PRIHVAT_CHECK(service.ok(), service.status().ToString());
    service_ = *std::move(service);
    const rpc::Environment environment{.clock = &clock_,
                                       .access = &policy,
                                       .authenticator = &authenticator_,
                                       .executor = executor_.get(),
                                       .forwarder = &forwarder_,
                                       .metrics = &metrics_};
    calls_ = std::make_unique<rpc::Calls>(*service_, kApi, environment);
    api_ = std::make_unique<ReceptionServiceImpl>(*calls_);
    admin_ = std::make_unique<rpc::admin::Admin>(std::vector<runtime::Service*>{service_.get()},
                                                 environment, rpc::admin::AdminOptions{});
    grpc::ServerBuilder builder;
    builder.RegisterService(api_.get());
    builder.RegisterService(&admin_->change_feed_service());
    server_ = builder.BuildAndStart();
    stub_ = v1::ReceptionService::NewStub(server_->InProcessChannel({}));
    RegisterOperation();
  }

  ~Api() override {
    admin_->EndStreams();
    server_->Shutdown();
    service_->Stop(absl::Now() + absl::Seconds(10));
    executor_.reset();
    service_.reset();
    std::filesystem::remove_all(directory_);
  }

  // As the process would, once procurement has told of the operation.
  void RegisterOperation() {
    const absl::Time deadline = absl::Now() + absl::Seconds(20);
    while (!service_->Ready() && absl::Now() < deadline) absl::SleepFor(absl::Milliseconds(2));
    auto command = std::make_shared<v1::RegisterOperationRequest>();
    command->set_operation(std::string(testing::kOperation));
    command->set_time_zone("Europe/Sarajevo");
    runtime::CommandRequest request;
    request.operation = std::string(testing::kOperation);
    request.command = command;
    request.principal = "processes/reception.operations";
    request.request_id = base::MakeUuid(random_);
    absl::Notification done;
    service_->Submit(std::move(request), [&](const runtime::CommandReply& reply) {
      EXPECT_TRUE(reply.status.ok()) << reply.status;
      done.Notify();
    });
    done.WaitForNotification();
  }

  // Makes the call; a mutation gets a request id of its own.
  template <class Request, class Response>
  rpc::testing::Outcome Try(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                         Response*),
                            Request request, Response* response) {
    if constexpr (requires { request.set_request_id(""); }) {
      if (request.request_id().empty()) request.set_request_id(base::MakeUuid(random_));
    }
    return rpc::testing::Call(*stub_, method, request, response, {.principal = principal_});
  }

  template <class Request, class Response>
  Response Do(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
              const Request& request) {
    Response response;
    const rpc::testing::Outcome outcome = Try(method, request, &response);
    EXPECT_TRUE(outcome.status.ok())
        << request.GetTypeName() << ": " << outcome.status.error_message();
    return response;
  }

  // The reason of the error that the call ends with.
  template <class Request, class Response>
  std::string ReasonOf(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                    Response*),
                       const Request& request) {
    Response response;
    const rpc::testing::Outcome outcome = Try(method, request, &response);
    EXPECT_FALSE(outcome.status.ok()) << request.ShortDebugString();
    return outcome.reason;
  }

  // An open centre with beds b1 .. bN.
  void OpenCentre(const std::string& id, int beds) {
    v1::CreateCentreRequest create;
    create.set_parent(std::string(testing::kOperation));
    create.set_centre_id(id);
    create.mutable_centre()->set_display_name(id);
    Do(&Stub::CreateCentre, create);
    v1::OpenCentreRequest open;
    open.set_name(Centre(id));
    Do(&Stub::OpenCentre, open);
    v1::AddRoomRequest room;
    room.set_parent(Centre(id));
    room.set_room_id("hall");
    room.mutable_room()->set_display_name("Hall");
    room.mutable_room()->set_kind(v1::ROOM_KIND_BEDROOM);
    Do(&Stub::AddRoom, room);
    v1::AddBedsRequest add;
    add.set_name(Centre(id) + "/rooms/hall");
    add.set_prefix("b");
    add.set_first(1);
    add.set_count(beds);
    add.set_digits(1);
    EXPECT_EQ(Do(&Stub::AddBeds, add).bed_count(), beds);
  }

  v1::Stay Arrive(const std::string& id, const std::string& centre, const std::string& bed) {
    v1::RegisterPersonRequest person;
    person.set_parent(std::string(testing::kOperation));
    person.set_person_id("p-" + id);
    person.mutable_person()->set_birth_year_from(1990);
    person.mutable_person()->set_birth_year_to(1992);
    Do(&Stub::RegisterPerson, person);
    v1::CheckInRequest check_in;
    check_in.set_parent(std::string(testing::kOperation));
    check_in.set_stay_id("s-" + id);
    check_in.set_person(Person("p-" + id));
    check_in.set_centre(Centre(centre));
    if (!bed.empty()) check_in.set_bed(Bed(centre, bed));
    return Do(&Stub::CheckIn, check_in);
  }

  base::SystemClock clock_;
  base::SystemRandom random_;
  std::string principal_ =
      "organisations/iom/people/clerk;roles=camp_manager;operations=operations/ba";
  event_log::testing::MemoryLog log_;
  const std::string directory_;
  prometheus::Registry registry_;
  telemetry::RpcMetrics metrics_;
  rpc::InsecureDevAuthenticator authenticator_;
  rpc::Forwarder forwarder_;
  std::unique_ptr<rpc::Executor> executor_;
  std::unique_ptr<runtime::Service> service_;
  std::unique_ptr<rpc::Calls> calls_;
  std::unique_ptr<ReceptionServiceImpl> api_;
  std::unique_ptr<rpc::admin::Admin> admin_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<Stub> stub_;
};

TEST(ReceptionApi, EveryMutationHasADecider) {
  const auto* service = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(kApi);
  ASSERT_NE(service, nullptr);
  const es::Decider& decider = *ReceptionDefinition().decider;
  int mutations = 0;
  for (int i = 0; i < service->method_count(); ++i) {
    const auto* request = service->method(i)->input_type();
    if (request->FindFieldByName("request_id") == nullptr) continue;
    ++mutations;
    EXPECT_TRUE(decider.Knows(request->full_name())) << request->full_name();
  }
  EXPECT_EQ(mutations + 2 + 2, static_cast<int>(decider.command_types().size()))
      << "all but the two commands of the processes, and the two about work items, which every "
         "service knows, are called from outside";
}

TEST_F(Api, AStayFromCheckInToCheckOut) {
  OpenCentre("usivak", 3);
  OpenCentre("blazuj", 1);
  v1::Stay stay = Arrive("1", "usivak", "b1");
  EXPECT_EQ(stay.name(), Stay("s-1"));
  EXPECT_EQ(stay.state(), v1::STAY_STATE_CHECKED_IN);
  EXPECT_FALSE(stay.etag().empty());

  v1::StartLeaveRequest leave;
  leave.set_name(stay.name());
  leave.set_keep_bed(true);
  leave.set_etag(stay.etag());
  EXPECT_EQ(Do(&Stub::StartLeave, leave).state(), v1::STAY_STATE_ON_LEAVE);
  v1::ReturnFromLeaveRequest back;
  back.set_name(stay.name());
  back.set_etag(stay.etag());  // of before the leave
  EXPECT_EQ(ReasonOf(&Stub::ReturnFromLeave, back), "STALE_ETAG");
  back.clear_etag();
  EXPECT_EQ(Do(&Stub::ReturnFromLeave, back).bed(), Bed("usivak", "b1"));

  v1::RequestTransferRequest transfer;
  transfer.set_name(stay.name());
  transfer.set_to_centre(Centre("blazuj"));
  Do(&Stub::RequestTransfer, transfer);
  v1::DepartTransferRequest depart;
  depart.set_name(stay.name());
  Do(&Stub::DepartTransfer, depart);
  v1::GetNationalPresenceRequest national;
  national.set_name(std::string(testing::kOperation));
  EXPECT_EQ(Do(&Stub::GetNationalPresence, national).in_transit(), 1);
  v1::ArriveTransferRequest arrive;
  arrive.set_name(stay.name());
  arrive.set_bed(Bed("blazuj", "b1"));
  EXPECT_EQ(Do(&Stub::ArriveTransfer, arrive).centre(), Centre("blazuj"));

  v1::CheckOutRequest check_out;
  check_out.set_name(stay.name());
  check_out.set_reason(v1::EXIT_REASON_RETURNED);
  check_out.set_request_id(base::MakeUuid(random_));
  stay = Do(&Stub::CheckOut, check_out);
  EXPECT_EQ(stay.state(), v1::STAY_STATE_CHECKED_OUT);
  EXPECT_EQ(Do(&Stub::CheckOut, check_out).etag(), stay.etag()) << "the same request id again";
  check_out.set_request_id(base::MakeUuid(random_));
  EXPECT_EQ(ReasonOf(&Stub::CheckOut, check_out), "WRONG_STATE");
}

TEST_F(Api, T8_AFactInATakenBedRaisesAConflictThatIsListedAndSettled) {
  OpenCentre("usivak", 2);
  Arrive("1", "usivak", "b1");
  Arrive("2", "usivak", "");
  v1::AssignBedRequest assign;
  assign.set_name(Stay("s-2"));
  assign.set_bed(Bed("usivak", "b1"));
  EXPECT_EQ(ReasonOf(&Stub::AssignBed, assign), "BED_TAKEN");
  assign.set_reported_fact(true);
  Do(&Stub::AssignBed, assign);

  v1::ListConflictsRequest list;
  list.set_parent(std::string(testing::kOperation));
  list.set_state(v1::CONFLICT_STATE_OPEN);
  list.set_centre(Centre("usivak"));
  const v1::ListConflictsResponse conflicts = Do(&Stub::ListConflicts, list);
  ASSERT_EQ(conflicts.conflicts_size(), 1);
  v1::ResolveConflictRequest resolve;
  resolve.set_name(conflicts.conflicts(0).name());
  resolve.set_etag(conflicts.conflicts(0).etag());
  resolve.set_resolution("a mattress was brought");
  Do(&Stub::ResolveConflict, resolve);
  EXPECT_EQ(Do(&Stub::ListConflicts, list).conflicts_size(), 0);

  v1::GetOccupancyRequest occupancy;
  occupancy.set_name(Centre("usivak"));
  EXPECT_EQ(Do(&Stub::GetOccupancy, occupancy).people_sharing_a_bed(), 1);
}

TEST_F(Api, BedsAreListedWithTheStateThatTheyHaveNow_PageByPage) {
  OpenCentre("usivak", 5);
  Arrive("1", "usivak", "b2");
  v1::ReserveBedRequest reserve;
  reserve.set_name(Bed("usivak", "b4"));
  reserve.set_person(Person("p-1"));
  *reserve.mutable_expire_time() = ToProto(absl::Now() + absl::Seconds(3));
  EXPECT_EQ(Do(&Stub::ReserveBed, reserve).state(), v1::BED_STATE_RESERVED);

  v1::GetBedRequest get;
  get.set_name(Bed("usivak", "b4"));
  const absl::Time deadline = absl::Now() + absl::Seconds(20);
  v1::BedState state = v1::BED_STATE_RESERVED;
  while (state == v1::BED_STATE_RESERVED && absl::Now() < deadline) {
    state = Do(&Stub::GetBed, get).state();
  }
  EXPECT_EQ(state, v1::BED_STATE_AVAILABLE) << "the reservation has run out, without an event";

  v1::ListBedsRequest list;
  list.set_parent(Centre("usivak"));
  list.set_state(v1::BED_STATE_AVAILABLE);
  list.set_page_size(3);
  std::vector<std::string> names;
  for (int pages = 0; pages < 3; ++pages) {
    const v1::ListBedsResponse page = Do(&Stub::ListBeds, list);
    for (const v1::Bed& bed : page.beds()) {
      names.push_back(bed.name());
      EXPECT_EQ(bed.state(), v1::BED_STATE_AVAILABLE);
      EXPECT_FALSE(bed.etag().empty());
    }
    list.set_page_token(page.next_page_token());
    if (page.next_page_token().empty()) break;
  }
  EXPECT_THAT(names, ::testing::ElementsAre(Bed("usivak", "b1"), Bed("usivak", "b3"),
                                            Bed("usivak", "b4"), Bed("usivak", "b5")));
}

TEST_F(Api, ListsAreFiltered) {
  OpenCentre("usivak", 2);
  OpenCentre("blazuj", 2);
  Arrive("1", "usivak", "b1");
  Arrive("2", "blazuj", "b1");
  v1::ListStaysRequest stays;
  stays.set_parent(std::string(testing::kOperation));
  EXPECT_EQ(Do(&Stub::ListStays, stays).stays_size(), 2);
  stays.set_state(v1::STAY_STATE_ON_LEAVE);
  EXPECT_EQ(Do(&Stub::ListStays, stays).stays_size(), 0);
  stays.set_state(v1::STAY_STATE_CHECKED_IN);
  EXPECT_EQ(Do(&Stub::ListStays, stays).stays_size(), 2);
  stays.set_centre(Centre("blazuj"));
  ASSERT_EQ(Do(&Stub::ListStays, stays).stays_size(), 1);
  EXPECT_EQ(Do(&Stub::ListStays, stays).stays(0).name(), Stay("s-2"));
  stays.set_person(Person("p-1"));
  EXPECT_EQ(Do(&Stub::ListStays, stays).stays_size(), 0);

  v1::ListCentresRequest centres;
  centres.set_parent(std::string(testing::kOperation));
  EXPECT_EQ(Do(&Stub::ListCentres, centres).centres_size(), 2);
  centres.set_state(v1::CENTRE_STATE_PLANNED);
  EXPECT_EQ(Do(&Stub::ListCentres, centres).centres_size(), 0);

  v1::RecordServiceDeliveryRequest deliver;
  deliver.set_parent(Centre("usivak"));
  deliver.mutable_service_delivery()->set_agency("organisations/iom");
  deliver.mutable_service_delivery()->set_kind(v1::SERVICE_KIND_EDUCATION);
  deliver.mutable_service_delivery()->set_persons(12);
  Do(&Stub::RecordServiceDelivery, deliver);
  v1::ListServiceDeliveriesRequest deliveries;
  deliveries.set_parent(Centre("usivak"));
  deliveries.set_agency("organisations/iom");
  EXPECT_EQ(Do(&Stub::ListServiceDeliveries, deliveries).service_deliveries_size(), 1);
  deliveries.set_kind(v1::SERVICE_KIND_HEALTH);
  EXPECT_EQ(Do(&Stub::ListServiceDeliveries, deliveries).service_deliveries_size(), 0);
}

// That the attempt is told in the log is shown in libs/rpc/calls_test.cc.
TEST_F(Api, S3_ADeliveryOfAnotherInstitutionIsRefusedAndNotStored) {
  OpenCentre("usivak", 1);
  v1::RecordServiceDeliveryRequest deliver;
  deliver.set_parent(Centre("usivak"));
  deliver.mutable_service_delivery()->set_agency("organisations/unicef");
  deliver.mutable_service_delivery()->set_kind(v1::SERVICE_KIND_EDUCATION);
  deliver.mutable_service_delivery()->set_persons(12);
  deliver.set_request_id(base::MakeUuid(random_));
  v1::ServiceDelivery none;
  const rpc::testing::Outcome outcome = Try(&Stub::RecordServiceDelivery, deliver, &none);
  EXPECT_EQ(outcome.status.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(outcome.reason, "AGENCY_NOT_YOURS");
  EXPECT_EQ(outcome.metadata.at("agency"), "organisations/unicef");
  v1::ListServiceDeliveriesRequest deliveries;
  deliveries.set_parent(Centre("usivak"));
  EXPECT_EQ(Do(&Stub::ListServiceDeliveries, deliveries).service_deliveries_size(), 0);
}

TEST_F(Api, PresenceAndCensusAreAskedForTimesAndDaysThatHaveCome) {
  OpenCentre("usivak", 2);
  Arrive("1", "usivak", "b1");
  v1::GetPresenceRequest presence;
  presence.set_name(Centre("usivak"));
  presence.set_include_people(true);
  const v1::Presence now = Do(&Stub::GetPresence, presence);
  EXPECT_EQ(now.present(), 1);
  ASSERT_EQ(now.people_size(), 1);
  EXPECT_EQ(now.people(0).person(), Person("p-1"));
  *presence.mutable_as_of_time() = ToProto(absl::Now() - absl::Hours(1));
  EXPECT_EQ(Do(&Stub::GetPresence, presence).present(), 0);
  *presence.mutable_as_of_time() = ToProto(absl::Now() + absl::Hours(1));
  EXPECT_EQ(ReasonOf(&Stub::GetPresence, presence), "INVALID_FIELD");
  presence.clear_as_of_time();
  presence.set_name(Centre("nowhere"));
  EXPECT_EQ(ReasonOf(&Stub::GetPresence, presence), "NOT_FOUND");

  absl::TimeZone zone;
  ASSERT_TRUE(absl::LoadTimeZone("Europe/Sarajevo", &zone));
  const absl::CivilDay today = absl::ToCivilDay(absl::Now(), zone);
  v1::GetCensusRequest census;
  census.set_name(Centre("usivak"));
  EXPECT_EQ(FromProto(Do(&Stub::GetCensus, census).day()), today - 1);
  *census.mutable_day() = ToProto(today + 1);
  EXPECT_EQ(ReasonOf(&Stub::GetCensus, census), "INVALID_FIELD");
  census.mutable_day()->set_month(13);
  EXPECT_EQ(ReasonOf(&Stub::GetCensus, census), "INVALID_FIELD");
  v1::GetNationalCensusRequest national;
  national.set_name(std::string(testing::kOperation));
  *national.mutable_day() = ToProto(today);
  EXPECT_EQ(Do(&Stub::GetNationalCensus, national).total_closing(), 1);
}

TEST_F(Api, WhoAnsweredForAFunctionAtAnInstant) {
  OpenCentre("usivak", 1);
  v1::GetResponsibleBodyRequest ask;
  ask.set_name(Centre("usivak") + "/responsibilities/security");
  EXPECT_EQ(ReasonOf(&Stub::GetResponsibleBody, ask), "NOT_FOUND");
  auto command = std::make_shared<v1::RecordResponsibilityRequest>();
  command->set_operation(std::string(testing::kOperation));
  command->set_centre(Centre("usivak"));
  command->set_function("security");
  command->set_taker("organisations/dcpb");
  runtime::CommandRequest request;
  request.operation = std::string(testing::kOperation);
  request.command = command;
  request.principal = "processes/reception.responsibilities";
  request.request_id = base::MakeUuid(random_);
  absl::Notification done;
  service_->Submit(std::move(request), [&](const runtime::CommandReply& reply) {
    EXPECT_TRUE(reply.status.ok()) << reply.status;
    done.Notify();
  });
  done.WaitForNotification();
  EXPECT_EQ(Do(&Stub::GetResponsibleBody, ask).body(), "organisations/dcpb");
  *ask.mutable_as_of_time() = ToProto(absl::Now() - absl::Hours(1));
  EXPECT_EQ(ReasonOf(&Stub::GetResponsibleBody, ask), "NOT_FOUND");
  *ask.mutable_as_of_time() = ToProto(absl::Now() + absl::Hours(1));
  EXPECT_EQ(ReasonOf(&Stub::GetResponsibleBody, ask), "INVALID_FIELD");
  *ask.mutable_as_of_time() = ToProto(absl::Now() + absl::Minutes(1));  // a clock that is ahead
  EXPECT_EQ(Do(&Stub::GetResponsibleBody, ask).body(), "organisations/dcpb");
  v1::ListResponsibilitiesRequest list;
  list.set_parent(Centre("usivak"));
  EXPECT_EQ(Do(&Stub::ListResponsibilities, list).responsibilities_size(), 1);
}

TEST_F(Api, G12_WhoMayNotSeePersonsIsRefused) {
  OpenCentre("usivak", 1);
  Arrive("1", "usivak", "b1");
  v1::GetPersonRequest get;
  get.set_name(Person("p-1"));
  EXPECT_EQ(Do(&Stub::GetPerson, get).birth_year_from(), 1990);
  // By the default policy every role that may get persons sees personal fields; that others'
  // answers are masked is shown in libs/access.
  principal_ = "organisations/eu/people/reader;roles=viewer;operations=operations/ba";
  EXPECT_EQ(ReasonOf(&Stub::GetPerson, get), "PERMISSION_DENIED");
  principal_ = "organisations/iom/people/buyer;roles=procurement_officer;operations=operations/ba";
  EXPECT_EQ(ReasonOf(&Stub::GetPerson, get), "PERMISSION_DENIED");
}

// One role sees persons whole; another may do the same calls, follow the feed, and sees no personal
// field.
const access::Policy& TwoRoles() {
  static const access::Policy& policy = *[] {
    auto parsed = access::Policy::Parse(R"(
name: test
versions:
  - effective_from: 2020-01-01
    roles:
      camp_manager:
        permissions: [reception.*, admin.changes.watch]
        sees: [public, internal, personal]
      counter:
        permissions: [reception.*, admin.changes.watch]
        sees: [public, internal]
)");
    PRIHVAT_CHECK(parsed.ok(), parsed.status().ToString());
    return new access::Policy(*std::move(parsed));
  }();
  return policy;
}

class MaskedApi : public Api {
 protected:
  MaskedApi() : Api(TwoRoles()) {}

  void SetUp() override {
    OpenCentre("usivak", 1);
    Arrive("1", "usivak", "b1");  // born 1990 to 1992
  }

  const std::string manager_ = principal_;
  const std::string counter_ =
      "organisations/unhcr/people/counter;roles=counter;operations=operations/ba";

  // What a feed from the beginning tells of the registration of p-1.
  v1::PersonRegistered ToldByFeed() {
    auto feed = admin::v1::ChangeFeedService::NewStub(server_->InProcessChannel({}));
    admin::v1::WatchRequest request;
    request.set_service("reception");
    request.set_operation(std::string(testing::kOperation));
    request.set_start(admin::v1::WATCH_START_BEGINNING);
    grpc::ClientContext context;
    context.AddMetadata("x-prihvat-principal", principal_);
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    const auto stream = feed->Watch(&context, request);
    admin::v1::WatchResponse response;
    v1::PersonRegistered told;
    while (told.person().empty() && stream->Read(&response)) {
      for (const auto& event : response.change().events()) {
        if (event.Is<v1::PersonRegistered>()) event.UnpackTo(&told);
      }
    }
    context.TryCancel();
    return told;
  }
};

TEST_F(MaskedApi, G12_WhoMayNotSeePersonalFieldsGetsThemEmptyInEveryAnswer) {
  v1::GetPersonRequest get;
  get.set_name(Person("p-1"));
  v1::ListPersonsRequest list;
  list.set_parent(std::string(testing::kOperation));
  v1::RegisterPersonRequest again;
  again.set_parent(std::string(testing::kOperation));
  again.set_person_id("p-2");
  again.mutable_person()->set_birth_year_from(2001);
  again.mutable_person()->set_sex(v1::SEX_FEMALE);
  again.set_request_id(base::MakeUuid(random_));
  EXPECT_EQ(Do(&Stub::GetPerson, get).birth_year_from(), 1990);
  EXPECT_EQ(Do(&Stub::ListPersons, list).persons(0).birth_year_to(), 1992);
  EXPECT_EQ(Do(&Stub::RegisterPerson, again).birth_year_from(), 2001);

  principal_ = counter_;
  const auto expect_masked = [](const v1::Person& person) {
    EXPECT_FALSE(person.name().empty());
    EXPECT_EQ(person.birth_year_from(), 0);
    EXPECT_EQ(person.birth_year_to(), 0);
    EXPECT_EQ(person.sex(), v1::SEX_UNSPECIFIED);
  };
  expect_masked(Do(&Stub::GetPerson, get));
  const v1::ListPersonsResponse page = Do(&Stub::ListPersons, list);
  ASSERT_EQ(page.persons_size(), 2);
  for (const v1::Person& person : page.persons()) expect_masked(person);
  // Nor in the answer to what they have written themselves, nor to its repetition.
  again.set_person_id("p-3");
  again.set_request_id(base::MakeUuid(random_));
  expect_masked(Do(&Stub::RegisterPerson, again));
  expect_masked(Do(&Stub::RegisterPerson, again));
}

TEST_F(MaskedApi, G12_TheFeedTellsNoPersonalFieldsToWhoMayNotSeeThem) {
  EXPECT_EQ(ToldByFeed().birth_year_from(), 1990);
  principal_ = counter_;
  const v1::PersonRegistered told = ToldByFeed();
  EXPECT_EQ(told.person(), Person("p-1"));
  EXPECT_EQ(told.birth_year_from(), 0);
  EXPECT_EQ(told.birth_year_to(), 0);
}

TEST_F(MaskedApi, G12_ErrorsSayNothingOfAPersonThatTheCallerMayNotSee) {
  principal_ = counter_;
  // The id is taken: who it is, is not said; nor when a stay or a bed is in the way.
  v1::RegisterPersonRequest taken;
  taken.set_parent(std::string(testing::kOperation));
  taken.set_person_id("p-1");
  v1::CheckInRequest second;
  second.set_parent(std::string(testing::kOperation));
  second.set_person(Person("p-1"));
  second.set_centre(Centre("usivak"));
  const auto expect_silent = [&](auto method, auto request, auto response, const char* reason) {
    const rpc::testing::Outcome outcome = Try(method, request, &response);
    EXPECT_EQ(outcome.reason, reason);
    // Birth years stand nowhere in the status, its details included.
    const std::string all = outcome.status.error_message() + outcome.status.error_details();
    for (const char* year : {"1990", "1991", "1992"}) {
      EXPECT_EQ(all.find(year), std::string::npos) << all;
    }
  };
  expect_silent(&Stub::RegisterPerson, taken, v1::Person(), "ALREADY_EXISTS");
  expect_silent(&Stub::CheckIn, second, v1::Stay(), "OPEN_STAY");
}

}  // namespace
}  // namespace prihvat::reception
