#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "common/dynamic/text.hpp"
#include "common/template/program.hpp"
#include "common/template/util.hpp"

namespace turnpike::velocity {

/// What an evaluation came to.
struct Outcome {
    std::string text;
    std::string error;
    Error::Kind kind = Error::Kind::Internal;
};

/// `$data` is the document, `$util` is there.
inline Outcome outcome_of(std::string_view text, std::string_view data = "{}",
                          const Options& options = {}, const Limits& limits = {},
                          std::size_t heap_bytes = dynamic::Heap::kBytesMax) {
    const auto program = compile(text, "T", options);
    if (!program) return {{}, program.error().message, program.error().kind};
    dynamic::Heap heap(heap_bytes);
    const auto root = dynamic::parse_json(data, heap);
    REQUIRE(root.has_value());
    Util util;
    const std::vector<Variable> variables{{"data", *root}, {"util", dynamic::Value::object(util)}};
    std::pmr::string out;
    const auto done = evaluate(*program, {variables}, heap, limits, out);
    if (!done) return {std::string(out), done.error().message, done.error().kind};
    return {std::string(out), {}, Error::Kind::Internal};
}

inline std::string render(std::string_view text, std::string_view data = "{}") {
    const Outcome outcome = outcome_of(text, data);
    CHECK(outcome.error == "");
    return outcome.text;
}

inline std::string error_of(std::string_view text, std::string_view data = "{}") {
    return outcome_of(text, data).error;
}

}  // namespace turnpike::velocity
