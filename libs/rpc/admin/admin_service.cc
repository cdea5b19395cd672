#include "libs/rpc/admin/admin_service.h"

#include <algorithm>
#include <set>
#include <system_error>

#include "fmt/format.h"
#include "fmt/ranges.h"
#include "libs/base/check.h"
#include "libs/base/resource_name.h"
#include "libs/base/status_macros.h"
#include "libs/base/string_view.h"
#include "libs/es/values.h"
#include "libs/rpc/admin/event_text.h"
#include "libs/rpc/admin/export_stream.h"
#include "libs/rpc/reasons.h"

namespace prihvat::rpc::admin {

namespace v1 = ::prihvat::admin::v1;

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;
using grpc::ServerWriteReactor;

namespace {

constexpr absl::Duration kDefaultHeartbeat = absl::Seconds(15);
constexpr absl::Duration kMinHeartbeat = absl::Seconds(1);
constexpr absl::Duration kMaxHeartbeat = absl::Minutes(5);
constexpr int kMaxCollections = 32;
constexpr absl::Duration kEndPatience = absl::Milliseconds(500);  // with the log, for one answer

bool IsCheckpointId(std::string_view id) {
  return !id.empty() && id.size() <= 63 && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

// Whether the caller is told of commits of that operation. "" is no operation: only marks.
bool MayBeTold(const access::Principal& principal, const std::string& wanted,
               const log::v1::Commit& commit) {
  return principal.MayActIn(commit.operation()) && (wanted.empty() || wanted == commit.operation());
}

// The end of what is folded now, in each partition.
FeedCursor CursorAtTip(const runtime::Service& service, size_t partitions) {
  FeedCursor cursor(partitions);
  const std::unique_ptr<runtime::Snapshot> look = service.Look();
  for (const common::v1::Position& position : look->token().positions()) {
    const auto p = static_cast<size_t>(position.partition());
    if (position.topic() == service.definition().topic && p < partitions)
      cursor.partitions[p].examined = position.offset();
  }
  return cursor;
}

}  // namespace

class AdminServiceImpl final : public v1::AdminService::CallbackService {
 public:
  explicit AdminServiceImpl(Admin& admin) : admin_(admin) {}

  ServerUnaryReactor* ListPartitions(CallbackServerContext* context,
                                     const v1::ListPartitionsRequest* request,
                                     v1::ListPartitionsResponse* response) override {
    return admin_.AnyAdmin().Read(
        context, request, response, {.any_operation = true},
        [this, request, response](const ReadContext&) -> absl::Status {
          if (!request->service().empty())
            PRIHVAT_RETURN_IF_ERROR(admin_.Find(request->service()).status());
          for (const auto& [name, hosted] : admin_.hosted_) {
            if (request->service().empty() || request->service() == name)
              AddPartitions(*hosted.service, *response);
          }
          return absl::OkStatus();
        });
  }

  ServerUnaryReactor* GetInstance(CallbackServerContext* context,
                                  const v1::GetInstanceRequest* request,
                                  v1::Instance* response) override {
    return Chain(request->service())
        .Read(
            context, request, response, {.any_operation = true},
            [this, request, response](const ReadContext&) -> absl::Status {
              if (!request->service().empty())
                PRIHVAT_RETURN_IF_ERROR(admin_.Find(request->service()).status());
              if (!admin_.options_.instance)
                return Reject(
                    es::Rejected(kUnimplemented).Saying("this server does not tell how it stands"));
              *response = admin_.options_.instance();
              for (const auto& [name, hosted] : admin_.hosted_) response->add_services(name);
              return absl::OkStatus();
            });
  }

