#include "data-plane/cache/response.hpp"

#include <limits>

#include "common/base/seeded_hash.hpp"
#include "data-plane/cache/limits.hpp"

namespace turnpike::cache {
namespace {

constexpr char kVersion = 1;
constexpr char kNote = 2;
constexpr std::size_t kPayloadAt = 12;
constexpr std::size_t kFieldHeaderBytes = 6;
constexpr std::uint64_t kChecksumSeed = 0x7d1f'6a3c'52b8'90e5;

template <typename Number>
void put(std::string& out, std::size_t value) {
    for (std::size_t i = 0; i < sizeof(Number); ++i) {
        out += static_cast<char>((value >> (8 * i)) & 0xffU);
    }
}

template <typename Number>
Number number_at(std::string_view bytes, std::size_t at) {
    Number value = 0;
    for (std::size_t i = 0; i < sizeof(Number); ++i) {
        value |= static_cast<Number>(static_cast<Number>(static_cast<unsigned char>(bytes[at + i]))
                                     << (8 * i));
    }
    return value;
}

bool is_within_bounds(const ResponseParts& parts) {
    if (parts.status < 0 || parts.status > 999 || parts.kept_longer > limits::kKeptMax ||
        parts.fields.size() > limits::kFieldsMax || parts.body.size() > limits::kBodyBytesMax) {
        return false;
    }
    std::size_t bytes = 0;
    for (const ResponseParts::Field& field : parts.fields) {
        if (field.name.size() > std::numeric_limits<std::uint16_t>::max()) return false;
        bytes += field.name.size() + field.value.size();
    }
    return bytes <= limits::kFieldTextBytesMax;
}

}  // namespace

/// Against torn and misplaced entries, not against an enemy.
std::uint64_t Response::checksum(std::string_view encoded, std::string_view id) {
    const std::string_view flags = encoded.substr(0, kChecksumAt);
    return seeded_hash(encoded.substr(kPayloadAt),
                       seeded_hash(id, seeded_hash(flags, kChecksumSeed)));
}

std::shared_ptr<const Response> Response::make(const ResponseParts& parts, std::string_view id) {
    if (!is_within_bounds(parts)) return nullptr;
    std::size_t texts = parts.body.size();
    for (const ResponseParts::Field& field : parts.fields) {
        texts += field.name.size() + field.value.size() + kFieldHeaderBytes;
    }
    std::string encoded;
    encoded.reserve(kHeaderBytes + texts);
    encoded += kVersion;
    encoded += parts.is_note ? kNote : '\0';
    encoded.append(kPayloadAt - 2, '\0');
    put<std::uint16_t>(encoded, static_cast<std::size_t>(parts.status));
    put<std::uint16_t>(encoded, parts.fields.size());
    put<std::uint32_t>(encoded, static_cast<std::size_t>(parts.kept_longer.count()));
    put<std::uint32_t>(encoded, parts.body.size());
    for (const ResponseParts::Field& field : parts.fields) {
        put<std::uint16_t>(encoded, field.name.size());
        put<std::uint32_t>(encoded, field.value.size());
    }
    for (const ResponseParts::Field& field : parts.fields) {
        encoded += field.name;
        encoded += field.value;
    }
    encoded += parts.body;
    std::string sum;
    put<std::uint64_t>(sum, checksum(encoded, id));
    encoded.replace(kChecksumAt, sum.size(), sum);
    std::shared_ptr<Response> made(new Response(std::move(encoded)));
    return made->read() ? made : nullptr;
}

std::shared_ptr<const Response> Response::decode(std::string bytes, std::string_view id) {
    if (bytes.size() < kHeaderBytes || bytes[0] != kVersion || (bytes[1] & ~kNote) != 0) {
        return nullptr;
    }
    if (number_at<std::uint64_t>(bytes, kChecksumAt) != checksum(bytes, id)) return nullptr;
    std::shared_ptr<Response> made(new Response(std::move(bytes)));
    return made->read() ? made : nullptr;
}

/// Every length is checked before it is used: a checksum can be made by anybody.
bool Response::read() {
    const std::string_view all(encoded_);
    parts_.is_note = all[1] == kNote;
    parts_.status = number_at<std::uint16_t>(all, kPayloadAt);
    const std::size_t count = number_at<std::uint16_t>(all, kPayloadAt + 2);
    parts_.kept_longer = Seconds(number_at<std::uint32_t>(all, kPayloadAt + 4));
    const std::size_t body_bytes = number_at<std::uint32_t>(all, kPayloadAt + 8);
    const std::size_t texts_at = kHeaderBytes + count * kFieldHeaderBytes;
    if (count > limits::kFieldsMax || texts_at > all.size()) return false;
    std::string_view texts = all.substr(texts_at);
    parts_.fields.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t at = kHeaderBytes + i * kFieldHeaderBytes;
        const std::size_t name_bytes = number_at<std::uint16_t>(all, at);
        const std::size_t value_bytes = number_at<std::uint32_t>(all, at + 2);
        if (name_bytes > texts.size() || value_bytes > texts.size() - name_bytes) return false;
        parts_.fields.push_back(
            {texts.substr(0, name_bytes), texts.substr(name_bytes, value_bytes)});
        texts.remove_prefix(name_bytes + value_bytes);
    }
    if (texts.size() != body_bytes) return false;
    parts_.body = texts;
    const bool is_status = parts_.status >= 200 && parts_.status <= 999;
    return is_within_bounds(parts_) && (parts_.is_note || is_status);
}

std::size_t Response::bytes() const {
    return sizeof(Response) + encoded_.capacity() +
           parts_.fields.capacity() * sizeof(ResponseParts::Field);
}

}  // namespace turnpike::cache
