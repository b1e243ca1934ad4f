#pragma once

#include <span>
#include <string>
#include <vector>

#include "control-plane/api/contract.hpp"
#include "control-plane/service/operation.hpp"

namespace turnpike::api {

/// Every binding of service/, joined.
std::vector<service::Binding> all_bindings();

/// Which rule serves which operation. Immutable. Thread: any.
class BindingTable {
public:
    /// Requires: every binding names an operation of its contract, none twice.
    explicit BindingTable(std::span<const service::Binding> bindings);

    /// Returns: null if the operation is not built. Requires: an element of operations().
    const service::Binding* find(const Operation& operation) const;

private:
    std::vector<service::Binding> bindings_;
    std::vector<const service::Binding*> by_operation_;
};

/// docs/coverage.md: which operations of v1 and v2 are built.
std::string coverage_document(const BindingTable& bindings);

}  // namespace turnpike::api
