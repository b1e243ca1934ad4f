#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/model/deployment.hpp"

/// TestInvokeMethod as both planes know it: what the control plane asks a worker for, and what
/// comes back. docs/test-invoke.md is the schema.
namespace turnpike::snapshot {

/// One request to be made up. Its texts come from a caller of the management API; only their sizes
/// are checked.
struct TestCall {
    std::string document;      ///< Hash of the deployment document that holds the method.
    std::string resource_id;   ///< Of the method.
    std::string http_method;   ///< The request's; never "ANY".
    std::string path;          ///< With its query string, as the caller wrote it.
    model::StringMap headers;  ///< In order; a name may come more than once.
    std::string body;
    model::StringMap stage_variables;
    // $context.identity
    std::string user_agent;
    std::string user_arn;
    std::string user;
};

/// Errors: Invalid with the place and the reason in `message`.
Result<TestCall> decode_test_call(std::string_view text);

/// What a request led to.
struct TestAnswer {
    int status = 0;
    std::string body;
    model::StringMap headers;  ///< In order; a name may come more than once.
    std::string log;
    Milliseconds latency{0};
};

/// {"status", "body", "headers", "multiValueHeaders", "log", "latency"} with the contract's names,
/// or {"refused": reason}. Bytes that are not UTF-8 become U+FFFD.
std::string encode_test_answer(const Result<TestAnswer>& answer);

namespace test_limits {
inline constexpr std::size_t kBodyBytesMax = 10'485'760;
inline constexpr std::size_t kTextBytesMax = 16'384;  ///< The path, one header value.
inline constexpr std::size_t kHeadersMax = 100;
/// Of an integration, whatever the method says: a test is waited for.
inline constexpr Milliseconds kIntegrationTimeoutMax{29'000};
}  // namespace test_limits

/// The stage that a tested method believes to be in.
inline constexpr std::string_view kTestStage = "test-invoke-stage";

}  // namespace turnpike::snapshot
