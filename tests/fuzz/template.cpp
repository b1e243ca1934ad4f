// Any bytes as a template: whatever they are, compiling and evaluating end within their bounds and
// give the same twice. Behind a NUL may stand the document that is `$data`.
#include "common/dynamic/text.hpp"
#include "common/template/program.hpp"
#include "common/template/util.hpp"
#include "tests/fuzz/check.hpp"

using namespace turnpike;

namespace {

constexpr velocity::Limits kLimits{.output_bytes_max = 100'000, .steps_max = 100'000};

std::string run(const velocity::Program& program, std::string_view document) {
    dynamic::Heap heap(std::size_t{8} << 20U);
    const auto data = dynamic::parse_json(document, heap);
    velocity::Util util({.has_parse_xml = true, .has_to_xml = true});
    const std::array variables{velocity::Variable{"data", data ? *data : dynamic::Value()},
                               velocity::Variable{"util", dynamic::Value::object(util)}};
    std::pmr::string out;
    const auto done = velocity::evaluate(program, {variables}, heap, kLimits, out);
    if (done) {
        FUZZ_CHECK(out.size() <= kLimits.output_bytes_max);
        return std::string(out);
    }
    const Error& error = done.error();
    FUZZ_CHECK(error.kind == Error::Kind::Invalid || error.kind == Error::Kind::LimitExceeded);
    FUZZ_CHECK(error.message.starts_with("template fuzz, line "));
    return error.message;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const std::size_t end = std::min(input.find('\0'), input.size());
    const std::string_view document = input.substr(std::min(end + 1, input.size()));
    const auto program = velocity::compile(input.substr(0, end), "fuzz", {.has_evaluate = true});
    if (!program) {
        FUZZ_CHECK(program.error().kind == Error::Kind::Invalid);
        FUZZ_CHECK(program.error().message.starts_with("template fuzz, line "));
        return 0;
    }
    FUZZ_CHECK(run(*program, document) == run(*program, document));
    return 0;
}
