// A byte that says how the body is cut, then an encoded body: pieces decode like the whole, limits
// hold, and what was decoded survives encoding.
#include "common/http/content_coding.hpp"

#include <algorithm>

#include "tests/fuzz/check.hpp"

using namespace turnpike;
using namespace turnpike::http;

namespace {

constexpr DecodingLimits kLimits{.output_bytes_max = 100'000, .ratio_max = 50, .free_bytes = 2'000};

/// Returns: nothing if it is refused or not complete.
std::optional<std::string> in_pieces(ContentCoding coding, std::string_view body, std::size_t piece,
                                     std::size_t room) {
    auto decoder = ContentDecoder::make(coding, kLimits);
    FUZZ_CHECK(decoder.has_value());
    std::string decoded;
    std::string output(room, '\0');
    while (!body.empty()) {
        const std::string_view input = body.substr(0, piece);
        const ContentDecoder::Step step = decoder->next(input, output);
        FUZZ_CHECK(step.consumed <= input.size() && step.produced <= room);
        if (step.status == ContentDecoder::Status::Malformed ||
            step.status == ContentDecoder::Status::TooLarge) {
            FUZZ_CHECK(*step.reason != '\0');
            return std::nullopt;
        }
        FUZZ_CHECK(step.status == ContentDecoder::Status::OutputFull ||
                   step.consumed == input.size());
        decoded.append(output.data(), step.produced);
        body.remove_prefix(step.consumed);
        if (!body.empty() || step.status == ContentDecoder::Status::NeedMore) continue;
        // All was consumed, but more may come out.
        while (true) {
            const ContentDecoder::Step rest = decoder->next({}, output);
            if (rest.status == ContentDecoder::Status::TooLarge ||
                rest.status == ContentDecoder::Status::Malformed) {
                return std::nullopt;
            }
            decoded.append(output.data(), rest.produced);
            if (rest.status == ContentDecoder::Status::NeedMore) break;
        }
    }
    if (!decoder->is_complete()) return std::nullopt;
    return decoded;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::size_t piece = 1 + (data[0] & 0x0fU);
    const std::size_t room = 1 + (data[0] >> 4U);
    for (const ContentCoding coding : {ContentCoding::Gzip, ContentCoding::Deflate}) {
        const auto whole = decode_content(coding, body, kLimits);
        const auto pieces = in_pieces(coding, body, piece, room);
        // Where the limit on growth is looked at depends on the pieces.
        const bool is_limit = !whole && whole.error().kind == Error::Kind::LimitExceeded;
        if (!is_limit && (whole || pieces)) {
            FUZZ_CHECK(!whole || !pieces || *whole == *pieces);
            FUZZ_CHECK(whole || !pieces);
        }
        if (!whole) continue;
        FUZZ_CHECK(whole->size() <= kLimits.output_bytes_max);
        const auto again = encode_content(coding, *whole);
        FUZZ_CHECK(again.has_value());
        FUZZ_CHECK(decode_content(coding, *again, {}).value() == *whole);
    }
    if (const auto coding = parse_content_coding(body)) FUZZ_CHECK(!to_text(*coding).empty());
    preferred_coding(body);
    return 0;
}
