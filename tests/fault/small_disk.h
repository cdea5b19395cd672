// A disk that a test can fill.
#pragma once

#include <sys/mount.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "fmt/format.h"

namespace prihvat::fault {

// A file system in memory over a directory that is there. Only root may have one: see mounted().
class SmallDisk {
 public:
  SmallDisk(const std::filesystem::path& at, int mib) : at_(at) {
    mounted_ = mount("tmpfs", at_.c_str(), "tmpfs", 0, fmt::format("size={}m", mib).c_str()) == 0;
  }
  ~SmallDisk() {
    if (mounted_) umount2(at_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  bool mounted() const { return mounted_; }
  bool MakeReadOnly() {
    return mount("tmpfs", at_.c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, nullptr) == 0;
  }
  // Takes its last byte, until Empty.
  void Fill() {
    std::ofstream ballast(Ballast(), std::ios::binary);
    const std::string page(4096, 'x');
    while ((ballast << page).flush()) {
    }
  }
  void Empty() { std::filesystem::remove(Ballast()); }

 private:
  std::filesystem::path Ballast() const { return at_ / "ballast"; }

  const std::filesystem::path at_;
  bool mounted_ = false;
};

}  // namespace prihvat::fault