  ServerUnaryReactor* GetChecksum(CallbackServerContext* context,
                                  const v1::GetChecksumRequest* request,
                                  v1::Checksum* response) override {
    return Chain(request->service())
        .Read(context, request, response, {.any_operation = true},
              [this, request, response](const ReadContext& reads) -> absl::Status {
                PRIHVAT_ASSIGN_OR_RETURN(const Admin::Hosted* hosted,
                                         admin_.Find(request->service()));
                *response->mutable_token() = reads.token();
                PRIHVAT_ASSIGN_OR_RETURN(*response->mutable_sha256(), hosted->service->Checksum());
                PRIHVAT_ASSIGN_OR_RETURN(*response->mutable_requests_sha256(),
                                         hosted->service->RequestChecksum());
                response->set_service(request->service());
                return absl::OkStatus();
              });
  }

  ServerUnaryReactor* CreateCheckpoint(CallbackServerContext* context,
                                       const v1::CreateCheckpointRequest* request,
                                       v1::Checkpoint* response) override {
    return Chain(request->service())
        .Read(context, request, response, {.any_operation = true},
              [this, request, response](const ReadContext&) {
                return WriteCheckpoint(*request, *response);
              });
  }

  ServerUnaryReactor* ListWorkItems(CallbackServerContext* context,
                                    const v1::ListWorkItemsRequest* request,
                                    v1::ListWorkItemsResponse* response) override {
    return Chain(request->service())
        .Read(context, request, response,
              [this, request, response](const ReadContext& reads) -> absl::Status {
                PRIHVAT_RETURN_IF_ERROR(admin_.Find(request->service()).status());
                return FillWorkItems(reads, *request, *response);
              });
  }

  ServerUnaryReactor* GetWorkItem(CallbackServerContext* context,
                                  const v1::GetWorkItemRequest* request,
                                  common::v1::WorkItem* response) override {
    return Chain(request->service())
        .Read(context, request, response,
              [this, request, response](const ReadContext& reads) -> absl::Status {
                PRIHVAT_RETURN_IF_ERROR(admin_.Find(request->service()).status());
                return FindWorkItem(reads, request->name(), *response);
              });
  }

  ServerUnaryReactor* RetryWorkItem(CallbackServerContext* context,
                                    const common::v1::RetryWorkItemRequest* request,
                                    common::v1::WorkItem* response) override {
    return Settle(context, request, response);
  }

  ServerUnaryReactor* DismissWorkItem(CallbackServerContext* context,
                                      const common::v1::DismissWorkItemRequest* request,
                                      common::v1::WorkItem* response) override {
    return Settle(context, request, response);
  }

  ServerUnaryReactor* CreateBackup(CallbackServerContext* context,
                                   const v1::CreateBackupRequest* request,
                                   v1::Backup* response) override {
    return admin_.AnyAdmin().Read(
        context, request, response, {.any_operation = true},
        [this, request, response](const ReadContext&) { return WriteBackup(*request, *response); });
  }

  ServerWriteReactor<v1::TailLogResponse>* TailLog(CallbackServerContext* context,
                                                   const v1::TailLogRequest* request) override;

  ServerWriteReactor<v1::ExportLogResponse>* ExportLog(
      CallbackServerContext* context, const v1::ExportLogRequest* request) override {
    absl::StatusOr<Admission> admission = Chain(request->service()).Admit(*context, *request);
    absl::Status refused = admission.status();
    if (refused.ok()) refused = MayExport(*request, *admission);
    if (refused.ok() && !admin_.streams_.Enter()) refused = admin_.streams_.Refusal();
    if (!refused.ok()) return new RefusedStream<v1::ExportLogResponse>(refused);
    const runtime::Service& service = *(*admin_.Find(request->service()))->service;
    return new ExportStream(*admin_.options_.log,
                            {service.definition().topic, request->partition()},
                            request->from_offset(), *admin_.environment_.executor, admin_.streams_,
                            *std::move(admission));
  }

 private:
  Calls& Chain(const std::string& service) const {
    const auto hosted = admin_.Find(service);
    return hosted.ok() ? *(*hosted)->admin : admin_.AnyAdmin();
  }

