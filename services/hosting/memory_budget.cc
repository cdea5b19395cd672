#include "services/hosting/memory_budget.h"

#include <sys/sysinfo.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <vector>

namespace prihvat::hosting {
namespace {

constexpr int64_t kMib = int64_t{1} << 20;
constexpr int kDeepest = 64;  // groups within groups

// A number alone, in the first word of the file; 0 for "max", for a file that is not there, and for
// what is no number.
int64_t NumberIn(const std::filesystem::path& path) {
  std::ifstream in(path);
  int64_t number = 0;
  return in >> number && number > 0 ? number : 0;
}

void TakeTheLess(int64_t bytes, const std::filesystem::path& path, MemoryLimit& limit) {
  if (bytes == 0 || (limit.bytes != 0 && bytes >= limit.bytes)) return;
  limit = {bytes, path.string()};
}

// The file of the group at `path` below `root`, and those of the groups above it.
void LookUpwards(const std::filesystem::path& root, const std::filesystem::path& path,
                 const char* file, MemoryLimit& limit) {
  std::vector<std::filesystem::path> names;
  for (const auto& name : path.relative_path()) names.push_back(name);
  // Outside of what this process may see; its own group is what is mounted.
  if (std::find(names.begin(), names.end(), "..") != names.end() || names.size() > kDeepest)
    names.clear();
  std::filesystem::path folder = root;
  TakeTheLess(NumberIn(folder / file), folder / file, limit);
  for (const auto& name : names) {
    folder /= name;
    TakeTheLess(NumberIn(folder / file), folder / file, limit);
  }
}

bool Controls(const std::string& controllers, const std::string& wanted) {
  std::istringstream in(controllers);
  for (std::string one; std::getline(in, one, ',');) {
    if (one == wanted) return true;
  }
  return false;
}

size_t Share(int64_t bytes, size_t least_mib) {
  constexpr int64_t kMostMib = 1'048'576;  // as the options have it
  return static_cast<size_t>(
      std::clamp<int64_t>(bytes / kMib, static_cast<int64_t>(least_mib), kMostMib));
}

}  // namespace

int64_t MemoryOfMachine() {
  struct sysinfo info {};
  return sysinfo(&info) == 0 ? static_cast<int64_t>(info.totalram) * info.mem_unit : 0;
}

MemoryLimit LookAtMemory(const MemorySources& sources) {
  MemoryLimit limit;
  TakeTheLess(sources.machine_bytes, "the machine", limit);
  std::ifstream in(sources.groups_of_process);
  for (std::string line; std::getline(in, line);) {  // "4:memory:/path", of version 2 "0::/path"
    const size_t first = line.find(':');
    const size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::filesystem::path path = line.substr(second + 1);
    if (controllers.empty()) LookUpwards(sources.groups, path, "memory.max", limit);
    if (Controls(controllers, "memory"))
      LookUpwards(sources.groups / "memory", path, "memory.limit_in_bytes", limit);
  }
  return limit;
}

MemoryBudget BudgetOf(int64_t limit_bytes, size_t stores) {
  const auto count = static_cast<int64_t>(std::max<size_t>(stores, 1));
  return {.store_cache_mib = Share(limit_bytes / 10 * 4 / count, 8),
          .call_memory_mib = Share(limit_bytes / 4, 16)};
}

}  // namespace prihvat::hosting
