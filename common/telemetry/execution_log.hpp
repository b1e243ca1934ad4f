#pragma once

#include <cstddef>
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
inline constexpr std::size_t kLoggedBodyBytesMax = 10'240;
/// Bodies are cut in the same way, at kLoggedBodyBytesMax.
std::string logged_body(std::string_view body);
/// A secret as logs show it: its last six characters, behind as many stars as it has others. Of
/// one that has no more than these, nothing is shown.
std::string masked(std::string_view secret);
/// A URI with the values of those query parameters masked that carry credentials.
std::string logged_uri(std::string_view uri);

/// An event of a live execution log: "2026-03-29T21:05:07.123Z (request id) text" and a line end;
/// what follows the time is cut to 1,024 bytes, controls are escaped, so that no caller can forge
/// events.
std::string execution_event(WallTime time, std::string_view request_id, std::string_view text);

}  // namespace turnpike::telemetry
