#include <cstddef>
#include <cstdint>
#include <string>

#include "data-plane/cache/limits.hpp"
#include "data-plane/cache/response.hpp"
#include "tests/fuzz/check.hpp"

using namespace turnpike;
using turnpike::cache::Response;
using turnpike::cache::ResponseParts;

namespace {

constexpr std::string_view kId = "0123456789abcdef";

bool lies_in(std::string_view part, const std::string& whole) {
    return part.empty() || (part.data() >= whole.data() &&
                            part.data() + part.size() <= whole.data() + whole.size());
}

/// As whoever may write to Redis could do it.
void fix_checksum(std::string& bytes) {
    if (bytes.size() < Response::kHeaderBytes) return;
    const std::uint64_t sum = Response::checksum(bytes, kId);
    for (std::size_t i = 0; i < sizeof(sum); ++i) {
        bytes[Response::kChecksumAt + i] = static_cast<char>((sum >> (8 * i)) & 0xffU);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string bytes(reinterpret_cast<const char*>(data), size);
    (void)Response::decode(bytes, kId);
    fix_checksum(bytes);
    const auto decoded = Response::decode(bytes, kId);
    if (!decoded) return 0;
    FUZZ_CHECK(decoded->encoded() == bytes);
    FUZZ_CHECK(lies_in(decoded->body(), decoded->encoded()));
    FUZZ_CHECK(decoded->body().size() <= cache::limits::kBodyBytesMax);
    ResponseParts parts;
    parts.status = decoded->status();
    parts.body = decoded->body();
    parts.kept_longer = decoded->kept_longer();
    parts.is_note = decoded->is_note();
    for (const ResponseParts::Field& field : decoded->fields()) {
        FUZZ_CHECK(lies_in(field.name, decoded->encoded()));
        FUZZ_CHECK(lies_in(field.value, decoded->encoded()));
        parts.fields.push_back(field);
    }
    // What is accepted is what make() writes, but for the two bytes without a meaning.
    const auto again = Response::make(parts, kId);
    FUZZ_CHECK(again != nullptr);
    FUZZ_CHECK(again->encoded().size() == bytes.size());
    return 0;
}
