// One instance of one service: event sourcing itself, knowing no domain.
//
// A Service folds every partition of its own topic (and of the topics that its views and processes
// need) into its store, owns those partitions that it has claimed, decides commands there, and
// answers reads from the store. See docs/life-of-a-command.md.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "libs/base/clock.h"
#include "libs/base/latency_histogram.h"
#include "libs/base/random.h"
#include "libs/base/statistic.h"
#include "libs/es/decider.h"
#include "libs/es/figures.h"
#include "libs/es/process.h"
#include "libs/es/projection.h"
#include "libs/event_log/event_log.h"
#include "libs/event_log/seal.h"
#include "prihvat/common/v1/common.pb.h"
#include "prihvat/log/v1/record.pb.h"

namespace prihvat::runtime {

// Whether who folds a record that the log took at `append_time` now is behind by so much that its
// answers are old: then it is not ready until it has seen the log's end again.
inline bool IsFarBehind(absl::Time append_time, absl::Time now) {
  constexpr absl::Duration kFarBehind = absl::Seconds(30);
  return append_time != absl::InfinitePast() && now - append_time > kFarBehind;
}

// What a service is. The pointers live as long as the process.
struct ServiceDefinition {
  std::string name;   // "procurement"
  std::string topic;  // "prihvat.procurement"
  const es::Decider* decider = nullptr;
  std::vector<const es::Projection*> projections;
  std::vector<const es::Process*> processes;
  es::Figures figures = nullptr;  // nullptr: none
};

// A command on its way to its partition.
struct CommandRequest {
  std::string operation;  // "operations/ba"
  std::shared_ptr<const google::protobuf::Message> command;
  std::string principal;                           // "organisations/iom/people/p-017"
  std::string request_id;                          // a UUID
  absl::Time effective_at = absl::InfinitePast();  // InfinitePast: the time of recording
  std::string import_id;                           // "" for none
  std::string trace_id;                            // 32 hex digits, or ""
  absl::Time deadline = absl::InfiniteFuture();    // not decided at all once it has passed
};

// What became of it.
struct CommandReply {
  // OK; or, with `rejection`, the domain's no; or what the runtime says: UNAVAILABLE (not the
  // owner, or outcome unknown: a retry with the same request id settles it), RESOURCE_EXHAUSTED
  // (mailbox full), DEADLINE_EXCEEDED (not decided), INVALID_ARGUMENT (the request id was used for
  // another request; the commit would be too large).
  absl::Status status;
  // A stable reason in UPPER_SNAKE where status is not OK.
  std::string reason;
  std::shared_ptr<const es::Rejection> rejection;
  // How long to wait before a retry makes sense; zero where it makes none.
  absl::Duration retry_after = absl::ZeroDuration();

