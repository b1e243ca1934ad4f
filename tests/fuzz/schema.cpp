// A schema, a line feed, and the instance that it is compiled for: whatever they are, both end
// within their bounds, what is not valid is told with a phrase, and "not" means the opposite.
#include <string>

#include "common/schema/schema.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/document.hpp"

using namespace turnpike;
using fuzz::json;

namespace {

constexpr std::string_view kSelf = "http://h/self";
constexpr schema::Limits kLimits{
    .depth_max = 200, .steps_max = 100'000, .problems_max = 8, .value_bytes_max = 64};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const fuzz::Input input = fuzz::input_of(data, size, '\n');
    const std::string_view text = input.program;
    const schema::Resolver resolver = [text](std::string_view uri) -> std::optional<std::string> {
        if (uri == kSelf) return std::string(text);
        if (uri == "http://h/text")
            return R"({"type":"string","definitions":{"a":{"minLength":2}}})";
        return std::nullopt;
    };
    const auto compiled = schema::compile(text, resolver, kSelf);
    if (!compiled) {
        FUZZ_CHECK(compiled.error().kind == Error::Kind::Invalid ||
                   compiled.error().kind == Error::Kind::LimitExceeded);
        FUZZ_CHECK(!compiled.error().message.empty());
        return 0;
    }
    dynamic::Heap heap(fuzz::kHeapBytesMax);
    const auto instance = dynamic::parse_json(input.document, heap);
    if (!instance) return 0;
    const std::string before = json(*instance);
    const auto report = schema::validate(*compiled, *instance, heap, kLimits);
    FUZZ_CHECK(json(*instance) == before);
    if (!report) {
        FUZZ_CHECK(report.error().kind == Error::Kind::LimitExceeded);
        return 0;
    }
    FUZZ_CHECK(report->is_valid == report->problems.empty());
    FUZZ_CHECK(report->problems.size() <= kLimits.problems_max);
    for (const std::string_view problem : report->problems) FUZZ_CHECK(!problem.empty());

    const auto opposite = schema::compile(R"({"not":{"$ref":"http://h/self"}})", resolver);
    FUZZ_CHECK(opposite.has_value());
    const auto reverse = schema::validate(*opposite, *instance, heap, kLimits);
    if (reverse) FUZZ_CHECK(reverse->is_valid != report->is_valid);
    return 0;
}
