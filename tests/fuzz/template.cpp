// Any bytes as a template: whatever they are, compiling and evaluating end within their bounds and
// give the same twice. Behind a NUL may stand the document that is `$data`.
#include "common/template/program.hpp"
#include "common/template/util.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/document.hpp"

using namespace turnpike;

namespace {

constexpr velocity::Limits kLimits{.output_bytes_max = 100'000, .steps_max = 100'000};

std::string run(const velocity::Program& program, std::string_view document) {
    dynamic::Heap heap(fuzz::kHeapBytesMax);
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
    const auto [text, document] = fuzz::input_of(data, size, '\0');
    const auto program = velocity::compile(text, "fuzz", {.has_evaluate = true});
    if (!program) {
        FUZZ_CHECK(program.error().kind == Error::Kind::Invalid);
        FUZZ_CHECK(program.error().message.starts_with("template fuzz, line "));
        return 0;
    }
    FUZZ_CHECK(run(*program, document) == run(*program, document));
    return 0;
}
