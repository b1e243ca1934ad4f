// JSON text: what parses can be written and parses to the same value.
#include "common/json/value.hpp"
#include "tests/fuzz/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto value = turnpike::json::parse(text, {.depth_max = 64, .bytes_max = 1U << 16U});
    if (!value) return 0;
    const auto again = turnpike::json::parse(turnpike::json::write(*value));
    FUZZ_CHECK(again && *again == *value);
    const auto pretty = turnpike::json::parse(turnpike::json::write_pretty(*value));
    FUZZ_CHECK(pretty && *pretty == *value);
    return 0;
}
