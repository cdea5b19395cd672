#include "libs/event_log/seal.h"

#include <sodium.h>

#include <algorithm>
#include <map>

#include "absl/memory/memory.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/digest.h"

namespace prihvat::event_log {
namespace {

constexpr char kSealTitle[] = "prihvat seal 1";
constexpr char kKeyTitle[] = "prihvat seal key 1";
constexpr size_t kPublicKeyBytes = crypto_sign_PUBLICKEYBYTES;

std::string Hex(std::string_view bytes) {
  return absl::BytesToHexString(absl::string_view(bytes.data(), bytes.size()));
}

// `bytes` bytes from that many pairs of small hexadecimal digits; one value has one text.
bool ReadHex(std::string_view text, size_t bytes, std::string* out) {
  if (text.size() != 2 * bytes) return false;
  const bool digits = std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  });
  if (digits) *out = absl::HexStringToBytes(absl::string_view(text.data(), text.size()));
  return digits;
}

int64_t MicrosOf(const google::protobuf::Timestamp& time) {
  return time.seconds() * 1'000'000 + time.nanos() / 1'000;
}

std::vector<std::string> Lines(std::string_view text) {
  return absl::StrSplit(absl::string_view(text.data(), text.size()), '\n');
}

bool ReadTime(const std::string& text, absl::Time* time) {
  if (text == "-") return true;  // as it is
  std::string error;
  return absl::ParseTime(absl::RFC3339_full, text, time, &error);
}

std::string TimeText(absl::Time time) {
  if (time == absl::InfinitePast() || time == absl::InfiniteFuture()) return "-";
  return absl::FormatTime("%Y-%m-%d%ET%H:%M:%E*SZ", time, absl::UTCTimeZone());
}

// One line of a seal's text into its field.
bool SetField(const std::string& name, const std::string& value, log::v1::Seal& seal) {
  int64_t number = 0;
  const bool is_number = absl::SimpleAtoi(value, &number) && absl::StrCat(number) == value;
  const auto bytes = [&value](size_t size, std::string* into) {
    return ReadHex(value, size, into);
  };
  if (name == "topic") {
    seal.set_topic(value);
    return !value.empty();
  }
  if (name == "log") return bytes(16, seal.mutable_log_id());
  if (name == "claim") return bytes(16, seal.mutable_claim_id());
  if (name == "chain") return bytes(32, seal.mutable_previous_chain());
  if (name == "voids") return bytes(32, seal.mutable_void_digest());
  if (name == "key") return bytes(kSealKeyIdBytes, seal.mutable_key_id());
  if (name == "signature") return bytes(kSealSignatureBytes, seal.mutable_signature());
  if (!is_number) return false;
  if (name == "partition") seal.set_partition(static_cast<int32_t>(number));
  if (name == "term") seal.set_term(static_cast<uint64_t>(number));
  if (name == "first-offset") seal.set_first_offset(number);
  if (name == "last-offset") seal.set_last_offset(number);
  if (name == "recorded-at-us") {
    seal.mutable_recorded_at()->set_seconds(number / 1'000'000);
    seal.mutable_recorded_at()->set_nanos(static_cast<int32_t>(number % 1'000'000) * 1000);
  }
  return true;  // an unknown name fails where the text is compared
}

}  // namespace

std::string SealText(const log::v1::Seal& seal) {
  return absl::StrCat(kSealTitle, "\ntopic ", seal.topic(), "\npartition ", seal.partition(),
                      "\nlog ", Hex(seal.log_id()), "\nterm ", seal.term(), "\nclaim ",
                      Hex(seal.claim_id()), "\nfirst-offset ", seal.first_offset(),
                      "\nlast-offset ", seal.last_offset(), "\nchain ", Hex(seal.previous_chain()),
                      "\nvoids ", Hex(seal.void_digest()), "\nrecorded-at-us ",
                      MicrosOf(seal.recorded_at()), "\nkey ", Hex(seal.key_id()), "\n");
}

