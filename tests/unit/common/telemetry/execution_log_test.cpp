#include "common/telemetry/execution_log.hpp"

#include <doctest/doctest.h>

using namespace turnpike;
using namespace turnpike::telemetry;

TEST_CASE("each line has its date, in the service's form, and the first names the request") {
    ExecutionLog log("id-1");
    log.add(WallTime{Seconds{1'774'818'307}}, "one");
    log.add(WallTime{Seconds{1'774'990'800}}, "two");
    CHECK(log.text() ==
          "Execution log for request id-1\n"
          "Sun Mar 29 21:05:07 UTC 2026 : one\n"
          "Tue Mar 31 21:00:00 UTC 2026 : two\n");
}

TEST_CASE("fields are listed in order, the values of one name together") {
    CHECK(logged_fields({}) == "{}");
    CHECK(logged_fields({{"a", "1"}, {"B", "2"}, {"b", "3"}, {"c", ""}}) == "{a=1, B=2,3, c=}");
}

TEST_CASE("credentials are masked but for their last six characters") {
    CHECK(logged_fields({{"authorization", "Bearer 123456789"}}) ==
          "{authorization=**********456789}");
    CHECK(logged_fields({{"X-Api-Key", "abc"}, {"X-Amz-Security-Token", "1234567"}}) ==
          "{X-Api-Key=abc, X-Amz-Security-Token=*234567}");
}

TEST_CASE("long maps and bodies are cut between characters") {
    const std::string fields = logged_fields({{"a", std::string(2000, 'x')}});
    CHECK(fields == "{a=" + std::string(997, 'x') + " [TRUNCATED]");
    CHECK(logged_body(std::string(10'240, 'x')) == std::string(10'240, 'x'));
    CHECK(logged_body(std::string(10'239, 'x') + "\xc3\xa9") ==
          std::string(10'239, 'x') + " [TRUNCATED]");
}
