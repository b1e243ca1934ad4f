#include "common/http/chunked.hpp"

#include <algorithm>
#include <limits>

#include "common/base/assert.hpp"
#include "common/base/text.hpp"
#include "common/http/header_name.hpp"
#include "common/http/scan.hpp"

namespace turnpike::http {
namespace {

// More would not fit a signed 64-bit length, which other software on the path may use.
constexpr std::uint64_t kChunkBytesMax = std::numeric_limits<std::int64_t>::max();
constexpr std::uint8_t kSizeDigitsMax = 16;

/// Trailers that would change how the message is framed, routed or authenticated, or are about one
/// connection. Source: RFC 9110 section 6.5.1.
constexpr KnownHeaderSet kForbiddenTrailers{KnownHeader::Authorization,
                                            KnownHeader::CacheControl,
                                            KnownHeader::Connection,
                                            KnownHeader::ContentEncoding,
                                            KnownHeader::ContentLength,
                                            KnownHeader::ContentType,
                                            KnownHeader::Cookie,
                                            KnownHeader::Expect,
                                            KnownHeader::Host,
                                            KnownHeader::KeepAlive,
                                            KnownHeader::MaxForwards,
                                            KnownHeader::ProxyAuthenticate,
                                            KnownHeader::ProxyAuthorization,
                                            KnownHeader::ProxyConnection,
                                            KnownHeader::Range,
                                            KnownHeader::SetCookie,
                                            KnownHeader::Te,
                                            KnownHeader::Trailer,
                                            KnownHeader::TransferEncoding,
                                            KnownHeader::Upgrade,
                                            KnownHeader::WwwAuthenticate,
                                            KnownHeader::XAmzDate,
                                            KnownHeader::XAmzSecurityToken,
                                            KnownHeader::XAmznRequestId,
                                            KnownHeader::XApiKey,
                                            KnownHeader::XApigwApiId,
                                            KnownHeader::XForwardedFor,
                                            KnownHeader::XForwardedHost,
                                            KnownHeader::XForwardedProto,
                                            KnownHeader::XForwardedPort,
                                            KnownHeader::XHttpMethodOverride};

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const char lower = to_lower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

ChunkedDecoder::Step ChunkedDecoder::next(std::string_view input) {
    std::size_t at = 0;
    while (at < input.size()) {
        if (state_ == State::Data) {
            const std::string_view data = input.substr(
                at,
                static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, input.size() - at)));
            remaining_ -= data.size();
            if (remaining_ == 0) state_ = State::DataCr;
            return {Status::Data, at + data.size(), data, ""};
        }
        const char* const reason = advance(input[at]);
        ++at;
        if (reason != nullptr) return {Status::Refused, at, {}, reason};
        if (state_ == State::Ended) return {Status::Done, at, {}, ""};
    }
    return {Status::NeedMore, at, {}, ""};
}

const char* ChunkedDecoder::advance(char c) {
    switch (state_) {
        case State::Size:
            return read_size(c);
        case State::Extension:
            return read_extension(c);
        case State::SizeLf:
            return end_size_line(c);
        case State::Data:
            break;
        case State::DataCr:
            state_ = State::DataLf;
            return c == '\r' ? nullptr : "no CRLF after chunk data";
        case State::DataLf:
            state_ = State::Size;
            size_digits_ = 0;
            extension_bytes_ = 0;
            return c == '\n' ? nullptr : "no CRLF after chunk data";
        case State::TrailerStart:
        case State::TrailerName:
        case State::TrailerValue:
        case State::TrailerLf:
            return read_trailer(c);
        case State::EndLf:
            state_ = State::Ended;
            return c == '\n' ? nullptr : "bare CR after the last chunk";
        case State::Ended:
            break;
    }
    TURNPIKE_ASSERT(false);
    return "";
}

const char* ChunkedDecoder::read_size(char c) {
    const int digit = hex_value(c);
    if (digit >= 0) {
        if (++size_digits_ > kSizeDigitsMax) return "chunk size has too many digits";
        remaining_ = remaining_ * 16 + static_cast<std::uint64_t>(digit);
        return nullptr;
    }
    if (size_digits_ == 0) return "chunk size is not a number";
    if (remaining_ > kChunkBytesMax) return "chunk size is too large";
    if (c == '\r') {
        state_ = State::SizeLf;
        return nullptr;
    }
    if (c != ';') return "invalid character after the chunk size";
    state_ = State::Extension;
    extension_bytes_ = 1;
    return nullptr;
}

const char* ChunkedDecoder::read_extension(char c) {
    if (c == '\r') {
        state_ = State::SizeLf;
        return nullptr;
    }
    if (is_value_control(c)) return "control character in a chunk extension";
    if (++extension_bytes_ > kChunkExtensionBytesMax) return "chunk extension is too long";
    return nullptr;
}

const char* ChunkedDecoder::end_size_line(char c) {
    if (c != '\n') return "bare CR after the chunk size";
    state_ = remaining_ == 0 ? State::TrailerStart : State::Data;
    return nullptr;
}

const char* ChunkedDecoder::read_trailer(char c) {
    if (++trailer_bytes_ > kTrailerBytesMax) return "trailers are too large";
    switch (state_) {
        case State::TrailerStart:
            name_size_ = 0;
            if (c == '\r') {
                state_ = State::EndLf;
                return nullptr;
            }
            state_ = State::TrailerName;
            return read_trailer_name(c);
        case State::TrailerName:
            return read_trailer_name(c);
        case State::TrailerValue:
            if (c == '\r') {
                state_ = State::TrailerLf;
                return nullptr;
            }
            return is_value_control(c) ? "control character in a trailer" : nullptr;
        default:
            state_ = State::TrailerStart;
            return c == '\n' ? nullptr : "bare CR in a trailer";
    }
}

const char* ChunkedDecoder::read_trailer_name(char c) {
    if (is_token_character(c)) {
        if (name_size_ < name_.size()) name_[name_size_++] = c;
        return nullptr;
    }
    if (c != ':' || name_size_ == 0) return "invalid trailer name";
    state_ = State::TrailerValue;
    // A name that fills the array was cut, and no known name is that long.
    const KnownHeader known = find_header({name_.data(), name_size_});
    if (known != KnownHeader::Unknown && kForbiddenTrailers.contains(known)) {
        return "forbidden trailer";
    }
    return nullptr;
}

std::string_view write_chunk_head(std::uint64_t bytes, std::array<char, 18>& out) {
    TURNPIKE_ASSERT(bytes > 0);
    constexpr std::string_view kDigits = "0123456789abcdef";
    char* const end = out.data() + out.size();
    char* begin = end;
    *--begin = '\n';
    *--begin = '\r';
    do {
        *--begin = kDigits[bytes & 15U];
        bytes >>= 4U;
    } while (bytes > 0);
    return {begin, static_cast<std::size_t>(end - begin)};
}

}  // namespace turnpike::http
