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
          "{X-Api-Key=***, X-Amz-Security-Token=*234567}");
    CHECK(logged_fields({{"cookie", "session=1234567"}}) == "{cookie=*********234567}");
    CHECK(logged_fields({{"access_token", "0123456789"}}) == "{access_token=****456789}");
}

TEST_CASE("long maps and bodies are cut between characters") {
    const std::string fields = logged_fields({{"a", std::string(2000, 'x')}});
    CHECK(fields == "{a=" + std::string(997, 'x') + " [TRUNCATED]");
    CHECK(logged_body(std::string(10'240, 'x')) == std::string(10'240, 'x'));
    CHECK(logged_body(std::string(10'239, 'x') + "\xc3\xa9") ==
          std::string(10'239, 'x') + " [TRUNCATED]");
}

TEST_CASE("credentials in a URI are masked, the rest stays as it is") {
    CHECK(logged_uri("http://a/b") == "http://a/b");
    CHECK(logged_uri("http://a/b?x=1&y&access_token=0123456789&z=") ==
          "http://a/b?x=1&y&access_token=****456789&z=");
}

TEST_CASE("an event names the time and the request, and stays on its line") {
    const WallTime time{Milliseconds{1'774'818'307'045}};
    CHECK(execution_event(time, "id-1", "one") == "2026-03-29T21:05:07.045Z (id-1) one\n");
    CHECK(execution_event(time, "id-1", "a\nb\x1b\t") ==
          "2026-03-29T21:05:07.045Z (id-1) a\\nb\\x1b\\t\n");
    const std::string longest = execution_event(time, "id-1", std::string(2000, 'x'));
    CHECK(longest == "2026-03-29T21:05:07.045Z (id-1) " + std::string(1017, 'x') + "\n");
}
