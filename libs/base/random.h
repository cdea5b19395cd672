// The seam for randomness.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace prihvat::base {

// A source of random numbers. Threads: as the implementation says.
class Random {
 public:
  virtual ~Random() = default;

  // 64 bits, each as likely 0 as 1.
  virtual uint64_t Next() = 0;

  // 0 .. bound-1, each as likely as any other. bound > 0 (CHECKed).
  uint64_t Uniform(uint64_t bound);
  // `count` random bytes.
  std::string Bytes(size_t count);
};

// The same numbers for the same seed, on every machine and for ever (xoshiro256**, seeded by
// splitmix64): for tests and simulations, which print the seed. Not for secrets. One thread at a
// time.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(uint64_t seed);
  uint64_t Next() override;

 private:
  std::array<uint64_t, 4> state_;
};

// The operating system's randomness, through libsodium. Any thread. Aborts when the system has
// none.
class SystemRandom final : public Random {
 public:
  SystemRandom();
  uint64_t Next() override;
};

}  // namespace prihvat::base
