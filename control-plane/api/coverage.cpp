// Prints docs/coverage.md from the bindings. With --check: nothing, and fails if an operation of v1
// has no rule; the build runs that.
#include <cstdio>
#include <string_view>

#include "control-plane/api/bindings.hpp"

namespace {

using turnpike::api::BindingTable;

int check(const BindingTable& bindings) {
    int missing = 0;
    for (const turnpike::api::Operation& operation : turnpike::api::operations()) {
        if (operation.contract != turnpike::api::Contract::RestV1) continue;
        if (bindings.find(operation) != nullptr) continue;
        ++missing;
        std::fprintf(stderr, "no rule for %.*s\n", static_cast<int>(operation.name.size()),
                     operation.name.data());
    }
    return missing == 0 ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) {
    const BindingTable bindings(turnpike::api::all_bindings());
    if (count > 1 && std::string_view(arguments[1]) == "--check") return check(bindings);
    const std::string document = turnpike::api::coverage_document(bindings);
    return std::fwrite(document.data(), 1, document.size(), stdout) == document.size() ? 0 : 1;
}
