#include "common/snapshot/integration.hpp"

namespace turnpike::snapshot {

const CompiledIntegrationResponse* CompiledIntegration::select_response(
    std::string_view value) const {
    const CompiledIntegrationResponse* fallback = nullptr;
    for (const CompiledIntegrationResponse& response : responses) {
        if (!response.pattern) {
            if (fallback == nullptr) fallback = &response;
        } else if (response.pattern->matches(value)) {
            return &response;
        }
    }
    return fallback;
}

}  // namespace turnpike::snapshot