  void AddPartitions(const runtime::Service& service, v1::ListPartitionsResponse& response) const {
    const absl::Time deadline = absl::Now() + kEndPatience;
    for (const runtime::PartitionStatus& status : service.Partitions()) {
      v1::Partition& partition = *response.add_partitions();
      partition.set_service(service.definition().name);
      partition.set_topic(service.definition().topic);
      partition.set_partition(status.partition);
      partition.set_state(status.state);
      partition.set_term(status.term);
      partition.set_owner_instance(status.owner_instance);
      partition.set_owner_address(status.owner_address);
      partition.set_applied_offset(status.applied);
      // What a partition itself knows of the end is how far it has read.
      event_log::Offset end = status.end;
      if (admin_.options_.log != nullptr && absl::Now() < deadline) {
        end = std::max(
            end, admin_.options_.log->End({service.definition().topic, status.partition}, deadline)
                     .value_or(end));
      }
      partition.set_end_offset(end);
      partition.set_void_records(status.void_records);
      partition.set_mailbox_depth(status.mailbox_depth);
      partition.set_stopped_reason(status.stopped_why);
      partition.set_sealed_through_offset(status.sealed_through);
      if (status.unsealed_since != absl::InfiniteFuture())
        *partition.mutable_unsealed_since_time() = es::ToProto(status.unsealed_since);
    }
  }

  // Records go out as they are, so whoever gets them must be one who may see all that they hold.
  absl::Status MayExport(const v1::ExportLogRequest& request, const Admission& admission) const {
    PRIHVAT_ASSIGN_OR_RETURN(const Admin::Hosted* hosted, admin_.Find(request.service()));
    if (admin_.options_.log == nullptr)
      return Reject(es::Rejected(kUnimplemented).Saying("this server gives out no log"));
    const auto& operations = admission.principal.operations;
    if (std::find(operations.begin(), operations.end(), "*") == operations.end())
      return Reject(es::Rejected(kPermissionDenied)
                        .Saying("a log holds every operation: only for those who have all (*)"));
    for (int c = common::v1::FieldClass_MIN + 1; c <= common::v1::FieldClass_MAX; ++c) {
      const auto field_class = static_cast<common::v1::FieldClass>(c);
      if (common::v1::FieldClass_IsValid(c) &&
          !admin_.environment_.access->Sees(admission.principal, field_class, admission.day))
        return Reject(es::Rejected(kPermissionDenied)
                          .Saying(fmt::format("a log holds fields of every class, and no role of "
                                              "the caller sees {}",
                                              common::v1::FieldClass_Name(field_class))));
    }
    const auto partitions = static_cast<int32_t>(hosted->service->Partitions().size());
    if (request.partition() < 0 || request.partition() >= partitions)
      return Reject(es::InvalidField("partition", fmt::format("0 to {}", partitions - 1)));
    if (request.from_offset() < 0) return Reject(es::InvalidField("from_offset", "0 or more"));
    return absl::OkStatus();
  }

  absl::Status WriteBackup(const v1::CreateBackupRequest& request, v1::Backup& response) const {
    if (!admin_.options_.backup)
      return Reject(es::Rejected(kUnimplemented)
                        .Saying("this server keeps its log with brokers: back these up"));
    if (!IsCheckpointId(request.backup_id()))
      return Reject(es::InvalidField("backup_id", "1 to 63 small letters, digits and '-'"));
    const std::unique_lock one(admin_.backup_mutex_, std::try_to_lock);
    if (!one.owns_lock())
      return RejectAndRetry(es::Rejected(kOverloaded).Saying("a backup is being written already"),
                            absl::Seconds(5));
    absl::StatusOr<v1::Backup> backup = admin_.options_.backup(request.backup_id());
    if (absl::IsAlreadyExists(backup.status()))
      return Reject(es::AlreadyExists(request.backup_id()));
    if (!backup.ok()) return backup.status();
    response = *std::move(backup);
    return absl::OkStatus();
  }

