// A JSONPath expression, a line feed, and the document that it is evaluated on: whatever they are,
// the evaluation ends within its bounds, an indefinite path gives a list, and the document is the
// same afterwards.
#include "common/jsonpath/path.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/document.hpp"

using namespace turnpike;
using fuzz::json;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto [expression, document] = fuzz::input_of(data, size, '\n');
    const auto path = jsonpath::compile(expression);
    if (!path) {
        FUZZ_CHECK(path.error().kind == Error::Kind::Invalid);
        FUZZ_CHECK(path.error().message.starts_with("Invalid JSONPath expression: "));
        return 0;
    }
    dynamic::Heap heap(fuzz::kHeapBytesMax);
    const auto root = dynamic::parse_json(document, heap);
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
    dynamic::Heap second(fuzz::kHeapBytesMax);
    const auto again = jsonpath::evaluate(*path, *root, second, limits);
    FUZZ_CHECK(again && *again && json(**again) == text);
    return 0;
}
