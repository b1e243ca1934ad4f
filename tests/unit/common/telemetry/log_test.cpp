#include "common/telemetry/log.hpp"

#include <doctest/doctest.h>

using turnpike::telemetry::format_log_line;
using turnpike::telemetry::LogLevel;
using turnpike::telemetry::parse_log_level;

TEST_CASE("a line has a level, a message and fields") {
    const std::string name = "pets";
    CHECK(format_log_line(LogLevel::Info, "listening",
                          {{"address", "[::]:8443"},
                           {"api", name},
                           {"threads", 2},
                           {"share", 0.5},
                           {"tls", true}}) ==
          R"(info "listening" address="[::]:8443" api="pets" threads=2 share=0.5 tls=true)");
}

TEST_CASE("no value makes a second line or a field of its own") {
    CHECK(format_log_line(LogLevel::Warning, "a\nb", {{"x", "1\" y=\"2\r\n"}}) ==
          R"(warning "a\nb" x="1\" y=\"2\r\n")");
}

TEST_CASE("levels are read by name") {
    CHECK(parse_log_level("debug") == LogLevel::Debug);
    CHECK(parse_log_level("warning") == LogLevel::Warning);
    CHECK(parse_log_level("error") == LogLevel::Error);
    CHECK(parse_log_level("loud") == LogLevel::Info);
}