std::string SealFileText(const log::v1::Seal& seal) {
  return absl::StrCat(SealText(seal), "signature ", Hex(seal.signature()), "\n");
}

absl::StatusOr<std::vector<log::v1::Seal>> ParseSeals(std::string_view text) {
  std::vector<log::v1::Seal> seals;
  std::string own;  // of the seal that is being read
  int number = 0;
  for (const std::string& line : Lines(text)) {
    ++number;
    if (line.empty()) continue;
    if (line == kSealTitle) {
      seals.emplace_back();
      own.clear();
    }
    const std::vector<std::string> words = absl::StrSplit(line, absl::MaxSplits(' ', 1));
    if (seals.empty() || words.size() != 2 ||
        (line != kSealTitle && !SetField(words[0], words[1], seals.back()))) {
      return absl::InvalidArgumentError(
          absl::StrCat("line ", number, " is no line of a seal: ", line));
    }
    absl::StrAppend(&own, line, "\n");
    // Written as it would be written: nothing else has stood in it.
    if (words[0] == "signature" && own != SealFileText(seals.back())) {
      return absl::InvalidArgumentError(
          absl::StrCat("the seal that ends in line ", number, " is not as a seal is written"));
    }
  }
  for (const log::v1::Seal& seal : seals) {
    if (seal.signature().empty())
      return absl::InvalidArgumentError(
          absl::StrCat("a seal of ", seal.topic(), "/", seal.partition(), " has no signature"));
  }
  return seals;
}

std::string SealKeyId(std::string_view public_key) {
  return base::Sha256Bytes(public_key).substr(0, kSealKeyIdBytes);
}

std::unique_ptr<SealSigner> SealSigner::Generate() {
  auto signer = absl::WrapUnique(new SealSigner());
  randombytes_buf(signer->seed_.data(), signer->seed_.size());
  signer->Derive();
  return signer;
}

absl::StatusOr<std::unique_ptr<SealSigner>> SealSigner::Parse(std::string_view text) {
  std::vector<std::string> lines = Lines(text);
  if (!lines.empty() && lines.back().empty()) lines.pop_back();
  const auto value = [&lines](size_t line, absl::string_view name) {
    return lines.size() > line && absl::StartsWith(lines[line], name)
               ? std::string_view(lines[line]).substr(name.size())
               : std::string_view();
  };
  auto signer = absl::WrapUnique(new SealSigner());
  std::string id, seed;
  const bool read = lines.size() == 3 && lines[0] == kKeyTitle &&
                    ReadHex(value(1, "id "), kSealKeyIdBytes, &id) &&
                    ReadHex(value(2, "secret "), signer->seed_.size(), &seed);
  for (std::string& line : lines) sodium_memzero(line.data(), line.size());
  if (!read) {
    return absl::InvalidArgumentError(absl::StrCat(
        "it is no key for seals: three lines, '", kKeyTitle,
        "', 'id' with 16 and 'secret' with 64 small hexadecimal digits, as prihvatctl keys "
        "generate writes them"));
  }
  std::copy(seed.begin(), seed.end(), signer->seed_.begin());
  sodium_memzero(seed.data(), seed.size());
  signer->Derive();
  if (signer->key_id_ != id) {
    return absl::InvalidArgumentError(
        absl::StrCat("its id is ", Hex(id), ", but its secret is that of ", Hex(signer->key_id_)));
  }
  return signer;
}

void SealSigner::Derive() {
  std::array<unsigned char, kPublicKeyBytes> public_key{};
  crypto_sign_seed_keypair(public_key.data(), secret_.data(), seed_.data());
  public_key_.assign(public_key.begin(), public_key.end());
  key_id_ = SealKeyId(public_key_);
}

SealSigner::~SealSigner() {
  sodium_memzero(seed_.data(), seed_.size());
  sodium_memzero(secret_.data(), secret_.size());
}

