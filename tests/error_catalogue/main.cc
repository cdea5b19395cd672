// Prints docs/error-catalogue.md.
#include <iostream>

#include "tests/error_catalogue/catalogue.h"

int main() { std::cout << prihvat::error_catalogue::Catalogue(); }
