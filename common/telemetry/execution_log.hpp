#pragma once

#include <string>
#include <string_view>

#include "common/base/clock.hpp"
#include "common/model/deployment.hpp"

namespace turnpike::telemetry {

/// The lines that tell how one request was executed, in the service's words and form.
/// Source: the reference, observability sections 2 and 5.
class ExecutionLog {
public:
    explicit ExecutionLog(std::string_view request_id);
    /// "Sun Mar 29 21:05:07 UTC 2026 : " and the text.
    void add(WallTime time, std::string_view text);
    const std::string& text() const { return text_; }

private:
    std::string text_;
};

/// "{a=1, b=2,3}": values of one name (case ignored) joined, in the order of their first one;
/// credentials masked but for their last six characters; more than 1,000 characters cut, which
/// " [TRUNCATED]" tells.
std::string logged_fields(const model::StringMap& fields);
/// Bodies are cut in the same way, at 10,240 bytes.
std::string logged_body(std::string_view body);

}  // namespace turnpike::telemetry
