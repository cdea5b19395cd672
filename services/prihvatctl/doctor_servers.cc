// What follows from what servers say of themselves.
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "fmt/format.h"
#include "fmt/ranges.h"
#include "libs/base/string_view.h"
#include "libs/es/values.h"
#include "services/prihvatctl/doctor.h"
#include "services/prihvatctl/error_text.h"

namespace prihvat::ctl {
namespace {

constexpr absl::Duration kClockWarning = absl::Seconds(1);
// An owner this far from the log's append times writes nothing.
constexpr absl::Duration kClockProblem = absl::Seconds(5);
constexpr absl::Duration kExpiryWarning = absl::Hours(24 * 14);
constexpr int64_t kLagWarning = 1000;  // records; as the alert PrihvatLag
constexpr int64_t kMib = 1 << 20;
// A seal is late once a record has stood unsealed for twice the interval and so much more.
constexpr absl::Duration kSealPatience = absl::Minutes(1);

std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d %H:%M UTC", time, absl::UTCTimeZone());
}
std::string PartitionText(const admin::v1::Partition& partition) {
  return fmt::format("{}/{}", partition.service(), partition.partition());
}

class Judge {
 public:
  Judge(const std::vector<Examination>& servers, absl::Time now) : servers_(servers), now_(now) {}

  std::vector<Finding> All() && {
    for (const Examination& server : servers_) {
      Server(server);
      if (!server.status.ok()) continue;
      Clock(server);
      Disk(server);
      Certificates(server);
      Partitions(server);
      Seals(server);
    }
    Versions();
    Owners();
    Services();
    return std::move(findings_);
  }

 private:
  void Say(Severity severity, const char* check, const std::string& subject, std::string found,
           std::string advice = "") {
    findings_.push_back({severity, check, subject, std::move(found), std::move(advice)});
  }
  void Fine(const char* check, const std::string& subject, std::string found) {
    Say(Severity::kFine, check, subject, std::move(found));
  }
  void Warn(const char* check, const std::string& subject, std::string found, std::string advice) {
    Say(Severity::kWarning, check, subject, std::move(found), std::move(advice));
  }
  void Problem(const char* check, const std::string& subject, std::string found,
               std::string advice) {
    Say(Severity::kProblem, check, subject, std::move(found), std::move(advice));
  }

  void Server(const Examination& server) {
    const std::string& at = server.address;
    if (server.status.ok()) {
      const admin::v1::Instance& instance = server.instance;
      Fine("server", at,
           fmt::format("{}, {} {}, hosts {}", instance.instance(), instance.program(),
                       instance.version(), fmt::join(instance.services(), ", ")));
    } else if (absl::IsUnavailable(server.status) || absl::IsDeadlineExceeded(server.status)) {
      Problem("server", at,
              fmt::format("does not answer: {}", base::FromAbsl(server.status.message())),
              server.was_named
                  ? "see whether it runs and what its log says last; docs/runbooks/instance-down.md"
                  : "it owns partitions by what others say: if it is to be reached by this name "
                    "from here, see whether it runs; docs/runbooks/instance-down.md");
    } else if (absl::IsPermissionDenied(server.status) || absl::IsUnauthenticated(server.status)) {
      Problem("server", at, fmt::format("refuses you: {}", base::FromAbsl(server.status.message())),
              "ask as somebody with the role platform_operator (--principal, --tls-cert)");
    } else if (absl::IsUnimplemented(server.status)) {
      Problem("server", at, "is older than this prihvatctl, and does not tell how it stands",
              "use the prihvatctl of its version, or upgrade it");
    } else {
      Problem("server", at, DescribeError(server.status), "see what its log says");
    }
  }

  void Clock(const Examination& server) {
    const absl::Duration ahead = server.clock_ahead;
    const absl::Duration size =
        std::max(absl::AbsDuration(ahead) - server.clock_known_to, absl::ZeroDuration());
    const std::string found = fmt::format("its clock is {:.1f} s {} this machine's",
                                          absl::ToDoubleSeconds(absl::AbsDuration(ahead)),
                                          ahead < absl::ZeroDuration() ? "behind" : "ahead of");
    const char* advice =
        "set both by NTP (timedatectl, chronyc tracking); an owner whose clock is more than 5 s "
        "from the log's writes nothing";
    if (size > kClockProblem) return Problem("clock", server.address, found, advice);
    if (size > kClockWarning) return Warn("clock", server.address, found, advice);
    Fine("clock", server.address, found);
  }

