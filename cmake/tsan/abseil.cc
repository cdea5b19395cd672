// Part of every program that is built with ThreadSanitizer, and of nothing else: tells it of the
// order that Abseil's locks and counts make. Debian's Abseil is not built for it, so that it would
// call each use of what an absl::Mutex guards a race. The functions stand before those of the
// shared library, which they call, for gRPC and all other libraries too.
#include <dlfcn.h>
#include <sanitizer/tsan_interface.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>

#include "absl/status/status.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"

extern "C" {
void AnnotateIgnoreReadsBegin(const char* file, int line);
void AnnotateIgnoreReadsEnd(const char* file, int line);

// RocksDB hands memory from thread to thread by atomic counts of its own, which are not seen: one
// thread compares a key in a block, another one frees the block after the last count.
const char* __tsan_default_suppressions() { return "race:librocksdb.so\n"; }
}

namespace {

// The library's function of that name.
template <class Function>
Function Real(const char* symbol) {
  void* found = dlsym(RTLD_NEXT, symbol);
  if (found == nullptr) std::abort();
  return reinterpret_cast<Function>(found);
}

void* At(const void* address) { return const_cast<void*>(address); }

// Whoever unlocks or waits looks at the conditions of others as well, still holding the lock, which
// has been told to be free by then: what it reads there is no race.
class ConditionsOfOthers {
 public:
  ConditionsOfOthers() { AnnotateIgnoreReadsBegin(__FILE__, __LINE__); }
  ~ConditionsOfOthers() { AnnotateIgnoreReadsEnd(__FILE__, __LINE__); }
};

// `call` lets go of the lock and has it again when it returns.
template <class Call>
auto Waiting(const void* mutex, const Call& call) {
  __tsan_release(At(mutex));
  const auto result = [&] {
    const ConditionsOfOthers ignored;
    return call();
  }();
  __tsan_acquire(At(mutex));
  return result;
}

// `call` returns with the lock.
template <class Call>
auto Locking(const void* mutex, const Call& call) {
  const auto result = [&] {
    const ConditionsOfOthers ignored;
    return call();
  }();
  __tsan_acquire(At(mutex));
  return result;
}

}  // namespace

