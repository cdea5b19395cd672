#include "libs/testkit/store_disk.h"

#include <algorithm>
#include <atomic>
#include <utility>

namespace prihvat::testkit {
namespace {

constexpr int64_t kPlenty = int64_t{1} << 40;

}  // namespace

class StoreDisk::Files : public rocksdb::FileSystemWrapper {
 public:
  explicit Files(const std::shared_ptr<rocksdb::FileSystem>& memory) : FileSystemWrapper(memory) {}
  const char* Name() const override { return "StoreDisk"; }

  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* result,
                                    rocksdb::IODebugContext* dbg) override {
    // What RocksDB writes there, and reads back to see whether it is right, is for people: half of
    // what it takes to open a store. It goes on without.
    if (path.find("/OPTIONS-") != std::string::npos)
      return rocksdb::IOStatus::NotSupported("no file of options");
    std::unique_ptr<rocksdb::FSWritableFile> file;
    rocksdb::IOStatus status = FileSystemWrapper::NewWritableFile(path, options, &file, dbg);
    if (status.ok()) *result = std::make_unique<File>(*this, std::move(file));
    return status;
  }

  rocksdb::IOStatus GetFreeSpace(const std::string& /*path*/, const rocksdb::IOOptions& /*options*/,
                                 uint64_t* left, rocksdb::IODebugContext* /*dbg*/) override {
    *left = static_cast<uint64_t>(left_.load());
    return rocksdb::IOStatus::OK();
  }

  std::atomic<int64_t> left_ = kPlenty;  // set by the maker's thread alone, looked at by RocksDB's
  bool broken_ = false;                  // the maker's thread
  const std::thread::id maker_ = std::this_thread::get_id();

 private:
  class File : public rocksdb::FSWritableFileOwnerWrapper {
   public:
    File(Files& files, std::unique_ptr<rocksdb::FSWritableFile> file)
        : FSWritableFileOwnerWrapper(std::move(file)), files_(files) {}
    using FSWritableFileOwnerWrapper::Append;
    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* dbg) override {
      if (std::this_thread::get_id() != files_.maker_)
        return FSWritableFileOwnerWrapper::Append(data, options, dbg);
      if (files_.broken_) return rocksdb::IOStatus::IOError("the simulated disk is broken");
      const auto size = static_cast<int64_t>(data.size());
      const int64_t taken = std::min(size, files_.left_.load());
      if (files_.left_ < kPlenty) files_.left_ -= taken;
      rocksdb::IOStatus status = FSWritableFileOwnerWrapper::Append(
          rocksdb::Slice(data.data(), static_cast<size_t>(taken)), options, dbg);
      if (!status.ok() || taken == size) return status;
      return rocksdb::IOStatus::NoSpace("the simulated disk is full");
    }

   private:
    Files& files_;  // outlives its files
  };
};

StoreDisk::StoreDisk()
    : memory_(rocksdb::NewMemEnv(rocksdb::Env::Default())),
      files_(std::make_shared<Files>(memory_->GetFileSystem())),
      env_(rocksdb::NewCompositeEnv(files_)) {}

StoreDisk::~StoreDisk() = default;

void StoreDisk::Fill(int64_t left) { files_->left_ = std::min(left, kPlenty - 1); }
void StoreDisk::Empty() { files_->left_ = kPlenty; }
bool StoreDisk::full() const { return files_->left_ < kPlenty; }
void StoreDisk::Break() { files_->broken_ = true; }
void StoreDisk::Mend() { files_->broken_ = false; }
bool StoreDisk::broken() const { return files_->broken_; }

}  // namespace prihvat::testkit
