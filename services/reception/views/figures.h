// What operations and managers watch of centres: who is there, and which beds are free.
#pragma once

#include <vector>

#include "libs/es/figures.h"

namespace prihvat::reception {

// By operation and centre: prihvat_centre_people_present, prihvat_centre_people_without_bed,
// prihvat_centre_beds (by state), prihvat_centre_places (by standard).
std::vector<base::Statistic> ReceptionFigures(const es::FigureSource& source);

}  // namespace prihvat::reception