  void Disk(const Examination& server) {
    const admin::v1::Disk& disk = server.instance.disk();
    const int64_t free = disk.free_bytes();
    const std::string found =
        fmt::format("{}: {} of {} MiB are free, the reserve is {} MiB", disk.directory(),
                    free / kMib, disk.size_bytes() / kMib, disk.reserve_bytes() / kMib);
    if (disk.size_bytes() == 0)
      return Warn("disk", server.address, "the server cannot tell how full its disk is",
                  "look yourself: df");
    if (disk.read_only())
      return Problem("disk", server.address,
                     fmt::format("{} is mounted read-only", disk.directory()),
                     "see why (dmesg), mount it writable, and restart the program");
    if (free < disk.reserve_bytes())
      return Problem("disk", server.address, found + ": commands are refused",
                     "make space or a larger volume: writing goes on by itself once a quarter more "
                     "than the reserve is free");
    if (free < 2 * disk.reserve_bytes() || free < disk.size_bytes() / 10)
      return Warn("disk", server.address, found,
                  "make space or a larger volume before the reserve is reached");
    Fine("disk", server.address, found);
  }

  void Certificates(const Examination& server) {
    for (const admin::v1::Certificate& certificate : server.instance.certificates()) {
      const absl::Time until = es::FromProto(certificate.valid_until_time());
      const std::string found = fmt::format("{} ({}) is good until {}", certificate.option(),
                                            certificate.subject(), TimeText(until));
      const char* advice =
          "put a new certificate and key in place of the files; the server takes them without a "
          "restart; docs/operations/keys.md";
      if (!certificate.problem().empty()) {
        Problem("certificate", server.address,
                fmt::format("{}: {}", certificate.option(), certificate.problem()), advice);
      } else if (until < now_) {
        Problem("certificate", server.address, found + ": it has expired", advice);
      } else if (es::FromProto(certificate.valid_from_time()) > now_) {
        Problem("certificate", server.address,
                fmt::format("{} is good from {} only", certificate.option(),
                            TimeText(es::FromProto(certificate.valid_from_time()))),
                advice);
      } else if (until < now_ + kExpiryWarning) {
        Warn("certificate", server.address, found, advice);
      } else {
        Fine("certificate", server.address, found);
      }
    }
  }

  void Partitions(const Examination& server) {
    int64_t most = 0;
    const std::string& at = server.address;
    for (const admin::v1::Partition& partition : server.partitions) {
      if (!partition.stopped_reason().empty())
        Problem(
            "partition", at,
            fmt::format("{} has stopped: {}", PartitionText(partition), partition.stopped_reason()),
            "docs/runbooks/partition-stopped.md");
      const int64_t lag = partition.end_offset() - 1 - partition.applied_offset();
      most = std::max(most, lag);
      if (lag > kLagWarning)
        Warn("lag", at,
             fmt::format("{} is {} records behind its log", PartitionText(partition), lag),
             "wait while it falls; docs/runbooks/lag.md if it does not");
    }
    if (most <= kLagWarning)
      Fine("lag", at, fmt::format("no partition is more than {} records behind its log", most));
  }

  void Seals(const Examination& server) {
    if (server.instance.seal_key_id().empty())
      return Warn("seal", server.address,
                  "its log is not sealed: nobody can prove that it is whole",
                  "prihvatctl keys generate, then --seal-key; docs/operations/keys.md");
    const absl::Duration interval = absl::Seconds(server.instance.seal_interval().seconds());
    bool late = false;
    for (const admin::v1::Partition& partition : server.partitions) {
      // Whoever owns the partition seals it; its own clock tells.
      if (partition.state() != "Owning" || !partition.has_unsealed_since_time()) continue;
      const absl::Duration age =
          es::FromProto(server.instance.time()) - es::FromProto(partition.unsealed_since_time());
      if (age <= 2 * interval + kSealPatience) continue;
      late = true;
      Problem("seal", server.address,
              fmt::format("{} has records that have stood unsealed for {:.0f} s; the interval is "
                          "{:.0f} s",
                          PartitionText(partition), absl::ToDoubleSeconds(age),
                          absl::ToDoubleSeconds(interval)),
              "see whether its log takes writes; docs/runbooks/append-failures.md");
    }
    if (!late)
      Fine("seal", server.address,
           fmt::format("sealed with the key {}, every {:.0f} s", server.instance.seal_key_id(),
                       absl::ToDoubleSeconds(interval)));
  }

