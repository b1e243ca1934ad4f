// Chunked bodies: data lies in the input, and does not depend on how the bytes were cut.
#include "common/http/chunked.hpp"

#include <string>

#include "tests/fuzz/check.hpp"

using turnpike::http::ChunkedDecoder;
using Status = ChunkedDecoder::Status;

namespace {

struct Decoded {
    Status status = Status::NeedMore;
    std::size_t consumed = 0;
    std::string data;
};

Decoded decode(std::string_view text, std::size_t step_bytes) {
    ChunkedDecoder decoder;
    Decoded decoded;
    std::string_view piece;
    while (decoded.consumed < text.size()) {
        piece = text.substr(decoded.consumed, step_bytes);
        const ChunkedDecoder::Step step = decoder.next(piece);
        FUZZ_CHECK(step.consumed > 0 && step.consumed <= piece.size());
        FUZZ_CHECK(step.data.size() <= step.consumed);
        decoded.consumed += step.consumed;
        decoded.data += step.data;
        decoded.status = step.status;
        if (step.status == Status::Done || step.status == Status::Refused) return decoded;
    }
    decoded.status = Status::NeedMore;
    return decoded;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    const Decoded whole = decode(text, text.size());
    const Decoded cut = decode(text, 1 + data[0] % 16);
    FUZZ_CHECK(whole.status == cut.status);
    FUZZ_CHECK(whole.consumed == cut.consumed);
    FUZZ_CHECK(whole.data == cut.data);
    return 0;
}
