#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"

namespace turnpike::cache {

/// What an entry is made of.
struct ResponseParts {
    struct Field {
        std::string_view name;
        std::string_view value;
    };
    int status = 0;
    std::vector<Field> fields;
    std::string_view body;
    /// How much longer than fresh it is kept.
    Seconds kept_longer{0};
    /// No answer, but a note that the key is not worth waiting for.
    bool is_note = false;
};

/// One entry: a finished answer of a method, or a note. Its encoded form is one text; status,
/// fields and body are views into it. Immutable; any thread.
///
/// Encoded, all numbers little-endian: version (1 byte, 1), flags (1 byte: 2 = note), two zero
/// bytes, checksum (8) of everything behind it and of the id; then status (2), number of fields
/// (2), seconds kept longer (4), bytes of the body (4); bytes of each field's name (2) and value
/// (4); names and values in turn; the body. Nothing may follow. docs/cache.md.
class Response {
public:
    /// `id` names the entry; under another one it cannot be decoded.
    /// Returns: null if a bound of limits.hpp is broken.
    static std::shared_ptr<const Response> make(const ResponseParts& parts, std::string_view id);
    /// Of bytes that are not trusted. Returns: null if they are no entry of that id.
    static std::shared_ptr<const Response> decode(std::string bytes, std::string_view id);
    /// What the checksum of the entry has to be. Requires: at least kHeaderBytes.
    static std::uint64_t checksum(std::string_view encoded, std::string_view id);
    static constexpr std::size_t kHeaderBytes = 24;
    static constexpr std::size_t kChecksumAt = 4;

    int status() const { return parts_.status; }
    std::span<const ResponseParts::Field> fields() const { return parts_.fields; }
    std::string_view body() const { return parts_.body; }
    Seconds kept_longer() const { return parts_.kept_longer; }
    bool is_note() const { return parts_.is_note; }
    const std::string& encoded() const { return encoded_; }
    /// What it keeps in memory.
    std::size_t bytes() const;

private:
    explicit Response(std::string encoded) : encoded_(std::move(encoded)) {}
    bool read();

    const std::string encoded_;
    ResponseParts parts_;
};

}  // namespace turnpike::cache
