// Request heads: whatever arrives, parsing ends within the limits, every view lies in the input,
// and the result does not depend on how the bytes were cut.
#include "common/http/request_head.hpp"

#include <string>

#include "common/http/authority.hpp"
#include "tests/fuzz/check.hpp"

namespace {

using turnpike::http::Field;
using turnpike::http::HeadLimits;
using turnpike::http::ParseOutcome;
using turnpike::http::RequestHead;

constexpr HeadLimits kLimits{.target_bytes_max = 512, .header_bytes_max = 1024};

bool lies_in(std::string_view view, std::string_view text) {
    return view.empty() ||
           (view.data() >= text.data() && view.data() + view.size() <= text.data() + text.size());
}

void check_parts(const RequestHead& head, std::string_view text, const ParseOutcome& outcome) {
    FUZZ_CHECK(outcome.consumed <= text.size());
    FUZZ_CHECK(text.substr(0, outcome.consumed).ends_with("\r\n\r\n"));
    FUZZ_CHECK(lies_in(head.target(), text) && !head.target().empty());
    FUZZ_CHECK(lies_in(head.query(), text));
    FUZZ_CHECK(head.path_with_query().starts_with(head.path()));
    FUZZ_CHECK(head.authority().empty() || turnpike::http::parse_authority(head.authority()));
    for (const Field field : head.fields()) {
        FUZZ_CHECK(lies_in(field.name, text) && !field.name.empty());
        FUZZ_CHECK(lies_in(field.value, text));
        FUZZ_CHECK(field.value.find_first_of(std::string_view("\r\n\0", 3)) ==
                   std::string_view::npos);
    }
}

std::string describe(const RequestHead& head) {
    std::string text = std::string(head.method_text()) + " " + std::string(head.path_with_query()) +
                       " " + std::string(head.authority());
    for (const Field field : head.fields()) {
        text += "\n" + std::string(field.name) + ":" + std::string(field.value);
    }
    return text + "\n" + std::to_string(static_cast<int>(head.framing())) + " " +
           std::to_string(head.content_length()) + std::to_string(head.keeps_alive());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    // The first byte says in what steps the rest arrives.
    const std::size_t step = 1 + data[0] % 64;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);

    RequestHead whole;
    const ParseOutcome outcome = whole.parse(text, kLimits);
    if (outcome.done()) check_parts(whole, text, outcome);

    RequestHead cut;
    ParseOutcome fed;
    std::string arrived;
    for (std::size_t at = 0; at < text.size() && fed.needs_more(); at += step) {
        // A fresh buffer each time: views into the old one would be caught.
        arrived = std::string(text.substr(0, at + step));
        arrived.shrink_to_fit();
        fed = cut.parse(arrived, kLimits);
    }
    // Only an unfinished line may be refused earlier when it is seen whole.
    if (outcome.done()) {
        FUZZ_CHECK(fed.done() && fed.consumed == outcome.consumed);
        FUZZ_CHECK(describe(cut) == describe(whole));
    } else {
        FUZZ_CHECK(!fed.done());
    }
    return 0;
}
