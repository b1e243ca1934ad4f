// A JSONPath expression, a line feed, and the document that it is evaluated on: whatever they are,
// the evaluation ends within its bounds, an indefinite path gives a list, and the document is the
// same afterwards.
#include "common/dynamic/text.hpp"
#include "common/jsonpath/path.hpp"
#include "tests/fuzz/check.hpp"

using namespace turnpike;

namespace {

std::string json(const dynamic::Value& value) {
    std::pmr::string text;
    dynamic::append_json(value, text);
    return std::string(text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const std::size_t end = std::min(input.find('\n'), input.size());
    const auto path = jsonpath::compile(input.substr(0, end));
    if (!path) {
        FUZZ_CHECK(path.error().kind == Error::Kind::Invalid);
        FUZZ_CHECK(path.error().message.starts_with("Invalid JSONPath expression: "));
        return 0;
    }
    dynamic::Heap heap(std::size_t{8} << 20U);
    const auto root = dynamic::parse_json(input.substr(std::min(end + 1, input.size())), heap);
    if (!root) return 0;
    const std::string before = json(*root);
    const jsonpath::Limits limits{.steps_max = 100'000};
    const auto found = jsonpath::evaluate(*path, *root, heap, limits);
    FUZZ_CHECK(json(*root) == before);
    if (!found) {
        FUZZ_CHECK(found.error().kind == Error::Kind::LimitExceeded);
        return 0;
    }
    FUZZ_CHECK(path->is_definite() || (*found && (*found)->is_list()));
    if (!*found) return 0;
    const std::string text = json(**found);
    dynamic::Heap second(std::size_t{8} << 20U);
    const auto again = jsonpath::evaluate(*path, *root, second, limits);
    FUZZ_CHECK(again && *again && json(**again) == text);
    return 0;
}