  void Versions() {
    std::map<std::string, std::vector<std::string>> by_version;
    for (const Examination& server : servers_)
      if (server.status.ok()) by_version[server.instance.version()].push_back(server.address);
    if (by_version.size() < 2) return;
    std::vector<std::string> parts;
    for (const auto& [version, addresses] : by_version)
      parts.push_back(fmt::format("{}: {}", version, fmt::join(addresses, ", ")));
    Warn("version", "all", fmt::format("the servers differ: {}", fmt::join(parts, "; ")),
         "finish the upgrade or roll it back; charts/prihvat/UPGRADING.md");
  }

  const Examination* Answering(const std::string& instance, const std::string& service) const {
    for (const Examination& server : servers_) {
      if (!server.status.ok() || server.instance.instance() != instance) continue;
      const auto& hosted = server.instance.services();
      if (std::find(hosted.begin(), hosted.end(), service) != hosted.end()) return &server;
    }
    return nullptr;
  }

  // The claim that a partition's latest teller knows of, and who says to be the owner.
  struct Ownership {
    uint64_t term = 0;
    std::string instance;
    std::string address;
    std::vector<std::string> owning;
  };

  void Owners() {
    std::map<std::pair<std::string, int32_t>, Ownership> all;
    for (const Examination& server : servers_) {
      for (const admin::v1::Partition& partition : server.partitions) {
        Ownership& ownership = all[{partition.service(), partition.partition()}];
        if (partition.state() == "Owning") ownership.owning.push_back(server.address);
        if (partition.term() < ownership.term) continue;
        ownership.term = partition.term();
        ownership.instance = partition.owner_instance();
        ownership.address = partition.owner_address();
      }
    }
    size_t owned = 0;
    for (const auto& [key, ownership] : all)
      owned +=
          JudgeOwner(fmt::format("{}/{}", key.first, key.second), key.first, ownership) ? 1 : 0;
    if (!all.empty() && owned == all.size())
      Fine("owner", "all", fmt::format("each of {} partitions has one owner", owned));
  }

  bool JudgeOwner(const std::string& subject, const std::string& service,
                  const Ownership& ownership) {
    if (ownership.owning.size() == 1) return true;
    if (ownership.owning.size() > 1) {
      Warn("owner", subject,
           fmt::format("{} believe that they own it; the later claim counts and the log refuses "
                       "the other",
                       fmt::join(ownership.owning, ", ")),
           "look again in a moment; docs/runbooks/two-owners.md if it stays so");
      return false;
    }
    if (ownership.instance.empty()) {
      Problem("owner", subject, "nobody has ever claimed it: its commands are refused",
              "docs/runbooks/no-owner.md");
      return false;
    }
    const std::string claim = fmt::format("{} at {} claimed it last (term {})", ownership.instance,
                                          ownership.address, ownership.term);
    if (Answering(ownership.instance, service) == nullptr) {
      Problem("owner", subject, claim + ", and was not reached",
              "see whether that instance runs; a standby takes over in a few seconds where one "
              "does: docs/runbooks/no-owner.md");
    } else {
      Problem(
          "owner", subject, claim + ", and does not own it just now",
          "look again in a moment: it may be claiming; docs/runbooks/no-owner.md if it stays so");
    }
    return false;
  }

  void Services() {
    std::set<std::string> seen;
    for (const Examination& server : servers_)
      seen.insert(server.instance.services().begin(), server.instance.services().end());
    if (seen.empty()) return;  // nobody answered, which was said
    for (const std::string& service : AllServices()) {
      if (!seen.contains(service))
        Warn("service", service, "no server that was asked hosts it",
             "name one: --server procurement=host:port,handover=host:port,..., or --instance");
    }
  }

  const std::vector<Examination>& servers_;
  const absl::Time now_;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> JudgeServers(const std::vector<Examination>& servers, absl::Time now) {
  return Judge(servers, now).All();
}

}  // namespace prihvat::ctl
