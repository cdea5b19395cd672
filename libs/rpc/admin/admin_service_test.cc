// The admin API and the change feed over a real server.
#include "libs/rpc/admin/admin_service.h"

#include <filesystem>
#include <future>
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/uuid.h"
#include "libs/rpc/admin/feed_cursor.h"
#include "libs/rpc/testing/test_server.h"

namespace prihvat::rpc::admin {
namespace {

namespace v1 = ::prihvat::admin::v1;
using rpctest::v1::Note;
using rpctest::v1::NotePinned;
using rpctest::v1::PinNoteRequest;
using ::testing::ElementsAre;
using testing::Instance;
using testing::Outcome;
using testing::Saying;
using Board = rpctest::v1::BoardService::Stub;

constexpr char kOperator[] = "organisations/test/people/op;roles=operator;operations=*";
constexpr char kPartner[] = "organisations/test/people/p;roles=partner;operations=operations/ba";

class AdminTest : public ::testing::Test {
 protected:
  AdminTest() : board_(testing::BoardStorage(), {.with_admin = true, .checkpoint_root = Root()}) {
    admin_ = v1::AdminService::NewStub(board_.channel());
    feed_ = v1::ChangeFeedService::NewStub(board_.channel());
  }

  static std::string Root() {
    base::SystemRandom random;
    return ::testing::TempDir() + "checkpoints-" + base::MakeUuid(random);
  }

  void Pin(int n, const std::string& operation = "ba", const std::string& person = "") {
    PinNoteRequest request;
    request.set_parent("operations/" + operation);
    request.set_note_id("n" + std::to_string(n));
    request.mutable_note()->set_text("buy milk");
    request.mutable_note()->set_person(person);
    request.set_request_id(testing::RequestId(n));
    Note note;
    const Outcome outcome = testing::Call(board_.stub(), &Board::PinNote, request, &note);
    ASSERT_TRUE(outcome.status.ok()) << outcome.status.error_message();
  }

  // A watch that is read on this thread and cancelled at its end.
  class Watcher {
   public:
    Watcher(v1::ChangeFeedService::Stub& stub, const v1::WatchRequest& request,
            const std::string& principal = kPartner) {
      testing::Prepare(context_, {.principal = principal, .timeout = absl::Seconds(30)});
      reader_ = stub.Watch(&context_, request);
    }
    ~Watcher() {
      context_.TryCancel();
      v1::WatchResponse rest;
      while (!ended_ && reader_->Read(&rest)) {
      }
      if (!ended_) reader_->Finish();
    }
    bool Next(v1::WatchResponse& response) { return reader_->Read(&response); }
    // The next change; heartbeats are passed over.
    v1::WatchResponse NextChange() {
      v1::WatchResponse response;
      while (reader_->Read(&response)) {
        if (response.has_change()) return response;
      }
      ADD_FAILURE() << "the stream ended";
      return {};
    }
    Outcome Finish() {
      v1::WatchResponse rest;
      while (reader_->Read(&rest)) {
      }
      ended_ = true;
      const grpc::Status status = reader_->Finish();
      return testing::OutcomeOf(context_, status);
    }

   private:
    grpc::ClientContext context_;
    std::unique_ptr<grpc::ClientReader<v1::WatchResponse>> reader_;
    bool ended_ = false;
  };

  v1::WatchRequest Request() {
    v1::WatchRequest request;
    request.set_service("board");
    return request;
  }

