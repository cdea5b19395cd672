// What handover's journal says: which thing a received item became, who got it by which
// certificate, and where it is used.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/decimal.h"
#include "libs/base/money.h"
#include "libs/es/rows.h"
#include "prihvat/handover/v1/events.pb.h"
#include "services/reporting/views/centre_facts.h"
#include "services/reporting/views/facts.h"
#include "services/reporting/views/purchases.h"

namespace prihvat::reporting {

// A certificate in force.
struct CertificateFacts {
  std::string name;
  std::string number;
  std::string replaced;  // the name of the one that was in error; "" for none
  std::string recipient;
  absl::Time title_time;
  absl::CivilDay title_day;  // the local day of title_time
};

// One item of one certificate.
struct Transferred {
  std::string handover_case;  // of `certificates`
  handover::v1::HandedOverItem item;
  base::Decimal quantity;
  base::Money value;
  std::optional<base::Money> value_eur;  // as the certificate says; unset without a fixed rate
  std::vector<Use> uses;                 // in order of time; none for an institution
};

// A thing with a number of its own: its receipt's line and its numbers.
using SerialKey = std::tuple<std::string, int, std::string, std::string>;  // .., serial, VIN
// VINs are written in several ways, and are the same.
SerialKey KeyOfPiece(const std::string& receipt, int line_number, const std::string& serial,
                     const std::string& vin);

struct Transfers {
  std::map<std::string, CertificateFacts> certificates;  // by handover case
  std::map<SerialKey, std::string> assets;               // names
  std::map<ReceivedLineKey, std::string> lots;           // names
  std::vector<Transferred> transferred;                  // in the order of taking effect
  // Assets that were put into use, by whomever; and those of them that are not in use any more.
  std::set<std::string> put_into_use;
  std::set<std::string> out_of_use;
  // Where, of those without a certificate: the agency's own. No use where that is not at a centre.
  std::map<std::string, std::vector<Use>> own_uses;
};

absl::StatusOr<Transfers> ReadTransfers(const es::Rows& handovers, const std::string& operation,
                                        const absl::TimeZone& zone, const TimeCut& cut);

}  // namespace prihvat::reporting