  absl::Status WriteCheckpoint(const v1::CreateCheckpointRequest& request,
                               v1::Checkpoint& response) const {
    PRIHVAT_ASSIGN_OR_RETURN(const Admin::Hosted* hosted, admin_.Find(request.service()));
    if (admin_.options_.checkpoint_root.empty())
      return Reject(
          es::Rejected(kUnimplemented).Saying("this server has no folder of checkpoints"));
    if (!IsCheckpointId(request.checkpoint_id()))
      return Reject(es::InvalidField("checkpoint_id", "1 to 63 small letters, digits and '-'"));
    const std::filesystem::path folder = admin_.options_.checkpoint_root / request.service();
    const std::filesystem::path directory = folder / request.checkpoint_id();
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) return absl::InternalError(fmt::format("cannot make a folder: {}", error.message()));
    if (std::filesystem::exists(directory, error))
      return Reject(es::AlreadyExists(request.checkpoint_id()));
    PRIHVAT_RETURN_IF_ERROR(hosted->service->Checkpoint(directory.string()));
    response.set_service(request.service());
    response.set_checkpoint_id(request.checkpoint_id());
    response.set_directory(directory.string());
    return absl::OkStatus();
  }

  // A command of the named service about a work item, which is the answer.
  template <class Request>
  ServerUnaryReactor* Settle(CallbackServerContext* context, const Request* request,
                             common::v1::WorkItem* response) {
    const auto hosted = admin_.Find(request->service());
    if (!hosted.ok()) {
      return admin_.AnyAdmin().Read(
          context, request, response,
          [unknown = hosted.status()](const ReadContext&) -> absl::Status { return unknown; });
    }
    return (*hosted)->admin->Command(
        context, request, response,
        [request, response](const ReadContext& reads, const runtime::CommandReply&) {
          return FindWorkItem(reads, request->name(), *response);
        });
  }

  static absl::Status FindWorkItem(const ReadContext& reads, const std::string& name,
                                   common::v1::WorkItem& item) {
    PRIHVAT_RETURN_IF_ERROR(reads.FindInto(name, item));
    item.mutable_rejected()->clear_command();  // as in lists
    return absl::OkStatus();
  }

  static absl::Status FillWorkItems(const ReadContext& reads,
                                    const v1::ListWorkItemsRequest& request,
                                    v1::ListWorkItemsResponse& response) {
    const std::string prefix = request.parent() + "/workItems/";
    std::string last;
    bool more = false;
    reads.entities().rows().Scan(
        prefix, reads.page_after(), [&](std::string_view key, std::string_view row) {
          common::v1::WorkItem item;
          if (!es::DecodeEntity(row, item)) return true;
          if (item.has_settle_time() && !request.with_settled()) return true;
          if (response.work_items_size() == reads.page_size()) {
            more = true;
            return false;
          }
          item.mutable_rejected()->clear_command();  // its fields' classes cannot be seen in bytes
          *response.add_work_items() = std::move(item);
          last = std::string(key);
          return true;
        });
    if (more) reads.NextPage(last);
    return absl::OkStatus();
  }