void SealSigner::Sign(log::v1::Seal& seal) const {
  seal.set_key_id(key_id_);
  seal.set_signature(SignText(SealText(seal)));
}

std::string SealSigner::SignText(std::string_view text) const {
  std::array<unsigned char, kSealSignatureBytes> signature{};
  crypto_sign_detached(signature.data(), nullptr,
                       reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                       secret_.data());
  return {signature.begin(), signature.end()};
}

std::string SealSigner::FileText() const {
  return absl::StrCat(
      kKeyTitle, "\nid ", Hex(key_id_), "\nsecret ",
      Hex(std::string_view(reinterpret_cast<const char*>(seed_.data()), seed_.size())), "\n");
}

absl::StatusOr<TrustedKeys> TrustedKeys::Parse(std::string_view text) {
  TrustedKeys trusted;
  int number = 0;
  for (const std::string& whole : Lines(text)) {
    ++number;
    const std::string line(absl::StripAsciiWhitespace(whole.substr(0, whole.find('#'))));
    if (line.empty()) continue;
    const auto wrong = [&](absl::string_view what) {
      return absl::InvalidArgumentError(absl::StrCat("line ", number, ": ", what));
    };
    const std::vector<std::string> words = absl::StrSplit(line, ' ', absl::SkipEmpty());
    TrustedKey key;
    if (words.size() != 7 || words[1] != "ed25519" || words[3] != "from" || words[5] != "until" ||
        !ReadHex(words[0], kSealKeyIdBytes, &key.key_id) ||
        !ReadHex(words[2], kPublicKeyBytes, &key.public_key) || !ReadTime(words[4], &key.from) ||
        !ReadTime(words[6], &key.until)) {
      return wrong(
          "it is not KEY-ID ed25519 PUBLIC-KEY from TIME until TIME, with times in RFC 3339 or -");
    }
    if (SealKeyId(key.public_key) != key.key_id)
      return wrong("the id is not that of the public key");
    if (key.from >= key.until) return wrong("it is trusted until before it is trusted from");
    for (const TrustedKey& other : trusted.keys_) {
      if (other.key_id == key.key_id) return wrong("the key stands there twice");
    }
    trusted.keys_.push_back(std::move(key));
  }
  return trusted;
}

std::string TrustedKeys::LineOf(const TrustedKey& key) {
  return absl::StrCat(Hex(key.key_id), " ed25519 ", Hex(key.public_key), " from ",
                      TimeText(key.from), " until ", TimeText(key.until), "\n");
}

absl::Status TrustedKeys::Check(const log::v1::Seal& seal) const {
  return CheckText(SealText(seal), seal.key_id(), seal.signature(),
                   absl::FromUnixMicros(MicrosOf(seal.recorded_at())));
}

absl::Status TrustedKeys::CheckText(std::string_view text, std::string_view key_id,
                                    std::string_view signature, absl::Time at) const {
  const auto key = std::find_if(keys_.begin(), keys_.end(), [&](const TrustedKey& trusted) {
    return trusted.key_id == key_id;
  });
  if (key == keys_.end()) {
    return absl::NotFoundError(
        absl::StrCat("its key ", Hex(key_id), " is not among the trusted ones"));
  }
  const bool signed_by_key =
      signature.size() == kSealSignatureBytes &&
      crypto_sign_verify_detached(reinterpret_cast<const unsigned char*>(signature.data()),
                                  reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                                  reinterpret_cast<const unsigned char*>(key->public_key.data())) ==
          0;
  if (!signed_by_key) {
    return absl::DataLossError(
        absl::StrCat("its signature is not one of key ", Hex(key->key_id), " under what it says"));
  }
  if (at < key->from || at >= key->until) {
    return absl::FailedPreconditionError(
        absl::StrCat("it is of ", TimeText(at), ", and its key ", Hex(key->key_id),
                     " is trusted from ", TimeText(key->from), " until ", TimeText(key->until)));
  }
  return absl::OkStatus();
}

}  // namespace prihvat::event_log
