#include "data-plane/limits/admission.hpp"

#include <array>

namespace turnpike::limits {

std::string_view to_text(Level level) {
    static constexpr std::array<std::string_view, kLevels> kTexts{
        "", "CONCURRENCY", "CLIENT_METHOD", "CLIENT", "STAGE_METHOD", "ACCOUNT", "QUOTA"};
    return kTexts[static_cast<std::size_t>(level)];
}

Policy parse_policy(std::string_view text, Policy otherwise) {
    if (text.empty()) return otherwise;
    if (text == "open") return Policy::Open;
    if (text == "closed") return Policy::Closed;
    if (text == "local-share") return Policy::LocalShare;
    return otherwise;
}

}  // namespace turnpike::limits
