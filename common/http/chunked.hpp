#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "common/http/limits.hpp"

namespace turnpike::http {

/// Finds the data in a chunked body that arrives in pieces, without copying it. Strict: sizes of 1
/// to 16 hexadecimal digits directly followed by CRLF or extensions, which are ignored; CRLF after
/// the data; trailers are checked, bounded and dropped, and those that would change framing,
/// routing or authentication are refused. Source: RFC 9112 section 7.1.
class ChunkedDecoder {
public:
    enum class Status : std::uint8_t {
        NeedMore,  ///< All input was consumed; the body goes on.
        Data,      ///< `data` is a piece of the body; call again with what follows.
        Done,      ///< The body and its trailers ended at `consumed`.
        Refused,   ///< The body is malformed: close the connection.
    };
    struct Step {
        Status status = Status::NeedMore;
        std::size_t consumed = 0;  ///< Bytes of the input that are dealt with, data included.
        std::string_view data;     ///< A view into the input.
        const char* reason = "";   ///< Refused: a fixed text for the log.
    };
    /// Requires: not called again after Done or Refused, before reset().
    Step next(std::string_view input);
    void reset() { *this = ChunkedDecoder{}; }

    /// Bytes of the current chunk that have not arrived yet.
    std::uint64_t chunk_bytes_remaining() const { return remaining_; }

private:
    enum class State : std::uint8_t {
        Size,
        Extension,
        SizeLf,
        Data,
        DataCr,
        DataLf,
        TrailerStart,
        TrailerName,
        TrailerValue,
        TrailerLf,
        EndLf,
        Ended,
    };
    // Each takes one byte and returns why it is refused, or null.
    const char* advance(char c);
    const char* read_size(char c);
    const char* read_extension(char c);
    const char* end_size_line(char c);
    const char* read_trailer(char c);
    const char* read_trailer_name(char c);

    std::uint64_t remaining_ = 0;
    std::uint32_t trailer_bytes_ = 0;
    std::uint16_t extension_bytes_ = 0;
    std::uint8_t size_digits_ = 0;
    std::uint8_t name_size_ = 0;  // saturates: no name that matters is longer than the array
    State state_ = State::Size;
    std::array<char, 32> name_{};
};

/// "1f\r\n": goes before `bytes` bytes of data, which are followed by "\r\n".
/// Requires: bytes > 0. Lifetime: of `out`.
std::string_view write_chunk_head(std::uint64_t bytes, std::array<char, 18>& out);
/// Ends a body without trailers.
constexpr std::string_view kLastChunk = "0\r\n\r\n";

}  // namespace turnpike::http
