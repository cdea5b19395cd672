#include "libs/base/random.h"

#include <sodium.h>

#include <array>
#include <bit>
#include <utility>

#include "libs/base/check.h"

namespace prihvat::base {

uint64_t Random::Uniform(uint64_t bound) {
  PRIHVAT_CHECK(bound > 0, "there is no number below 0");
  // 2^64 mod bound numbers at the low end would make some results likelier than others.
  const uint64_t unfair = (0 - bound) % bound;
  uint64_t number = Next();
  while (number < unfair) number = Next();
  return number % bound;
}

std::string Random::Bytes(size_t count) {
  std::string bytes;
  bytes.reserve(count);
  while (bytes.size() < count) {
    uint64_t number = Next();
    for (int i = 0; i < 8 && bytes.size() < count; ++i, number >>= 8) {
      bytes.push_back(static_cast<char>(number & 0xff));
    }
  }
  return bytes;
}

SeededRandom::SeededRandom(uint64_t seed) {
  for (uint64_t& word : state_) {
    seed += 0x9e3779b97f4a7c15;
    uint64_t mixed = seed;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    word = mixed ^ (mixed >> 31);
  }
}

uint64_t SeededRandom::Next() {
  const uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

SystemRandom::SystemRandom() {
  PRIHVAT_CHECK(sodium_init() >= 0, "libsodium finds the system's randomness");
}

uint64_t SystemRandom::Next() {
  // The kernel is asked for many at once; no process here forks and goes on.
  constexpr size_t kNumbers = 64;
  thread_local std::array<uint64_t, kNumbers> numbers;
  thread_local size_t left = 0;
  if (left == 0) {
    randombytes_buf(numbers.data(), sizeof numbers);
    left = kNumbers;
  }
  return std::exchange(numbers[--left], 0);
}

}  // namespace prihvat::base
