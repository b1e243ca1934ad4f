#include "common/telemetry/log_format.hpp"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <algorithm>
#include <array>
#include <cstring>

#include "common/base/assert.hpp"
#include "common/telemetry/escape.hpp"

namespace turnpike::telemetry {
namespace {

constexpr std::string_view kMarker = "$context.";
constexpr std::size_t kValueBytesMax = 4096;
constexpr std::size_t kLineBytesMax = 32U * 1024U;
/// What one piece may add before the length is looked at: a value, and little around it.
constexpr std::size_t kPieceBytesMax = kValueBytesMax * kEscapedBytesMax + 1024;

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.';
}

/// The longest name at the start of `text`; a dot at its end belongs to the sentence.
std::string_view take_name(std::string_view text) {
    std::size_t size = 0;
    while (size < text.size() && is_name_character(text[size])) ++size;
    while (size > 0 && text[size - 1] == '.') --size;
    return text.substr(0, size);
}

bool is_number(std::string_view text) {
    if (text.size() > 18 || (text.size() > 1 && text.front() == '0')) return false;
    for (const char c : text) {
        if (c < '0' || c > '9') return false;
    }
    return true;
}

char* write_literal(char* at, std::string_view text) {
    std::memcpy(at, text.data(), text.size());
    return at + text.size();
}

/// What the default format holds: every variable that some phase gives a value today, but for
/// error.messageString, which is error.message once more. Asking for others costs time for nothing.
constexpr std::array kDefaultVariables{LogVariable::RequestTime,
                                       LogVariable::RequestTimeEpoch,
                                       LogVariable::RequestId,
                                       LogVariable::ExtendedRequestId,
                                       LogVariable::IdentitySourceIp,
                                       LogVariable::HttpMethod,
                                       LogVariable::Path,
                                       LogVariable::Protocol,
                                       LogVariable::Status,
                                       LogVariable::ResponseLength,
                                       LogVariable::ResponseLatency,
                                       LogVariable::IntegrationLatency,
                                       LogVariable::IntegrationStatus,
                                       LogVariable::IntegrationIntegrationStatus,
                                       LogVariable::IntegrationRequestId,
                                       LogVariable::IntegrationError,
                                       LogVariable::AccountId,
                                       LogVariable::ApiId,
                                       LogVariable::Stage,
                                       LogVariable::DeploymentId,
                                       LogVariable::IsCanaryRequest,
                                       LogVariable::ResourceId,
                                       LogVariable::ResourcePath,
                                       LogVariable::DomainName,
                                       LogVariable::DomainPrefix,
                                       LogVariable::IdentityApiKeyId,
                                       LogVariable::IdentityUserAgent,
                                       LogVariable::ErrorMessage,
                                       LogVariable::ErrorResponseType,
                                       LogVariable::ErrorLimit,
                                       LogVariable::ErrorValidationErrorString,
                                       LogVariable::TlsVersion,
                                       LogVariable::CipherSuite,
                                       LogVariable::XrayTraceId};

/// Variables whose values are numbers, which the default format writes without quotes.
bool is_numeric(LogVariable variable) {
    switch (variable) {
        case LogVariable::AuthenticateLatency:
        case LogVariable::AuthenticateStatus:
        case LogVariable::AuthorizeLatency:
        case LogVariable::AuthorizeStatus:
        case LogVariable::AuthorizerIntegrationLatency:
        case LogVariable::AuthorizerIntegrationStatus:
        case LogVariable::AuthorizerLatency:
        case LogVariable::AuthorizerStatus:
        case LogVariable::IntegrationIntegrationStatus:
        case LogVariable::IntegrationLatency:
        case LogVariable::IntegrationStatus:
        case LogVariable::IntegrationTimeToAllHeaders:
        case LogVariable::IntegrationTimeToFirstContent:
        case LogVariable::RequestTimeEpoch:
        case LogVariable::ResponseLatency:
        case LogVariable::ResponseLength:
        case LogVariable::Status:
        case LogVariable::WafLatency:
        case LogVariable::WafStatus:
            return true;
        default:
            return false;
    }
}

/// A key of the default format: `,"name":`, with room so that it is copied in whole words.
struct Member {
    std::array<char, 48> key{};
    std::size_t key_size = 0;
    LogVariable variable = LogVariable::Status;
    bool is_numeric = false;

