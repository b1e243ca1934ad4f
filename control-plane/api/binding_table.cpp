#include "control-plane/api/bindings.hpp"

#include "common/base/assert.hpp"

namespace turnpike::api {
namespace {

Contract contract_of(const service::Binding& binding) {
    switch (binding.contract) {
        case service::Binding::Contract::HttpV2:
            return Contract::HttpV2;
        case service::Binding::Contract::Turnpike:
            return Contract::Turnpike;
        case service::Binding::Contract::RestV1:
            break;
    }
    return Contract::RestV1;
}

std::string coverage_section(const BindingTable& bindings, Contract contract,
                             std::string_view title) {
    std::vector<const Operation*> listed;
    for (const Operation& operation : operations()) {
        if (operation.contract == contract) listed.push_back(&operation);
    }
    std::sort(listed.begin(), listed.end(),
              [](const Operation* a, const Operation* b) { return a->name < b->name; });
    const auto built = std::count_if(listed.begin(), listed.end(), [&](const Operation* operation) {
        return bindings.find(*operation) != nullptr;
    });
    std::string text = "\n## " + std::string(title) + ": " + std::to_string(built) + " of " +
                       std::to_string(listed.size()) + "\n\n| Operation | Built |\n| --- | --- |\n";
    for (const Operation* operation : listed) {
        text += "| " + std::string(operation->name) + " | " +
                (bindings.find(*operation) != nullptr ? "yes" : "no") + " |\n";
    }
    return text;
}

}  // namespace

BindingTable::BindingTable(std::span<const service::Binding> bindings)
    : bindings_(bindings.begin(), bindings.end()), by_operation_(operations().size(), nullptr) {
    for (const service::Binding& binding : bindings_) {
        const auto all = operations();
        const auto found = std::find_if(all.begin(), all.end(), [&](const Operation& operation) {
            return operation.name == binding.operation &&
                   operation.contract == contract_of(binding);
        });
        TURNPIKE_ASSERT(found != all.end());
        const service::Binding*& slot =
            by_operation_[static_cast<std::size_t>(found - all.begin())];
        TURNPIKE_ASSERT(slot == nullptr);
        slot = &binding;
    }
}

const service::Binding* BindingTable::find(const Operation& operation) const {
    return by_operation_[static_cast<std::size_t>(&operation - operations().data())];
}

std::string coverage_document(const BindingTable& bindings) {
    return "# Coverage of the management API\n\n"
           "Made by `turnpike-coverage` from the bindings of `control-plane/service`; a test "
           "checks "
           "that it is current.\nAn operation that is not built answers an error of its contract "
           "that "
           "names it.\n" +
           coverage_section(bindings, Contract::RestV1, "REST APIs (v1)") +
           coverage_section(bindings, Contract::HttpV2, "HTTP and WebSocket APIs (v2)");
}

}  // namespace turnpike::api