  Admin& admin_;
};

ServerWriteReactor<v1::TailLogResponse>* AdminServiceImpl::TailLog(
    CallbackServerContext* context, const v1::TailLogRequest* request) {
  using Stream = FeedStream<v1::TailLogResponse>;
  const auto refuse = [](const absl::Status& status) {
    return new RefusedStream<v1::TailLogResponse>(status);
  };
  absl::StatusOr<Admission> admission = Chain(request->service()).Admit(*context, *request);
  if (!admission.ok()) return refuse(admission.status());
  const auto hosted = admin_.Find(request->service());
  if (!hosted.ok()) return refuse(hosted.status());
  runtime::Service& service = *(*hosted)->service;
  FeedCursor cursor(service.Partitions().size());
  for (const common::v1::Position& position : request->after().positions()) {
    if (position.topic() != service.definition().topic || position.partition() < 0 ||
        static_cast<size_t>(position.partition()) >= cursor.partitions.size())
      return refuse(Reject(es::InvalidField("after", "names another topic or partition")));
    if (position.offset() < -1)
      return refuse(Reject(es::InvalidField("after", "an offset is -1 (none) or more")));
    cursor.partitions[static_cast<size_t>(position.partition())].examined = position.offset();
  }
  if (!admin_.streams_.Enter()) return refuse(admin_.streams_.Refusal());
  Stream::Options options;
  options.service = &service;
  options.executor = admin_.environment_.executor;
  options.streams = &admin_.streams_;
  options.cursor = std::move(cursor);
  options.follow = request->follow();
  options.render = [policy = admin_.environment_.access, principal = admission->principal,
                    day = admission->day, wanted = request->operation(),
                    topic = service.definition().topic](const runtime::Change& change,
                                                        const FeedCursor::Partition&,
                                                        v1::TailLogResponse& response) {
    if (!MayBeTold(principal, wanted, change.commit)) return false;
    response.mutable_position()->set_topic(topic);
    response.mutable_position()->set_partition(change.partition);
    response.mutable_position()->set_offset(change.offset);
    response.set_previous_offset(change.previous_offset);
    *response.mutable_commit() = change.commit;
    for (log::v1::Event& event : *response.mutable_commit()->mutable_events())
      event.clear_payload();
    AppendEvents(change.commit, *policy, principal, day, response.mutable_events());
    return true;
  };
  options.admission = *std::move(admission);
  return Stream::Start(std::move(options));
}

class ChangeFeedServiceImpl final : public v1::ChangeFeedService::CallbackService {
 public:
  explicit ChangeFeedServiceImpl(Admin& admin) : admin_(admin) {}

  ServerWriteReactor<v1::WatchResponse>* Watch(CallbackServerContext* context,
                                               const v1::WatchRequest* request) override {
    absl::StatusOr<Stream::Options> options = Prepare(*context, *request);
    if (options.ok() && !admin_.streams_.Enter()) options = admin_.streams_.Refusal();
    if (!options.ok()) return new RefusedStream<v1::WatchResponse>(options.status());
    return Stream::Start(*std::move(options));
  }

 private:
  using Stream = FeedStream<v1::WatchResponse>;

  absl::StatusOr<Stream::Options> Prepare(CallbackServerContext& context,
                                          const v1::WatchRequest& request) const {
    const auto hosted = admin_.Find(request.service());
    Calls& calls = hosted.ok() ? *(*hosted)->feed : admin_.AnyFeed();
    PRIHVAT_ASSIGN_OR_RETURN(Admission admission, calls.Admit(context, request));
    if (!hosted.ok()) return hosted.status();
    if (request.collections_size() > kMaxCollections)
      return Reject(es::InvalidField("collections", fmt::format("at most {}", kMaxCollections)));
    runtime::Service& service = *(*hosted)->service;
    Stream::Options options;
    PRIHVAT_ASSIGN_OR_RETURN(options.heartbeat_interval, Interval(request));
    PRIHVAT_ASSIGN_OR_RETURN(options.cursor, Begin(service, request));
    options.service = &service;
    options.executor = admin_.environment_.executor;
    options.streams = &admin_.streams_;
    options.heartbeat = [clock = admin_.environment_.clock](v1::WatchResponse& response) {
      *response.mutable_heartbeat()->mutable_time() = es::ToProto(clock->Now());
    };
    options.add_token = [filter = FilterOf(request)](const FeedCursor& cursor,
                                                     v1::WatchResponse& response) {
      response.set_resume_token(EncodeCursor(cursor, filter));
    };
    options.render = Renderer(service, request, admission);
    options.admission = std::move(admission);
    return options;
  }

  static absl::StatusOr<absl::Duration> Interval(const v1::WatchRequest& request) {
    if (!request.has_heartbeat_interval()) return kDefaultHeartbeat;
    const absl::Duration interval = absl::Seconds(request.heartbeat_interval().seconds()) +
                                    absl::Nanoseconds(request.heartbeat_interval().nanos());
    if (interval < kMinHeartbeat || interval > kMaxHeartbeat)
      return Reject(es::InvalidField("heartbeat_interval", "1 s to 5 min"));
    return interval;
  }

