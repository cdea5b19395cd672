// Vehicle identification numbers (ISO 3779; check digit as in 49 CFR 565 and GB 16735).
#pragma once

#include <string>
#include <string_view>

namespace prihvat::base {

// What is to be said about a VIN (INV13).
struct VinCheck {
  // 17 capital letters and digits without I, O and Q. What is not well formed is no VIN; `problem`
  // says why.
  bool well_formed = false;
  // Position 9 is the check digit of the others. Makers of most of the world put something else
  // there.
  bool check_digit_ok = false;
  // The maker's code (WMI) is of North America or China, where the check digit is binding.
  bool check_digit_binding = false;
  // Empty, or one sentence: why it is not well formed, or that the check digit is wrong.
  std::string problem;

  // Refuse the VIN. Well formed, check digit wrong, not binding: only a warning, so not refused.
  bool Refused() const { return !well_formed || (check_digit_binding && !check_digit_ok); }
  // Accept it, and show `problem`.
  bool Warned() const { return !Refused() && !check_digit_ok; }
};

// Judges `vin` as it is written: see NormalizedVin.
VinCheck CheckVin(std::string_view vin);

// The form to compare and store: without blanks around it, in capitals.
std::string NormalizedVin(std::string_view typed);

}  // namespace prihvat::base
