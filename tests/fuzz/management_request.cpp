// Decoding and encoding of every operation of the management API: any body, query and path.
#include "control-plane/api/decode.hpp"
#include "control-plane/api/encode.hpp"
#include "tests/fuzz/check.hpp"

using namespace turnpike::api;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Router kRouter;
    if (size < 2) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    const Operation& operation = operations()[data[0] % operations().size()];
    const std::size_t line = std::min(text.find('\n'), text.size());
    const std::string_view first = text.substr(0, line);
    const std::size_t mark = std::min(first.find('?'), first.size());
    const std::string_view query =
        mark < first.size() ? first.substr(mark + 1) : std::string_view{};
    const std::string_view body = line < text.size() ? text.substr(line + 1) : std::string_view{};

    static_cast<void>(kRouter.find(operation.method, first.substr(0, mark), query));
    Match match{&operation, {}};
    for (const Member& member : parameters(operation)) {
        if (member.location == Location::Path)
            match.path_values.emplace_back(first.substr(0, mark));
    }
    const auto decoded = decode(match, {query, {}, body});
    if (const auto* failure = std::get_if<Failure>(&decoded)) {
        FUZZ_CHECK(failure->status == 400);
        FUZZ_CHECK(encode(*failure).body.starts_with("{\"message\":"));
        return 0;
    }
    const auto& input = std::get<turnpike::json::Value>(decoded);
    FUZZ_CHECK(input.is_object());
    static_cast<void>(encode(operation, input));
    return 0;
}