  // Everything that decides what is told, but nothing of where it begins.
  static std::string FilterOf(const v1::WatchRequest& request) {
    v1::WatchRequest filter;
    filter.set_service(request.service());
    filter.set_operation(request.operation());
    const std::set<std::string> collections(request.collections().begin(),
                                            request.collections().end());
    for (const std::string& collection : collections) filter.add_collections(collection);
    return es::SerializeDeterministically(filter);
  }

  static absl::StatusOr<FeedCursor> Begin(const runtime::Service& service,
                                          const v1::WatchRequest& request) {
    const size_t partitions = service.Partitions().size();
    if (!request.resume_token().empty()) {
      absl::StatusOr<FeedCursor> cursor =
          DecodeCursor(request.resume_token(), FilterOf(request), partitions);
      if (cursor.ok()) return cursor;
      return Reject(es::InvalidField("resume_token", base::FromAbsl(cursor.status().message())));
    }
    if (request.start() == v1::WATCH_START_NOW) return CursorAtTip(service, partitions);
    return FeedCursor(partitions);
  }

  auto Renderer(const runtime::Service& service, const v1::WatchRequest& request,
                const Admission& admission) const -> decltype(Stream::Options::render) {
    return [policy = admin_.environment_.access, principal = admission.principal,
            day = admission.day, wanted = request.operation(), topic = service.definition().topic,
            collections = std::set<std::string, std::less<>>(request.collections().begin(),
                                                             request.collections().end())](
               const runtime::Change& change, const FeedCursor::Partition& before,
               v1::WatchResponse& response) {
      const log::v1::Commit& commit = change.commit;
      if (commit.events().empty() || !MayBeTold(principal, wanted, commit)) return false;
      const std::vector<std::string> resources =
          ResourcesOf(commit, {topic, change.partition}, change.offset);
      const auto wanted_one = [&](const std::string& resource) {
        return collections.contains(base::ResourceName::Parse(resource)->Collection());
      };
      if (!collections.empty() && std::none_of(resources.begin(), resources.end(), wanted_one))
        return false;
      v1::Change& told = *response.mutable_change();
      const auto set = [&](int64_t offset, common::v1::Position& position) {
        position.set_topic(topic);
        position.set_partition(change.partition);
        position.set_offset(offset);
      };
      set(change.offset, *told.mutable_position());
      set(before.told, *told.mutable_previous_position());
      told.set_operation(commit.operation());
      told.set_resource(commit.resource_name());
      *told.mutable_resources() = {resources.begin(), resources.end()};
      told.set_etag(commit.etag());
      *told.mutable_record_time() = commit.recorded_at();
      AppendEvents(commit, *policy, principal, day, told.mutable_events());
      return true;
    };
  }

  Admin& admin_;
};

Admin::Admin(const std::vector<runtime::Service*>& services, Environment environment,
             AdminOptions options)
    : environment_(environment), options_(std::move(options)), streams_(options_.max_streams) {
  PRIHVAT_CHECK(!services.empty(), "an admin API over no service");
  for (runtime::Service* service : services) {
    Hosted hosted;
    hosted.service = service;
    hosted.admin = std::make_unique<Calls>(*service, kAdminApi, environment);
    hosted.feed = std::make_unique<Calls>(*service, kChangeFeedApi, environment);
    hosted_.emplace(service->definition().name, std::move(hosted));
  }
  admin_service_ = std::make_unique<AdminServiceImpl>(*this);
  change_feed_service_ = std::make_unique<ChangeFeedServiceImpl>(*this);
}

Admin::~Admin() = default;

grpc::Service& Admin::admin_service() { return *admin_service_; }
grpc::Service& Admin::change_feed_service() { return *change_feed_service_; }

absl::StatusOr<const Admin::Hosted*> Admin::Find(const std::string& name) const {
  const auto hosted = hosted_.find(name);
  if (hosted != hosted_.end()) return &hosted->second;
  std::vector<std::string> names;
  for (const auto& [known, unused] : hosted_) names.push_back(known);
  return Reject(es::InvalidField("service", fmt::format("one of {}", fmt::join(names, ", "))));
}

}  // namespace prihvat::rpc::admin
