// A schema, a line feed, and the instance that it is compiled for: whatever they are, both end
// within their bounds, what is not valid is told with a phrase, and "not" means the opposite.
#include <string>

#include "common/dynamic/text.hpp"
#include "common/schema/schema.hpp"
#include "tests/fuzz/check.hpp"

using namespace turnpike;

namespace {

constexpr std::string_view kSelf = "http://h/self";
constexpr schema::Limits kLimits{
    .depth_max = 200, .steps_max = 100'000, .problems_max = 8, .value_bytes_max = 64};

std::string json(const dynamic::Value& value) {
    std::pmr::string text;
    dynamic::append_json(value, text);
    return std::string(text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const std::size_t end = std::min(input.find('\n'), input.size());
    const std::string_view text = input.substr(0, end);
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
    dynamic::Heap heap(std::size_t{8} << 20U);
    const auto instance = dynamic::parse_json(input.substr(std::min(end + 1, input.size())), heap);
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