  std::string resource;  // the name of what was made or changed, "" for none
  std::string etag;      // of that resource, as the commit left it
  std::string row;       // that resource so (es::EncodeEntity); "" where it has to be looked up
  std::vector<es::DocumentNumber> document_numbers;
  common::v1::Token token;  // for reading this write
  bool repeated = false;    // the request id had been seen: nothing happened anew
  // Nothing else waits for this partition just now: `done` may render and send the answer on the
  // service's thread (tens of microseconds), which saves whoever calls alone the wake of another.
  // The store gets the commit right after it: Look on this thread ends the program, on others
  // waits.
  bool unhurried = false;
};

// A consistent look at the store: entities and active views at one moment. Thread-safe to make, to
// be used by one thread; holds back the store's garbage collection, so keep it for one call only.
class Snapshot {
 public:
  virtual ~Snapshot() = default;
  virtual const es::Rows& entities() const = 0;
  // The rows of the active version of a view; FAILED_PRECONDITION (VIEW_BUILDING) while none has
  // caught up.
  virtual absl::StatusOr<const es::Rows*> view(std::string_view name) const = 0;
  // How far it goes: own partitions and those of foreign topics.
  virtual const common::v1::Token& token() const = 0;
};

// How one partition stands, for operators and metrics.
struct PartitionStatus {
  int32_t partition = 0;
  std::string state;  // Following, Claiming, CatchingUp, Owning, SteppingDown, Stopped
  uint64_t term = 0;
  std::string owner_instance;  // of the current claim
  std::string owner_address;
  int64_t applied = -1;  // last folded offset
  int64_t end = -1;      // last known end (next offset)
  int64_t void_records = 0;
  int64_t sealed_through = -1;  // the last offset that a seal covers, -1 for none
  // When the oldest folded record that is no seal and that no seal covers was recorded;
  // InfiniteFuture: there is none.
  absl::Time unsealed_since = absl::InfiniteFuture();
  int64_t mailbox_depth = 0;
  std::string stopped_why;  // why folding stopped; "" while it goes on
};

// How far a service is with a partition of another service's topic.
struct SourceStatus {
  std::string topic;
  int32_t partition = 0;
  // The process that reacts to it; "" for the views that fold it. A standby knows of a process what
  // the last mark says, which comes a while after the reactions.
  std::string process;
  bool reacts_here = false;   // this instance sends the process's reactions
  int64_t done_through = -1;  // the last offset that has had its effect here, -1 for none
};

// How far a version of a view that is built beside the log's tip has come with one partition.
struct ViewBuild {
  std::string view;  // its id: name and version
  std::string topic;
  int32_t partition = 0;
  int64_t built = 0;   // records that it has folded
  int64_t wanted = 0;  // that the service itself has folded by now; there the view is done
};

// An admitted commit, for feeds.
struct Change {
  int32_t partition = 0;
  int64_t offset = 0;
  int64_t previous_offset = -1;  // of the admitted commit before it in the partition
  log::v1::Commit commit;
};

struct Counters {  // since start; all monotonic
  int64_t commits = 0;
  int64_t rejections = 0;
  int64_t request_id_hits = 0;
  int64_t append_failures = 0;
  int64_t mailbox_rejections = 0;
  int64_t reactions = 0;
  int64_t reaction_rejections = 0;
  int64_t claims = 0;
  int64_t step_downs = 0;
  int64_t commit_batches = 0;
  int64_t seals = 0;
  double append_seconds = 0;              // summed over batches
  base::LatencyHistogram mailbox_wait;    // of commands, until they are decided
  base::LatencyHistogram commit_latency;  // of those that became commits, until they are answered
};

// How an owner seals its partitions.
struct SealOptions {
  std::shared_ptr<const event_log::SealSigner> signer;  // nullptr: not at all
  // A seal is due once so many records have followed the last one, or one that is no seal has
  // stood unsealed for so long; and when an owner that has something unsealed is told to stop.
  int64_t every_records = 1000;
  absl::Duration every = absl::Minutes(5);
};

struct ServiceOptions {
  std::string instance;         // "procurement-0"
  std::string address;          // where its gRPC server answers
  std::string store_dir;        // of its own store
  int32_t partitions = 4;       // of every topic
  size_t mailbox_limit = 4096;  // commands a partition
  size_t batch_limit = 256;     // commands a batch
  size_t batch_bytes = 4 << 20;
  // A view that is being built folds so many records a step, so that commands get their turn.
  size_t view_build_records = 512;
  absl::Duration append_timeout = absl::Seconds(5);
  // For so long a start waits, for each partition, for the log to say whether it is the store's.
  absl::Duration start_timeout = absl::Seconds(30);
  absl::Duration takeover_after =
      absl::Seconds(2);  // an owner unheard of for so long may be replaced
  absl::Duration max_clock_skew = absl::Seconds(5);  // against the log's append times
  size_t store_cache_bytes = 64 << 20;
  SealOptions seals;
  int rank = 0;  // among the instances of the service: lower claims first
  // When the instance at `address` last answered; InfinitePast: never. Empty: an owner that is not
  // this instance is replaced at once (one process alone on its log).
  std::function<absl::Time(const std::string& address)> last_heard;
};

// Thread-safe. Callbacks come from the service's own thread: they must not block it.
class Service {
 public:
  // Opens the store, checks it against the log, and begins to fold. `log`, `clock`, `random`
  // outlive it. FAILED_PRECONDITION: store and log do not belong together (DESIGN section 4), with
  // what to do.
  static absl::StatusOr<std::unique_ptr<Service>> Start(const ServiceDefinition& definition,
                                                        ServiceOptions options,
                                                        event_log::EventLog& log,
                                                        base::Clock& clock, base::Random& random);
  virtual ~Service() = default;

