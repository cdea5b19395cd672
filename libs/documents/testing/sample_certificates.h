#pragma once

#include "libs/documents/donation_certificate.h"

namespace prihvat::documents {

// Certificates for tests. All consistent, so that RenderDonationCertificate accepts them.

// One lot without serials: protective clothing and footwear, 170,900.00 KM, 13 July 2023, not
// signed yet.
DonationCertificate ClothingCertificate();
// One line of ten vehicles with their VINs: 725,000.00 KM, March 2023, both signatures dated.
DonationCertificate VehiclesCertificate();
// `lines` lines of 1.00 KM up to `lines`.00 KM, three serials each; the EUR total one cent off its
// lines.
DonationCertificate LongCertificate(int lines);

}  // namespace prihvat::documents
