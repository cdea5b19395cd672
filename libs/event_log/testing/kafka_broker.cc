#include "libs/event_log/testing/kafka_broker.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <vector>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "libs/event_log/kafka/handles.h"

namespace prihvat::event_log::testing {
namespace {

constexpr int kControllerPortOffset = 100;  // as kafka-up.sh has it
constexpr int kAskMs = 10'000;
constexpr absl::Duration kStopPatience = absl::Seconds(30);

std::string ScriptFolder() {
  const char* folder = std::getenv("PRIHVAT_KAFKA_SCRIPTS");
  return folder != nullptr ? folder : PRIHVAT_KAFKA_SCRIPTS_DEFAULT;
}

bool IsFree(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool free = bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  close(fd);
  return free;
}

// The first of `nodes` ports in a row, with those of their controllers and lines, below the range
// that the kernel hands out.
absl::StatusOr<int> FreePorts(int nodes, int lines) {
  std::random_device random;
  for (int attempt = 0; attempt < 200; ++attempt) {
    const int port = std::uniform_int_distribution<int>(20'000, 32'000)(random);
    bool free = true;
    for (int i = 0; i < nodes; ++i)
      free = free && IsFree(port + i) && IsFree(port + kControllerPortOffset + i);
    for (int i = 10; i < 10 * (lines + 1); ++i) free = free && IsFree(port + i);
    if (free) return port;
  }
  return absl::UnavailableError("no free ports for Kafka");
}

std::string Slurp(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// Runs a script to its end; its standard output. The error carries what it wrote to standard error.
absl::StatusOr<std::string> RunScript(const std::string& name, std::vector<std::string> arguments,
                                      const std::string& output) {
  const std::string script = absl::StrCat(ScriptFolder(), "/", name);
  if (!std::filesystem::exists(script))
    return absl::NotFoundError(absl::StrCat("no script ", script));
  arguments.insert(arguments.begin(), {"bash", script});
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  const std::string out = output + ".out", err = output + ".err";
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out.c_str(),
                                   O_CREAT | O_TRUNC | O_WRONLY, 0600);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, err.c_str(),
                                   O_CREAT | O_TRUNC | O_WRONLY, 0600);
  pid_t pid = 0;
  const int spawned = posix_spawnp(&pid, "bash", &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (spawned != 0) return absl::InternalError(absl::StrCat("cannot run bash for ", script));
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  const std::string said = Slurp(out), complained = Slurp(err);
  std::filesystem::remove(out);
  std::filesystem::remove(err);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    return absl::UnavailableError(absl::StrCat(script, " failed: ", complained));
  }
  return said;
}

// Whether `pid` is one of Kafka's processes, still running.
bool IsKafka(pid_t pid) {
  return Slurp(absl::StrCat("/proc/", pid, "/cmdline")).find("kafka.Kafka") != std::string::npos;
}

}  // namespace

absl::StatusOr<std::unique_ptr<KafkaBroker>> KafkaBroker::Start(int nodes, int lines) {
  static std::atomic<int> counter = 0;
  const absl::StatusOr<int> port = FreePorts(nodes, lines);
  if (!port.ok()) return port.status();
  const std::string directory = (std::filesystem::temp_directory_path() /
                                 absl::StrCat("prihvat_kafka_", getpid(), "_", counter++))
                                    .string();
  std::filesystem::remove_all(directory);
  auto broker = absl::WrapUnique(new KafkaBroker(directory, *port, nodes, lines));
  if (absl::Status up = broker->Up(); !up.ok()) return up;
  return broker;
}

KafkaBroker::~KafkaBroker() {
  (void)RunScript("kafka-down.sh", {directory_, "--wipe"}, directory_);
}

absl::Status KafkaBroker::Up() {
  const auto said = RunScript(
      "kafka-up.sh", {directory_, absl::StrCat(port_), absl::StrCat(nodes_), absl::StrCat(lines_)},
      directory_);
  if (!said.ok()) return said.status();
  bootstrap_ = "";
  for (int i = 0; i < nodes_; ++i)
    absl::StrAppend(&bootstrap_, i == 0 ? "" : ",", "127.0.0.1:", port_ + i);
  return absl::OkStatus();
}

