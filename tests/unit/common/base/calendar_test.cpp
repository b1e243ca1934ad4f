#include "common/base/calendar.hpp"

#include <doctest/doctest.h>

using namespace turnpike;

TEST_CASE("a day is written with four, two and two digits and must be in the calendar") {
    for (const char* text : {"1970-01-01", "2024-02-29", "2026-11-21", "2200-12-31"}) {
        REQUIRE(parse_day(text));
        CHECK(day_text(*parse_day(text)) == text);
    }
    for (const char* text :
         {"", "2026-11-2", "2026-1-21", "26-11-21", "2026-02-29", "2026-13-01", "2026-00-10",
          "2026-01-00", "2026-04-31", "2026/01/01", "+026-01-01", "2026-01-01T", " 2026-01-1",
          "1969-12-31", "2201-01-01", "2026--1-01"}) {
        INFO(text);
        CHECK_FALSE(parse_day(text));
    }
}

TEST_CASE("a moment is in the day in which it is in UTC") {
    CHECK(day_text(day_of(WallTime(Seconds(0)))) == "1970-01-01");
    CHECK(day_text(day_of(WallTime(Seconds(86'399)))) == "1970-01-01");
    CHECK(day_text(day_of(WallTime(Seconds(86'400)))) == "1970-01-02");
}
