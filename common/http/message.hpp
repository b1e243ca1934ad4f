#pragma once

#include <cstdint>
#include <string_view>

namespace turnpike::http {

enum class Version : std::uint8_t { Http10, Http11 };
/// "HTTP/1.1".
constexpr std::string_view to_text(Version version) {
    return version == Version::Http10 ? "HTTP/1.0" : "HTTP/1.1";
}

/// How the end of a body is found. Source: RFC 9112 section 6.3.
enum class BodyFraming : std::uint8_t {
    None,    ///< There is no body.
    Length,  ///< content_length bytes; may be 0.
    Chunked,
    UntilClose,  ///< Responses only.
};

/// Why a head was refused. After any of these the connection must be closed: where the message ends
/// is not known.
enum class HeadProblem : std::uint8_t {
    None,
    Malformed,                  ///< 400
    TargetTooLong,              ///< 414
    HeaderTooLarge,             ///< 431
    UnsupportedTransferCoding,  ///< 501
    VersionNotSupported,        ///< 505
};

/// What one call of a head's parse() came to.
struct ParseOutcome {
    enum class Status : std::uint8_t { NeedMore, Done, Refused };
    Status status = Status::NeedMore;
    HeadProblem problem = HeadProblem::None;
    std::uint32_t consumed = 0;  ///< Done: bytes of the head, empty line included.
    const char* reason = "";     ///< Refused: a fixed text for the log.

    bool done() const { return status == Status::Done; }
    bool needs_more() const { return status == Status::NeedMore; }
    bool refused() const { return status == Status::Refused; }
};

/// RFC 9110's phrase, "Unknown" for status codes without one.
std::string_view reason_phrase(int status);

}  // namespace turnpike::http
