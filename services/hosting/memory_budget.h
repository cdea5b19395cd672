// How much memory a program may take, and what stores and calls get of it where they were told
// `auto`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

namespace prihvat::hosting {

// As the kernel says; by a call, since /proc/meminfo may be hidden from a service.
int64_t MemoryOfMachine();

// Who tells of memory; others in a test.
struct MemorySources {
  std::filesystem::path groups_of_process = "/proc/self/cgroup";
  std::filesystem::path groups = "/sys/fs/cgroup";
  int64_t machine_bytes = MemoryOfMachine();
};

struct MemoryLimit {
  int64_t bytes = 0;    // 0: nothing tells of one
  std::string told_by;  // the file that has it; "the machine"
};

// The least of what the machine has and what the process's control group and those above it may
// take (version 1: memory.limit_in_bytes, version 2: memory.max). Within a container the group's
// path may be one that only the host has: then that which is mounted counts.
MemoryLimit LookAtMemory(const MemorySources& sources = {});

struct MemoryBudget {
  size_t store_cache_mib = 0;  // of each store
  size_t call_memory_mib = 0;
};

// Four tenths of the limit for the stores together and a quarter for calls, as the chart has it;
// never less nor more than the options may be given, whatever the limit is.
MemoryBudget BudgetOf(int64_t limit_bytes, size_t stores);

}  // namespace prihvat::hosting