    char* write_key(char* at) const {
#ifdef __SSE2__
        // g++ makes a slow string instruction of a memcpy of this size.
        for (std::size_t i = 0; i < key.size(); i += 16) {
            const auto* from = reinterpret_cast<const __m128i*>(key.data() + i);
            _mm_storeu_si128(reinterpret_cast<__m128i*>(at + i), _mm_loadu_si128(from));
        }
#else
        std::memcpy(at, key.data(), key.size());
#endif
        return at + key_size;
    }
};

using Members = std::array<Member, kDefaultVariables.size()>;

Members make_members() {
    Members members;
    for (std::size_t i = 0; i < members.size(); ++i) {
        const std::string key = ",\"" + std::string(to_text(kDefaultVariables[i])) + "\":";
        TURNPIKE_ASSERT(key.size() <= members[i].key.size());
        std::copy(key.begin(), key.end(), members[i].key.begin());
        members[i].key_size = key.size();
        members[i].variable = kDefaultVariables[i];
        members[i].is_numeric = is_numeric(kDefaultVariables[i]);
    }
    return members;
}

/// Cut at a character's start, so that the line stays UTF-8 if the value was.
std::string_view cut(std::string_view value) {
    if (value.size() <= kValueBytesMax) return value;
    std::size_t size = kValueBytesMax;
    while (size > kValueBytesMax - 4 &&
           (static_cast<unsigned char>(value[size]) & 0xc0U) == 0x80U) {
        --size;
    }
    return value.substr(0, size);
}

}  // namespace

void append_escaped(std::string& out, std::string_view text) {
    std::array<char, 256 * kEscapedBytesMax + 16> part;
    while (!text.empty()) {
        char* const end = write_escaped(part.data(), text.substr(0, 256));
        out.append(part.data(), end);
        text.remove_prefix(std::min<std::size_t>(text.size(), 256));
    }
}

LogFormat::LogFormat(std::string_view text) {
    // A line end may be written at the end of a format; each line gets one anyway.
    while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
    if (text.ends_with("\\n")) text.remove_suffix(2);
    Piece piece;
    while (!text.empty()) {
        const std::size_t marker = text.find(kMarker);
        piece.literal += text.substr(0, marker);
        text.remove_prefix(marker == std::string_view::npos ? text.size() : marker);
        if (text.empty()) break;
        const std::string_view name = take_name(text.substr(kMarker.size()));
        text.remove_prefix(kMarker.size() + name.size());
        const auto reference = find_log_variable(name);
        if (!reference) {
            piece.literal += '-';
            continue;
        }
        piece.has_variable = true;
        piece.variable = reference->variable;
        piece.key = std::string(reference->key);
        pieces_.push_back(std::move(piece));
        piece = Piece{};
    }
    if (!piece.literal.empty()) pieces_.push_back(std::move(piece));
    // A format that reaches over lines would let one request write two.
    for (Piece& each : pieces_) {
        std::replace(each.literal.begin(), each.literal.end(), '\n', ' ');
        std::replace(each.literal.begin(), each.literal.end(), '\r', ' ');
    }
}

const LogFormat& LogFormat::json_lines() {
    static const LogFormat format = [] {
        LogFormat made;
        made.is_json_lines_ = true;
        return made;
    }();
    return format;
}

void LogFormat::append_line(std::string& out, const LogValues& values) const {
    // Written here first: appending to a string piece by piece costs several times as much.
    std::array<char, kLineBytesMax + kPieceBytesMax> line;
    char* const end =
        is_json_lines_ ? write_members(line.data(), values) : write_pieces(line.data(), values);
    out.append(line.data(), end);
}

char* LogFormat::write_pieces(char* const line, const LogValues& values) const {
    char* at = line;
    LogScratch scratch;
    for (const Piece& piece : pieces_) {
        if (static_cast<std::size_t>(at - line) + piece.literal.size() > kLineBytesMax) break;
        at = std::copy(piece.literal.begin(), piece.literal.end(), at);
        if (!piece.has_variable) continue;
        const std::string_view value = cut(values.value(piece.variable, piece.key, scratch));
        if (value.empty()) {
            at = write_literal(at, "-");
        } else if (piece.variable == LogVariable::ErrorMessageString) {
            at = write_literal(at, value);  // is a JSON text: its quotes belong to the line
        } else {
            at = write_escaped(at, value);
        }
        if (static_cast<std::size_t>(at - line) > kLineBytesMax) break;
    }
    at = std::min(at, line + kLineBytesMax);
    return write_literal(at, "\n");
}

char* LogFormat::write_members(char* const line, const LogValues& values) {
    static const Members members = make_members();
    char* at = line;
    LogScratch scratch;
    for (const Member& member : members) {
        const std::string_view value = cut(values.value(member.variable, {}, scratch));
        if (value.empty()) continue;
        char* const before = at;
        at = member.write_key(at);
        if (member.is_numeric && is_number(value)) {
            at = write_literal(at, value);
        } else {
            *at++ = '"';
            at = write_escaped(at, value);
            *at++ = '"';
        }
        if (static_cast<std::size_t>(at - line) > kLineBytesMax) {  // the line stays valid JSON
            at = before;
            break;
        }
    }
    if (at == line) *at++ = '{';
    *line = '{';  // the first member came with a comma
    return write_literal(at, "}\n");
}

}  // namespace turnpike::telemetry
