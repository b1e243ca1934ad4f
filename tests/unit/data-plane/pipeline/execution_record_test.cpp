#include "data-plane/pipeline/execution_record.hpp"

#include <doctest/doctest.h>

using turnpike::pipeline::ExecutionRecord;
using Level = ExecutionRecord::Level;

namespace {

/// How often a fact was made for a reader with these wishes.
int facts_made(const ExecutionRecord::Wishes& wishes, Level level) {
    ExecutionRecord record(wishes);
    record.begin_step("phase", {});
    int made = 0;
    record.note(
        "fact", [&made] { return std::to_string(++made); }, level);
    record.end_step({}, false);
    CHECK(record.steps().front().facts.size() == static_cast<std::size_t>(made));
    return made;
}

}  // namespace

TEST_CASE("facts are made for explain, not for a log that does not show them") {
    CHECK(facts_made({.logs_errors = true, .logs_info = true, .logs_data = true}, Level::Info) ==
          0);
    CHECK(facts_made({.is_test = true}, Level::Info) == 0);
    CHECK(facts_made({.explains = true}, Level::Info) == 1);
    CHECK(facts_made({.explains = true}, Level::Data) == 0);
    CHECK(facts_made({.explains = true, .explains_data = true}, Level::Data) == 1);
}
