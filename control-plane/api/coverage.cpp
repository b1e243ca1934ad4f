// Prints docs/coverage.md from the bindings.
#include <cstdio>

#include "control-plane/api/bindings.hpp"

int main() {
    const turnpike::api::BindingTable bindings(turnpike::api::all_bindings());
    const std::string document = turnpike::api::coverage_document(bindings);
    return std::fwrite(document.data(), 1, document.size(), stdout) == document.size() ? 0 : 1;
}