  virtual const ServiceDefinition& definition() const = 0;

  // `done` is called exactly once. Only the owner decides: elsewhere UNAVAILABLE with reason
  // NOT_OWNER at once.
  virtual void Submit(CommandRequest request, std::function<void(CommandReply)> done) = 0;

  // Who decides for the operation, as far as folded: {"", ""} for nobody yet.
  struct Owner {
    std::string instance;
    std::string address;
    bool here = false;
  };
  virtual Owner OwnerOf(std::string_view operation) const = 0;

  // Calls `done` once all that `token` names and this service folds or reacts to has been folded
  // here (and reacted to, on the reacting partition's owner); DEADLINE_EXCEEDED after `deadline`.
  // Positions of topics that this service does not follow are none of its business.
  // RESOURCE_EXHAUSTED where too many wait; CANCELLED soon after `wanted` (any thread, must not
  // block; empty: always) says that nobody waits for the answer any more.
  virtual void WhenSeen(const common::v1::Token& token, absl::Time deadline,
                        std::function<bool()> wanted, std::function<void(absl::Status)> done) = 0;

  virtual std::unique_ptr<Snapshot> Look() const = 0;

  // Admitted commits of the own topic's `partition` after offset `after`, at most `limit`, in
  // order, from the store.
  virtual absl::StatusOr<std::vector<Change>> Changes(int32_t partition, int64_t after,
                                                      size_t limit) const = 0;
  // Calls `on_change` (any thread, must not block) after commits were folded. Unsubscribe by
  // destroying the handle, which waits for a call under way.
  class Subscription {
   public:
    virtual ~Subscription() = default;
  };
  virtual std::unique_ptr<Subscription> Subscribe(std::function<void()> on_change) = 0;

  // SHA-256 (hex) over canonical entities and active views: equal on every instance and engine
  // after the same commits.
  virtual absl::StatusOr<std::string> Checksum() const = 0;
  // SHA-256 (hex) over the table of request ids, with the offsets that it names: equal on every
  // instance that has folded the same log as far. Other logs have other offsets and times.
  virtual absl::StatusOr<std::string> RequestChecksum() const = 0;
  // A consistent copy of the store for seeding a new instance. The directory must not exist.
  virtual absl::Status Checkpoint(const std::string& directory) = 0;

  virtual std::vector<PartitionStatus> Partitions() const = 0;
  // As of at most two seconds ago.
  virtual std::vector<SourceStatus> Sources() const = 0;
  // Of views that do not stand where the service stands; as old as Sources.
  virtual std::vector<ViewBuild> ViewBuilds() const = 0;
  // Of the store's engine, without labels.
  virtual std::vector<base::Statistic> StoreStatistics() const = 0;
  virtual Counters counters() const = 0;
  // Every partition of the own topic has an owner, all that is followed is folded to nearly the end
  // (IsFarBehind), and no view is being built for the first time.
  virtual bool Ready() const = 0;
  // Ended by Stop() or by an error from which only a restart helps (a failed store write).
  virtual absl::Status Health() const = 0;
  // How long the service's thread has been at the step that it is at. A step is a bounded piece of
  // work, and one that waits ends after a second, so minutes say that it hangs.
  virtual absl::Duration SinceLastStep() const = 0;

  // Takes no more commands, finishes what is in flight and, where there are other instances, leaves
  // its partitions to them. Goes on folding, answering reads and telling who owns. Does not wait.
  virtual void BeginStop() = 0;
  // After BeginStop: all that is done, and another instance owns what was left, or none has claimed
  // it for half a second.
  virtual bool HandedOver() const = 0;
  // BeginStop, if that has not been called; waits until that is done, and stops folding.
  // Idempotent; at most until `deadline`.
  virtual void Stop(absl::Time deadline) = 0;
};

}  // namespace prihvat::runtime
