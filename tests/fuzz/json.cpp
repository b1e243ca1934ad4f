// JSON text: what parses can be written and parses to the same value, and both readers agree.
#include <algorithm>

#include "common/dynamic/text.hpp"
#include "common/json/value.hpp"
#include "tests/fuzz/check.hpp"

namespace {

using namespace turnpike;

constexpr std::size_t kDepthMax = 64;
constexpr std::size_t kBytesMax = 1U << 16U;

void check_written(const json::Value& value) {
    const auto again = json::parse(json::write(value));
    FUZZ_CHECK(again && *again == value);
    const auto pretty = json::parse(json::write_pretty(value));
    FUZZ_CHECK(pretty && *pretty == value);
}

/// Whether a number of the text may be beyond a double: it has an exponent or very many digits.
bool may_hold_huge_number(std::string_view text) {
    const auto is_exponent = [](char before, char c) {
        return (c == 'e' || c == 'E') && before >= '0' && before <= '9';
    };
    return text.size() > 300 || std::ranges::adjacent_find(text, is_exponent) != text.end();
}

/// Only the first reader takes a byte order mark, only the second numbers beyond a double.
void check_readers_agree(std::string_view text, const Result<json::Value>& value) {
    if (text.size() > kBytesMax || text.starts_with("\xef\xbb\xbf")) return;
    dynamic::Heap heap;
    const auto other = dynamic::parse_json(text, heap, kDepthMax);
    if (!value) {
        FUZZ_CHECK(!other || may_hold_huge_number(text));
        return;
    }
    FUZZ_CHECK(other);
    std::pmr::string written;
    dynamic::append_json(*other, written);
    const auto again = json::parse(written);
    FUZZ_CHECK(again && *again == *value);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto value = json::parse(text, {.depth_max = kDepthMax, .bytes_max = kBytesMax});
    if (value) check_written(*value);
    check_readers_agree(text, value);
    return 0;
}
