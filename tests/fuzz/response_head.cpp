// Response heads of upstreams: parsing ends, and does not depend on how the bytes were cut.
#include "common/http/response_head.hpp"

#include <string>

#include "tests/fuzz/check.hpp"

using turnpike::http::BodyFraming;
using turnpike::http::HeadLimits;
using turnpike::http::ParseOutcome;
using turnpike::http::ResponseHead;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr HeadLimits kLimits{.target_bytes_max = 512, .header_bytes_max = 1024};
    if (size == 0) return 0;
    const std::size_t step = 1 + data[0] % 64;
    const bool answers_head = data[0] >= 128;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);

    ResponseHead whole;
    const ParseOutcome outcome = whole.parse(text, kLimits, answers_head);
    ResponseHead cut;
    ParseOutcome fed;
    std::string arrived;
    for (std::size_t at = 0; at < text.size() && fed.needs_more(); at += step) {
        arrived = std::string(text.substr(0, at + step));
        arrived.shrink_to_fit();
        fed = cut.parse(arrived, kLimits, answers_head);
    }
    FUZZ_CHECK(fed.done() == outcome.done());
    if (!outcome.done()) return 0;
    FUZZ_CHECK(fed.consumed == outcome.consumed && outcome.consumed <= text.size());
    FUZZ_CHECK(whole.status() >= 100 && whole.status() == cut.status());
    FUZZ_CHECK(whole.fields().size() == cut.fields().size());
    FUZZ_CHECK(whole.framing() == cut.framing() && whole.keeps_alive() == cut.keeps_alive());
    FUZZ_CHECK(whole.framing() != BodyFraming::UntilClose || !whole.keeps_alive());
    FUZZ_CHECK(!answers_head || whole.framing() == BodyFraming::None);
    return 0;
}
