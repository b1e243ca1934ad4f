#include "common/telemetry/log_format.hpp"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <algorithm>
#include <array>

namespace turnpike::telemetry {
namespace {

constexpr std::string_view kMarker = "$context.";
constexpr std::size_t kValueBytesMax = 4096;
constexpr std::size_t kLineBytesMax = 32U * 1024U;

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
    return !text.empty() && text.size() <= 18 &&
           text.find_first_not_of("0123456789") == std::string_view::npos &&
           (text.size() == 1 || text.front() != '0');
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

bool needs_escape(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\' || c == 0x7f;
}

/// The first byte that needs it, or `end`. Values are scanned for every request.
const char* find_escape(const char* p, const char* end) {
#ifdef __SSE2__
    const __m128i low = _mm_set1_epi8(0x1f);
    for (; end - p >= 16; p += 16) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
        const __m128i is_control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, low), bytes);
        const __m128i is_quote = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')),
                                              _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
        const __m128i is_delete = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7f));
        const int hits =
            _mm_movemask_epi8(_mm_or_si128(is_control, _mm_or_si128(is_quote, is_delete)));
        if (hits != 0) return p + __builtin_ctz(static_cast<unsigned>(hits));
    }
#endif
    while (p != end && !needs_escape(*p)) ++p;
    return p;
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
    constexpr std::string_view kDigits = "0123456789abcdef";
    const char* const end = text.data() + text.size();
    const char* plain = text.data();
    for (const char* at = find_escape(plain, end); at != end; at = find_escape(plain, end)) {
        const char c = *at;
        out.append(plain, at);
        plain = at + 1;
        out += '\\';
        switch (c) {
            case '"':
            case '\\':
                out += c;
                break;
            case '\n':
                out += 'n';
                break;
            case '\r':
                out += 'r';
                break;
            case '\t':
                out += 't';
                break;
            default:
                out += "u00";
                out += kDigits[static_cast<unsigned char>(c) >> 4U];
                out += kDigits[static_cast<unsigned char>(c) & 15U];
        }
    }
    out.append(plain, end);
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
        for (const LogVariable variable : kDefaultVariables) {
            made.pieces_.push_back(
                {"\"" + std::string(to_text(variable)) + "\":", true, variable, {}});
        }
        return made;
    }();
    return format;
}

void LogFormat::append_line(std::string& out, const LogValues& values) const {
    if (is_json_lines_) {
        append_members(out, values);
        return;
    }
    const std::size_t start = out.size();
    LogScratch scratch;
    for (const Piece& piece : pieces_) {
        out += piece.literal;
        if (!piece.has_variable) continue;
        const std::string_view value = cut(values.value(piece.variable, piece.key, scratch));
        if (value.empty()) {
            out += '-';
        } else {
            append_escaped(out, value);
        }
        if (out.size() - start > kLineBytesMax) break;
    }
    if (out.size() - start > kLineBytesMax) out.resize(start + kLineBytesMax);
    out += '\n';
}

void LogFormat::append_members(std::string& out, const LogValues& values) const {
    const std::size_t start = out.size();
    LogScratch scratch;
    char separator = '{';
    for (const Piece& piece : pieces_) {
        const std::string_view value = cut(values.value(piece.variable, piece.key, scratch));
        if (value.empty()) continue;
        const std::size_t before = out.size();
        out += separator;
        out += piece.literal;
        if (is_numeric(piece.variable) && is_number(value)) {
            out += value;
        } else {
            out += '"';
            append_escaped(out, value);
            out += '"';
        }
        if (out.size() - start > kLineBytesMax) {  // the line stays valid JSON
            out.resize(before);
            break;
        }
        separator = ',';
    }
    if (separator == '{') out += '{';
    out += "}\n";
}

}  // namespace turnpike::telemetry
