#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "common/base/result.hpp"

struct z_stream_s;

/// Content codings of bodies: gzip (RFC 1952) and deflate, in pieces of any size.
/// Source: RFC 9110 section 8.4.
namespace turnpike::http {

enum class ContentCoding : std::uint8_t { Identity, Gzip, Deflate };

/// As it is written in a field.
std::string_view to_text(ContentCoding coding);
/// Of a Content-Encoding field. Returns: nothing if a coding is unknown, or if there are several.
std::optional<ContentCoding> parse_content_coding(std::string_view field);
/// What an Accept-Encoding field asks for: its highest quality, the first of several, if we have
/// that coding, else Identity. A star asks for nothing. Source: the reference, compression.
ContentCoding preferred_coding(std::string_view field);

/// What a body may become. Both bounds hold at every moment. Requires: ratio_max > 0.
struct DecodingLimits {
    std::size_t output_bytes_max = 10U << 20U;
    /// Output for each byte of input, beyond the first `free_bytes` of output.
    std::size_t ratio_max = 200;
    std::size_t free_bytes = 1U << 20U;
};

/// Frees what zlib keeps behind a stream of its own.
struct InflateDeleter {
    void operator()(z_stream_s* stream) const;
};
struct DeflateDeleter {
    void operator()(z_stream_s* stream) const;
};

/// Decodes one body. Reads gzip of several members, and deflate with zlib's wrapping and without,
/// since clients send both; anything after the end is refused. Memory: about 40 KiB.
class ContentDecoder {
public:
    enum class Status : std::uint8_t {
        NeedMore,    ///< All input was consumed.
        OutputFull,  ///< Call again with what is left of the input, even if that is nothing.
        Malformed,   ///< The data are damaged.
        TooLarge,    ///< A limit is exceeded.
    };
    struct Step {
        Status status = Status::NeedMore;
        std::size_t consumed = 0;  ///< Bytes of the input.
        std::size_t produced = 0;  ///< Bytes of the output, for NeedMore and OutputFull.
        const char* reason = "";   ///< Malformed, TooLarge: a fixed text for the log.
    };

    /// Requires: not Identity. Errors: Unavailable if there is no memory.
    static Result<ContentDecoder> make(ContentCoding coding, const DecodingLimits& limits);
    /// Requires: `output` is not empty; not called again after Malformed or TooLarge.
    Step next(std::string_view input, std::span<char> output);
    /// Whether the input so far is a whole body.
    bool is_complete() const { return is_at_end_; }

private:
    ContentDecoder(ContentCoding coding, const DecodingLimits& limits) : limits_(limits) {
        is_gzip_ = coding == ContentCoding::Gzip;
    }
    /// Reads what tells the two kinds of deflate apart. Returns: whether it is known by now.
    bool sniff(std::string_view& input);
    Step inflate_all(std::string_view input, std::span<char> output);
    const char* broken_limit() const;

    DecodingLimits limits_;
    std::unique_ptr<z_stream_s, InflateDeleter> stream_;
    std::size_t input_bytes_ = 0;
    std::size_t output_bytes_ = 0;
    std::array<char, 2> start_{};  ///< Of deflate.
    std::uint8_t start_bytes_ = 0;
    bool is_gzip_ = false;
    bool is_at_end_ = false;
};

/// Encodes one body. Memory: about 260 KiB.
class ContentEncoder {
public:
    /// Halfway between zlib's fastest and its best.
    static constexpr int kLevel = 6;

    struct Step {
        std::size_t consumed = 0;  ///< Bytes of the input.
        std::size_t produced = 0;  ///< Bytes of the output.
        /// The output was filled, or the body ended with it; else all input was consumed.
        bool is_output_full = false;
        bool is_done = false;
    };

    /// Requires: not Identity. Errors: Unavailable if there is no memory.
    static Result<ContentEncoder> make(ContentCoding coding, int level = kLevel);
    /// `is_last`: nothing follows this input. Requires: `output` is not empty; not called again
    /// after is_done.
    Step next(std::string_view input, std::span<char> output, bool is_last);

private:
    ContentEncoder() = default;
    std::unique_ptr<z_stream_s, DeflateDeleter> stream_;
};

/// A whole body at once; Identity gives it back. Errors: Invalid if it is damaged or not complete,
/// LimitExceeded, Unavailable if there is no memory. `message` is for the log.
Result<std::string> decode_content(ContentCoding coding, std::string_view body,
                                   const DecodingLimits& limits);
/// Errors: Unavailable if there is no memory.
Result<std::string> encode_content(ContentCoding coding, std::string_view body,
                                   int level = ContentEncoder::kLevel);

}  // namespace turnpike::http