namespace absl {
ABSL_NAMESPACE_BEGIN

#define REAL(type, symbol) static const auto real = Real<type>("_ZN4absl7debian3" symbol)

void Mutex::Lock() {
  REAL(void (*)(Mutex*), "5Mutex4LockEv");
  real(this);
  __tsan_acquire(this);
}
void Mutex::Unlock() {
  REAL(void (*)(Mutex*), "5Mutex6UnlockEv");
  __tsan_release(this);
  const ConditionsOfOthers ignored;
  real(this);
}
bool Mutex::TryLock() {
  REAL(bool (*)(Mutex*), "5Mutex7TryLockEv");
  const bool locked = real(this);
  if (locked) __tsan_acquire(this);
  return locked;
}
void Mutex::ReaderLock() {
  REAL(void (*)(Mutex*), "5Mutex10ReaderLockEv");
  real(this);
  __tsan_acquire(this);
}
void Mutex::ReaderUnlock() {
  REAL(void (*)(Mutex*), "5Mutex12ReaderUnlockEv");
  __tsan_release(this);
  const ConditionsOfOthers ignored;
  real(this);
}
bool Mutex::ReaderTryLock() {
  REAL(bool (*)(Mutex*), "5Mutex13ReaderTryLockEv");
  const bool locked = real(this);
  if (locked) __tsan_acquire(this);
  return locked;
}
void Mutex::LockWhen(const Condition& condition) {
  REAL(void (*)(Mutex*, const Condition&), "5Mutex8LockWhenERKNS0_9ConditionE");
  Locking(this, [&] { return real(this, condition), 0; });
}
bool Mutex::LockWhenWithTimeout(const Condition& condition, Duration timeout) {
  REAL(bool (*)(Mutex*, const Condition&, Duration),
       "5Mutex19LockWhenWithTimeoutERKNS0_9ConditionENS0_8DurationE");
  return Locking(this, [&] { return real(this, condition, timeout); });
}
bool Mutex::LockWhenWithDeadline(const Condition& condition, Time deadline) {
  REAL(bool (*)(Mutex*, const Condition&, Time),
       "5Mutex20LockWhenWithDeadlineERKNS0_9ConditionENS0_4TimeE");
  return Locking(this, [&] { return real(this, condition, deadline); });
}
void Mutex::Await(const Condition& condition) {
  REAL(void (*)(Mutex*, const Condition&), "5Mutex5AwaitERKNS0_9ConditionE");
  Waiting(this, [&] { return real(this, condition), 0; });
}
bool Mutex::AwaitWithTimeout(const Condition& condition, Duration timeout) {
  REAL(bool (*)(Mutex*, const Condition&, Duration),
       "5Mutex16AwaitWithTimeoutERKNS0_9ConditionENS0_8DurationE");
  return Waiting(this, [&] { return real(this, condition, timeout); });
}
bool Mutex::AwaitWithDeadline(const Condition& condition, Time deadline) {
  REAL(bool (*)(Mutex*, const Condition&, Time),
       "5Mutex17AwaitWithDeadlineERKNS0_9ConditionENS0_4TimeE");
  return Waiting(this, [&] { return real(this, condition, deadline); });
}

void CondVar::Wait(Mutex* mutex) {
  REAL(void (*)(CondVar*, Mutex*), "7CondVar4WaitEPNS0_5MutexE");
  Waiting(mutex, [&] { return real(this, mutex), 0; });
}
bool CondVar::WaitWithTimeout(Mutex* mutex, Duration timeout) {
  REAL(bool (*)(CondVar*, Mutex*, Duration),
       "7CondVar15WaitWithTimeoutEPNS0_5MutexENS0_8DurationE");
  return Waiting(mutex, [&] { return real(this, mutex, timeout); });
}
bool CondVar::WaitWithDeadline(Mutex* mutex, Time deadline) {
  REAL(bool (*)(CondVar*, Mutex*, Time), "7CondVar16WaitWithDeadlineEPNS0_5MutexENS0_4TimeE");
  return Waiting(mutex, [&] { return real(this, mutex, deadline); });
}

// At the address that HasBeenNotified, which is inline, reads.
void Notification::Notify() {
  REAL(void (*)(Notification*), "12Notification6NotifyEv");
  __tsan_release(&notified_yet_);
  real(this);
}

// Counted here, where it is seen: who deletes comes after all who have let go.
void Status::UnrefNonInlined(uintptr_t rep) {
  status_internal::StatusRep* const shared = RepToPointer(rep);
  if (shared->ref.fetch_sub(1, std::memory_order_acq_rel) == 1) delete shared;
}

bool BlockingCounter::DecrementCount() {
  REAL(bool (*)(BlockingCounter*), "15BlockingCounter14DecrementCountEv");
  __tsan_release(this);
  return real(this);
}
void BlockingCounter::Wait() {
  REAL(void (*)(BlockingCounter*), "15BlockingCounter4WaitEv");
  real(this);
  __tsan_acquire(this);
}

#undef REAL
#define REAL(type, symbol) static const auto real = Real<type>("_ZNK4absl7debian3" symbol)

void Notification::WaitForNotification() const {
  REAL(void (*)(const Notification*), "12Notification19WaitForNotificationEv");
  real(this);
  __tsan_acquire(At(&notified_yet_));
}
bool Notification::WaitForNotificationWithTimeout(Duration timeout) const {
  REAL(bool (*)(const Notification*, Duration),
       "12Notification30WaitForNotificationWithTimeoutENS0_8DurationE");
  const bool notified = real(this, timeout);
  if (notified) __tsan_acquire(At(&notified_yet_));
  return notified;
}
bool Notification::WaitForNotificationWithDeadline(Time deadline) const {
  REAL(bool (*)(const Notification*, Time),
       "12Notification31WaitForNotificationWithDeadlineENS0_4TimeE");
  const bool notified = real(this, deadline);
  if (notified) __tsan_acquire(At(&notified_yet_));
  return notified;
}
#undef REAL

ABSL_NAMESPACE_END
}  // namespace absl