absl::StatusOr<int> KafkaBroker::PidOf(int node) const {
  const std::string pid_file = absl::StrCat(directory_, "/node", node, "/pid");
  const pid_t pid = static_cast<pid_t>(std::atoi(Slurp(pid_file).c_str()));
  if (pid <= 1 || !IsKafka(pid))
    return absl::FailedPreconditionError(absl::StrCat("node ", node, " does not run"));
  return pid;
}

absl::Status KafkaBroker::PauseNode(int node) {
  const absl::StatusOr<int> pid = PidOf(node);
  if (pid.ok()) kill(*pid, SIGSTOP);
  return pid.status();
}

absl::Status KafkaBroker::ResumeNode(int node) {
  const absl::StatusOr<int> pid = PidOf(node);
  if (pid.ok()) kill(*pid, SIGCONT);
  return pid.status();
}

absl::StatusOr<int> KafkaBroker::LeaderOf(const TopicPartition& tp) const {
  auto conf = kafka::MakeConf({{"bootstrap.servers", bootstrap_}});
  if (!conf.ok()) return conf.status();
  const auto client = kafka::MakeClient(RD_KAFKA_PRODUCER, *std::move(conf));
  if (!client.ok()) return client.status();
  const auto topic = kafka::MakeTopic(client->get(), tp.topic);
  if (!topic.ok()) return topic.status();
  const rd_kafka_metadata_t* raw = nullptr;
  const auto error = rd_kafka_metadata(client->get(), 0, topic->get(), &raw, kAskMs);
  const kafka::Metadata metadata(raw);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return kafka::ToStatus(error, "metadata");
  for (int i = 0; i < metadata->topics[0].partition_cnt; ++i) {
    const rd_kafka_metadata_partition_t& partition = metadata->topics[0].partitions[i];
    if (partition.id == tp.partition && partition.leader >= 0) return partition.leader;
  }
  return absl::UnavailableError(absl::StrCat(ToString(tp), " has no leader"));
}

absl::Status KafkaBroker::RemoveTopics() {
  auto conf = kafka::MakeConf({{"bootstrap.servers", bootstrap_}});
  if (!conf.ok()) return conf.status();
  const auto client = kafka::MakeClient(RD_KAFKA_PRODUCER, *std::move(conf));
  if (!client.ok()) return client.status();
  const absl::Time give_up = absl::Now() + kStopPatience;
  while (absl::Now() < give_up) {
    const rd_kafka_metadata_t* raw = nullptr;
    const auto error = rd_kafka_metadata(client->get(), 1, nullptr, &raw, kAskMs);
    const kafka::Metadata metadata(raw);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return kafka::ToStatus(error, "metadata");
    std::vector<rd_kafka_DeleteTopic_t*> all;
    for (int i = 0; i < metadata->topic_cnt; ++i)
      all.push_back(rd_kafka_DeleteTopic_new(metadata->topics[i].topic));
    if (all.empty()) return absl::OkStatus();
    const kafka::Queue answers(rd_kafka_queue_new(client->get()));
    rd_kafka_DeleteTopics(client->get(), all.data(), all.size(), nullptr, answers.get());
    const kafka::Event answer(rd_kafka_queue_poll(answers.get(), kAskMs));
    rd_kafka_DeleteTopic_destroy_array(all.data(), all.size());
    if (answer == nullptr) return absl::DeadlineExceededError("topics are not removed");
  }
  return absl::DeadlineExceededError("topics are there though they were removed");
}

absl::Status KafkaBroker::StopNode(int node) {
  const absl::StatusOr<int> found = PidOf(node);
  if (!found.ok()) return found.status();
  const pid_t pid = *found;
  kill(pid, SIGKILL);
  const absl::Time give_up = absl::Now() + kStopPatience;
  while (IsKafka(pid)) {
    if (absl::Now() > give_up)
      return absl::DeadlineExceededError(absl::StrCat("node ", node, " does not end"));
    absl::SleepFor(absl::Milliseconds(10));
  }
  return absl::OkStatus();
}

absl::Status KafkaBroker::StartNode(int node) {
  if (node < 1 || node > nodes_) return absl::InvalidArgumentError(absl::StrCat("no node ", node));
  return Up();
}

}  // namespace prihvat::event_log::testing