  Instance board_;
  std::unique_ptr<v1::AdminService::Stub> admin_;
  std::unique_ptr<v1::ChangeFeedService::Stub> feed_;
};

TEST_F(AdminTest, OperatorsSeePartitionsAndChecksums) {
  Pin(1);
  v1::ListPartitionsResponse listed;
  ASSERT_TRUE(testing::Call(*admin_, &v1::AdminService::Stub::ListPartitions,
                            v1::ListPartitionsRequest(), &listed, {.principal = kOperator})
                  .status.ok());
  ASSERT_EQ(listed.partitions_size(), 2);
  EXPECT_EQ(listed.partitions(0).service(), "board");
  EXPECT_EQ(listed.partitions(0).state(), "Owning");
  EXPECT_EQ(listed.partitions(0).owner_instance(), "board-0");

  v1::GetChecksumRequest get;
  get.set_service("board");
  v1::Checksum checksum;
  ASSERT_TRUE(testing::Call(*admin_, &v1::AdminService::Stub::GetChecksum, get, &checksum,
                            {.principal = kOperator})
                  .status.ok());
  EXPECT_EQ(checksum.sha256(), *board_.service().Checksum());
  EXPECT_EQ(checksum.requests_sha256(), *board_.service().RequestChecksum());
  EXPECT_NE(checksum.requests_sha256(), checksum.sha256());
  EXPECT_EQ(checksum.sha256().size(), 64u);
  EXPECT_GT(checksum.token().positions_size(), 0);

  get.set_service("nothing");
  const Outcome unknown = testing::Call(*admin_, &v1::AdminService::Stub::GetChecksum, get,
                                        &checksum, {.principal = kOperator});
  EXPECT_EQ(unknown.status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(unknown.bad_request.field_violations(0).field(), "service");
  EXPECT_EQ(unknown.bad_request.field_violations(0).description(), "one of board");

  const Outcome denied = testing::Call(*admin_, &v1::AdminService::Stub::GetChecksum, get,
                                       &checksum, {.principal = testing::kAna});
  EXPECT_EQ(denied.reason, "PERMISSION_DENIED");
}

TEST_F(AdminTest, ACheckpointIsWrittenOnceAndOnlyIntoItsFolder) {
  v1::CreateCheckpointRequest request;
  request.set_service("board");
  request.set_checkpoint_id("first");
  v1::Checkpoint checkpoint;
  const auto create = [&] {
    return testing::Call(*admin_, &v1::AdminService::Stub::CreateCheckpoint, request, &checkpoint,
                         {.principal = kOperator});
  };
  ASSERT_TRUE(create().status.ok());
  EXPECT_TRUE(std::filesystem::exists(checkpoint.directory() + "/CURRENT"));
  EXPECT_EQ(create().reason, "ALREADY_EXISTS");
  for (const char* id : {"", "..", "../x", "a/b", "A"}) {
    request.set_checkpoint_id(id);
    EXPECT_EQ(create().reason, "INVALID_FIELD") << id;
  }
}

TEST_F(AdminTest, TheLogsTailTellsCommitsInOrderAndEndsAtTheTip) {
  for (int i = 0; i < 40; ++i) Pin(i % 20 + i / 20 * 100, i < 20 ? "ba" : "rs", "Amina");
  v1::TailLogRequest request;
  request.set_service("board");
  request.set_operation("operations/ba");
  grpc::ClientContext context;
  testing::Prepare(context, {.principal = kOperator});
  auto reader = admin_->TailLog(&context, request);
  v1::TailLogResponse response;
  std::vector<std::string> texts;
  int64_t last = -1;
  common::v1::Token after;
  while (reader->Read(&response)) {
    EXPECT_EQ(response.commit().operation(), "operations/ba");
    EXPECT_GT(response.position().offset(), last);
    last = response.position().offset();
    if (texts.size() == 9) *after.add_positions() = response.position();
    ASSERT_EQ(response.events_size(), 1);
    EXPECT_EQ(response.commit().events(0).payload(), "");
    NotePinned event;
    ASSERT_TRUE(response.events(0).UnpackTo(&event));
    EXPECT_EQ(event.note().person(), "") << "an operator sees no personal data";
    texts.push_back(event.note().name());
  }
  EXPECT_TRUE(reader->Finish().ok());
  ASSERT_EQ(texts.size(), 20u);
  EXPECT_EQ(texts.back(), "operations/ba/notes/n19");

  *request.mutable_after() = after;
  grpc::ClientContext rest_context;
  testing::Prepare(rest_context, {.principal = kOperator});
  auto rest = admin_->TailLog(&rest_context, request);
  int count = 0;
  while (rest->Read(&response)) ++count;
  EXPECT_TRUE(rest->Finish().ok());
  EXPECT_EQ(count, 10);
}

TEST_F(AdminTest, ATailAfterNoPositionAtAllIsRefused) {
  Pin(1);
  const auto tail = [&](const std::string& topic, int32_t partition, int64_t offset) {
    v1::TailLogRequest request;
    request.set_service("board");
    for (auto [p, o] : {std::pair<int32_t, int64_t>{0, -1}, {1, -1}, {partition, offset}}) {
      auto* position = request.mutable_after()->add_positions();
      position->set_topic(topic);
      position->set_partition(p);
      position->set_offset(o);
    }
    grpc::ClientContext context;
    testing::Prepare(context, {.principal = kOperator});
    auto reader = admin_->TailLog(&context, request);
    v1::TailLogResponse response;
    while (reader->Read(&response)) continue;
    const grpc::Status status = reader->Finish();
    return testing::OutcomeOf(context, status);
  };
  const std::string topic = testing::kBoardTopic;
  EXPECT_TRUE(tail(topic, 0, -1).status.ok()) << "from the beginning";
  for (const auto& outcome : {tail(topic, 0, -2), tail(topic, 1, -2), tail(topic, 2, 0),
                              tail(topic, -1, 0), tail("other", 0, 0)}) {
    EXPECT_EQ(outcome.status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(outcome.reason, "INVALID_FIELD");
  }
}

TEST_F(AdminTest, AWatchTellsWhatWasAndWhatComesAndLinksEachChangeToTheOneBefore) {
  Pin(1);
  Pin(2, "rs");  // not the partner's
  Watcher watcher(*feed_, Request());
  const v1::WatchResponse first = watcher.NextChange();
  EXPECT_EQ(first.change().resource(), "operations/ba/notes/n1");
  EXPECT_EQ(first.change().previous_position().offset(), -1);
  EXPECT_FALSE(first.change().etag().empty());
  Pin(3);
  Pin(4, "rs");
  Pin(5);
  const v1::WatchResponse second = watcher.NextChange();
  const v1::WatchResponse third = watcher.NextChange();
  EXPECT_EQ(second.change().resource(), "operations/ba/notes/n3");
  EXPECT_EQ(third.change().resource(), "operations/ba/notes/n5");
  EXPECT_THAT(second.change().resources(), ::testing::ElementsAre("operations/ba/notes/n3"));
  EXPECT_EQ(second.change().previous_position().offset(), first.change().position().offset());
  EXPECT_EQ(third.change().previous_position().offset(), second.change().position().offset());
  NotePinned event;
  ASSERT_TRUE(third.change().events(0).UnpackTo(&event));
  EXPECT_EQ(event.note().name(), "operations/ba/notes/n5");
}

TEST_F(AdminTest, AWatchResumesWithoutLossOrRepeatFromAnyToken) {
  constexpr int kNotes = 25;
  for (int i = 0; i < kNotes; ++i) Pin(i, "ba", "Amina");
  std::vector<std::string> seen;
  std::string token;
  int64_t last = -1;
  for (int round = 0; seen.size() < kNotes && round < kNotes; ++round) {
    v1::WatchRequest request = Request();
    request.set_resume_token(token);
    Watcher watcher(*feed_, request);
    for (int i = 0; i < 4 && seen.size() < kNotes; ++i) {
      const v1::WatchResponse response = watcher.NextChange();
      EXPECT_EQ(response.change().previous_position().offset(), last) << "across resumptions too";
      last = response.change().position().offset();
      seen.push_back(response.change().resource());
      token = response.resume_token();
      NotePinned event;
      ASSERT_TRUE(response.change().events(0).UnpackTo(&event));
      EXPECT_EQ(event.note().person(), "") << "G12";
    }
  }
  ASSERT_EQ(seen.size(), static_cast<size_t>(kNotes));
  for (int i = 0; i < kNotes; ++i)
    EXPECT_EQ(seen[static_cast<size_t>(i)], "operations/ba/notes/n" + std::to_string(i));

  v1::WatchRequest other = Request();
  other.add_collections("notes");
  other.set_resume_token(token);
  const Outcome refused = Watcher(*feed_, other).Finish();
  EXPECT_EQ(refused.status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(refused.bad_request.field_violations(0).field(), "resume_token");
}

TEST_F(AdminTest, AWatchFiltersByCollectionAndMayBeginNow) {
  Pin(1);
  v1::WatchRequest request = Request();
  request.set_start(v1::WATCH_START_NOW);
  Watcher now(*feed_, request);
  request.add_collections("somethingElse");
  request.set_start(v1::WATCH_START_BEGINNING);
  request.mutable_heartbeat_interval()->set_seconds(1);
  Watcher nothing(*feed_, request);
  v1::WatchResponse response;
  ASSERT_TRUE(nothing.Next(response));
  EXPECT_TRUE(response.has_heartbeat());
  EXPECT_FALSE(response.resume_token().empty());
  Pin(2);
  EXPECT_EQ(now.NextChange().change().resource(), "operations/ba/notes/n2");
}

TEST_F(AdminTest, AWatchIsRefusedToWhomItIsNotGranted) {
  EXPECT_EQ(Watcher(*feed_, Request(), testing::kReader).Finish().reason, "PERMISSION_DENIED");
  v1::WatchRequest request = Request();
  request.set_operation("operations/rs");
  EXPECT_EQ(Watcher(*feed_, request).Finish().reason, "OPERATION_NOT_GRANTED");
  request.set_operation("ba");
  EXPECT_EQ(Watcher(*feed_, request).Finish().reason, "INVALID_FIELD");
  request = Request();
  request.set_service("");
  EXPECT_EQ(Watcher(*feed_, request).Finish().reason, "INVALID_FIELD");
  request = Request();
  request.mutable_heartbeat_interval()->set_nanos(1);
  EXPECT_EQ(Watcher(*feed_, request).Finish().reason, "INVALID_FIELD");
  EXPECT_EQ(board_.admin().open_streams(), 0);
}

TEST_F(AdminTest, TheServersEndEndsFeedsSoonWithATimeToRetry) {
  Watcher watcher(*feed_, Request());
  Pin(1);
  watcher.NextChange();
  board_.admin().EndStreams();
  const Outcome ended = watcher.Finish();
  EXPECT_EQ(ended.status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(ended.reason, "SHUTTING_DOWN");
  EXPECT_TRUE(ended.retry.has_retry_delay());
  EXPECT_EQ(Watcher(*feed_, Request()).Finish().reason, "SHUTTING_DOWN");
}

TEST_F(AdminTest, G13_MoreStreamsThanMayBeAreRefusedWithATimeToRetry) {
  Admin admin({&board_.service()}, board_.calls().environment(), {.max_streams = 1});
  auto server = Server::Start({.listen = "127.0.0.1:0"}, {&admin.change_feed_service()});
  ASSERT_TRUE(server.ok()) << server.status();
  auto stub = v1::ChangeFeedService::NewStub(
      grpc::CreateChannel((*server)->address(), grpc::InsecureChannelCredentials()));
  Pin(1);
  {
    Watcher first(*stub, Request());
    first.NextChange();
    const Outcome refused = Watcher(*stub, Request()).Finish();
    EXPECT_EQ(refused.status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
    EXPECT_EQ(refused.reason, "OVERLOADED");
    EXPECT_EQ(refused.metadata.at("limit"), "1");
    EXPECT_TRUE(refused.retry.has_retry_delay());
  }
  const absl::Time deadline = absl::Now() + absl::Seconds(10);
  while (admin.open_streams() > 0 && absl::Now() < deadline) absl::SleepFor(absl::Milliseconds(1));
  Watcher(*stub, Request()).NextChange();
  admin.EndStreams();
}

TEST_F(AdminTest, G13_ACallerWhoDoesNotReadHoldsUpNobody) {
  v1::WatchRequest request = Request();
  Watcher idle(*feed_, request);  // never read
  Watcher reading(*feed_, request);
  for (int i = 0; i < 20; ++i) Pin(i, "ba", std::string(200'000, 'x'));
  std::set<std::string> seen;
  for (int i = 0; i < 20; ++i) seen.insert(reading.NextChange().change().resource());
  EXPECT_EQ(seen.size(), 20u);
}

// A service whose feed has lost a commit.
class LossyService final : public runtime::Service {
 public:
  LossyService(runtime::Service& real, std::string lost) : real_(real), lost_(std::move(lost)) {}

  absl::StatusOr<std::vector<runtime::Change>> Changes(int32_t partition, int64_t after,
                                                       size_t limit) const override {
    auto changes = real_.Changes(partition, after, limit);
    if (!changes.ok()) return changes;
    std::vector<runtime::Change> kept;
    for (runtime::Change& change : *changes) {
      if (change.commit.resource_name() != lost_) kept.push_back(std::move(change));
    }
    return kept;
  }

  const runtime::ServiceDefinition& definition() const override { return real_.definition(); }
  void Submit(runtime::CommandRequest request,
              std::function<void(runtime::CommandReply)> done) override {
    real_.Submit(std::move(request), std::move(done));
  }
  Owner OwnerOf(std::string_view operation) const override { return real_.OwnerOf(operation); }
  void WhenSeen(const common::v1::Token& token, absl::Time deadline, std::function<bool()> wanted,
                std::function<void(absl::Status)> done) override {
    real_.WhenSeen(token, deadline, std::move(wanted), std::move(done));
  }
  std::unique_ptr<runtime::Snapshot> Look() const override { return real_.Look(); }
  std::unique_ptr<Subscription> Subscribe(std::function<void()> on_change) override {
    return real_.Subscribe(std::move(on_change));
  }
  absl::StatusOr<std::string> Checksum() const override { return real_.Checksum(); }
  absl::StatusOr<std::string> RequestChecksum() const override { return real_.RequestChecksum(); }
  absl::Status Checkpoint(const std::string& directory) override {
    return real_.Checkpoint(directory);
  }
  std::vector<runtime::PartitionStatus> Partitions() const override { return real_.Partitions(); }
  std::vector<runtime::SourceStatus> Sources() const override { return real_.Sources(); }
  std::vector<runtime::ViewBuild> ViewBuilds() const override { return real_.ViewBuilds(); }
  std::vector<base::Statistic> StoreStatistics() const override { return real_.StoreStatistics(); }
  runtime::Counters counters() const override { return real_.counters(); }
  bool Ready() const override { return real_.Ready(); }
  absl::Status Health() const override { return real_.Health(); }
  absl::Duration SinceLastStep() const override { return real_.SinceLastStep(); }
  void BeginStop() override { real_.BeginStop(); }
  bool HandedOver() const override { return real_.HandedOver(); }
  void Stop(absl::Time deadline) override { real_.Stop(deadline); }

 private:
  runtime::Service& real_;
  const std::string lost_;
};

TEST_F(AdminTest, AFeedThatMissesACommitEndsRatherThanGoOn) {
  for (int i = 1; i <= 3; ++i) Pin(i);
  LossyService lossy(board_.service(), "operations/ba/notes/n2");
  Admin admin({&lossy}, board_.calls().environment(), {});
  auto server = Server::Start({.listen = "127.0.0.1:0"},
                              {&admin.admin_service(), &admin.change_feed_service()});
  ASSERT_TRUE(server.ok()) << server.status();
  auto stub = v1::ChangeFeedService::NewStub(
      grpc::CreateChannel((*server)->address(), grpc::InsecureChannelCredentials()));
  Watcher watcher(*stub, Request());
  EXPECT_EQ(watcher.NextChange().change().resource(), "operations/ba/notes/n1");
  const Outcome ended = watcher.Finish();
  EXPECT_EQ(ended.status.error_code(), grpc::StatusCode::DATA_LOSS);
  admin.EndStreams();
}

TEST(FeedCursorTest, ATokenComesBackAsItWasAndOnlyForItsFilter) {
  FeedCursor cursor(3);
  cursor.partitions[1] = {41, 40};
  cursor.partitions[2] = {7, -1};
  const std::string token = EncodeCursor(cursor, "filter");
  EXPECT_EQ(*DecodeCursor(token, "filter", 3), cursor);
  EXPECT_FALSE(DecodeCursor(token, "other", 3).ok());
  EXPECT_FALSE(DecodeCursor(token, "filter", 4).ok());
  EXPECT_FALSE(DecodeCursor("", "filter", 3).ok());
  for (size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(DecodeCursor(changed, "filter", 3).ok()) << i;
  }
}

constexpr char kKeeper[] = "organisations/test/people/k;roles=keeper;operations=*";

class ExportTest : public AdminTest {
 protected:
  // All that the stream gives, and how it ends.
  Outcome Export(const v1::ExportLogRequest& request, const std::string& principal,
                 std::vector<std::string>& records) {
    grpc::ClientContext context;
    testing::Prepare(context, {.principal = principal, .timeout = absl::Seconds(30)});
    const auto reader = admin_->ExportLog(&context, request);
    v1::ExportLogResponse response;
    while (reader->Read(&response)) {
      EXPECT_EQ(response.first_offset(),
                request.from_offset() + static_cast<int64_t>(records.size()));
      records.insert(records.end(), response.records().begin(), response.records().end());
    }
    const grpc::Status status = reader->Finish();
    return testing::OutcomeOf(context, status);
  }
};

TEST_F(ExportTest, G10_TheLogComesOutAsItStands) {
  for (int n = 1; n <= 20; ++n) Pin(n);
  int records = 0;
  for (int32_t p = 0; p < 2; ++p) {
    v1::ExportLogRequest request;
    request.set_service("board");
    request.set_partition(p);
    std::vector<std::string> exported;
    const Outcome outcome = Export(request, kKeeper, exported);
    ASSERT_TRUE(outcome.status.ok()) << outcome.status.error_message();
    const auto reader = board_.log().OpenReader({"test.board", p}, 0, nullptr);
    const auto all = (*reader)->Read(1000, absl::Now() + absl::Seconds(10));
    ASSERT_TRUE(all.ok()) << all.status();
    ASSERT_EQ(exported.size(), all->size());
    for (size_t i = 0; i < exported.size(); ++i) EXPECT_EQ(exported[i], (*all)[i].bytes);
    records += static_cast<int>(exported.size());
    request.set_from_offset(1);
    std::vector<std::string> rest;
    EXPECT_TRUE(Export(request, kKeeper, rest).status.ok());
    EXPECT_EQ(rest.size() + 1, exported.size());
  }
  EXPECT_EQ(records, 22) << "two claims and the commits";
}

TEST_F(ExportTest, G12_OnlyWhoSeesEverythingGetsALog) {
  v1::ExportLogRequest request;
  request.set_service("board");
  std::vector<std::string> records;
  EXPECT_EQ(Export(request, kOperator, records).status.error_code(),
            grpc::StatusCode::PERMISSION_DENIED)
      << "it may, but does not see fields of every class";
  EXPECT_EQ(Export(request, kPartner, records).status.error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(
      Export(request, "organisations/test/people/k;roles=keeper;operations=operations/ba", records)
          .status.error_code(),
      grpc::StatusCode::PERMISSION_DENIED)
      << "of one operation only";
  EXPECT_TRUE(records.empty());
  request.set_partition(2);
  EXPECT_EQ(Export(request, kKeeper, records).status.error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  request.set_partition(0);
  request.set_from_offset(-1);
  EXPECT_EQ(Export(request, kKeeper, records).status.error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(ExportTest, BackupsAreRefusedWhereThereAreNone) {
  v1::CreateBackupRequest request;
  request.set_backup_id("one");
  v1::Backup backup;
  const Outcome refused = testing::Call(*admin_, &v1::AdminService::Stub::CreateBackup, request,
                                        &backup, {.principal = kOperator});
  EXPECT_EQ(refused.status.error_code(), grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_EQ(refused.reason, "UNIMPLEMENTED");
  EXPECT_EQ(refused.status.error_message(),
            "this server keeps its log with brokers: back these up");
}

}  // namespace
}  // namespace prihvat::rpc::admin
