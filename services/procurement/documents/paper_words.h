// How procurement's papers say what they all say: days, amounts, names, pieces. For documents/
// only.
#pragma once

#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "google/protobuf/timestamp.pb.h"
#include "libs/documents/form.h"
#include "services/procurement/documents/papers.h"
#include "services/procurement/domain/ids.h"

namespace prihvat::procurement {

absl::CivilDay DayIn(const google::protobuf::Timestamp& time, const PaperContext& context);
std::string DateText(const google::protobuf::Timestamp& time, const PaperContext& context);

// "725,000.00 BAM", and without the currency, for columns.
std::string Amount(const google::type::Money& money);
std::string Figure(const google::type::Money& money);
std::string Number(const common::v1::Decimal& number);

// An organisation as it is called; its id where that is not known.
documents::Bilingual OrganisationWords(const std::string& organisation,
                                       const PaperContext& context);

std::string SupplierName(const std::string& name, const PaperContext& context);
// With country and tax number.
std::string SupplierText(const std::string& name, const PaperContext& context);

// How a process was held, why there was none, and how a bid stands, for people.
documents::Bilingual MethodWords(v1::SourcingMethod method);
documents::Bilingual WaiverWords(v1::WaiverKind waiver);
documents::Bilingual BidStateWords(v1::BidState state);

std::string PiecesText(const google::protobuf::RepeatedPtrField<v1::SerialItem>& pieces);

void Sign(documents::Form& form, const documents::Bilingual& role,
          const google::protobuf::RepeatedPtrField<v1::Approval>& approvals,
          const PaperContext& context);

// The facts that all papers begin with: the project, and who pays.
void SayProject(documents::Form& form, const PaperContext& context);

// All who pay, by name, each once; none where that is not known.
std::vector<std::string> DonorsOf(const PaperContext& context);

}  // namespace prihvat::procurement
