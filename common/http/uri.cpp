#include "common/http/uri.hpp"

#include <algorithm>

#include "common/base/text.hpp"
#include "common/http/scan.hpp"

namespace turnpike::http {
namespace {

constexpr bool is_letter(char c) { return to_lower(c) >= 'a' && to_lower(c) <= 'z'; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_unreserved(char c) {
    return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

/// The digit's value; -1 if it is none.
int hex_value(char c) {
    if (is_digit(c)) return c - '0';
    const char lower = to_lower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// 1 for ".", 2 for "..", with dots plain or percent-encoded; else 0.
int dots(std::string_view segment) {
    int count = 0;
    while (!segment.empty()) {
        if (segment.front() == '.') {
            segment.remove_prefix(1);
        } else if (segment.starts_with("%2e") || segment.starts_with("%2E")) {
            segment.remove_prefix(3);
        } else {
            return 0;
        }
        if (++count > 2) return 0;
    }
    return count;
}

Error invalid_uri(const char* reason) { return invalid(std::string("Invalid URI: ") + reason); }

}  // namespace

void append_percent_encoded(std::string& out, std::string_view text, EncodeKeep keep) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    for (const char c : text) {
        if (is_unreserved(c) || (c == '/' && keep == EncodeKeep::Slash)) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += kDigits[byte >> 4U];
        out += kDigits[byte & 15U];
    }
}

std::string percent_encode(std::string_view text, EncodeKeep keep) {
    std::string encoded;
    encoded.reserve(text.size());
    append_percent_encoded(encoded, text, keep);
    return encoded;
}

bool append_percent_decoded(std::string& out, std::string_view text, Plus plus) {
    const std::size_t size_before = out.size();
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i] == '+' && plus == Plus::Space ? ' ' : text[i];
            continue;
        }
        const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
        const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
        if (high < 0 || low < 0) {
            out.resize(size_before);
            return false;
        }
        out += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return true;
}

std::optional<std::string> percent_decode(std::string_view text, Plus plus) {
    std::string decoded;
    decoded.reserve(text.size());
    if (!append_percent_decoded(decoded, text, plus)) return std::nullopt;
    return decoded;
}

PathSegments::PathSegments(std::string_view path) : rest_(path) {
    if (rest_.starts_with('/')) rest_.remove_prefix(1);
}

std::optional<std::string_view> PathSegments::next() {
    if (done_) return std::nullopt;
    const std::size_t slash = rest_.find('/');
    const std::string_view segment = rest_.substr(0, slash);
    done_ = slash == std::string_view::npos;
    rest_.remove_prefix(done_ ? rest_.size() : slash + 1);
    return segment;
}

bool has_dot_segments(std::string_view path) {
    // Most paths have neither.
    if (path.find('.') == std::string_view::npos && path.find('%') == std::string_view::npos) {
        return false;
    }
    if (path.find("/.") == std::string_view::npos && path.find("/%2") == std::string_view::npos) {
        return false;
    }
    PathSegments segments(path);
    while (const auto segment = segments.next()) {
        if (dots(*segment) > 0) return true;
    }
    return false;
}

std::string remove_dot_segments(std::string_view path) {
    std::string cleaned;
    cleaned.reserve(path.size());
    PathSegments segments(path);
    bool ends_in_directory = false;
    while (const auto segment = segments.next()) {
        const int count = dots(*segment);
        ends_in_directory = count > 0;
        if (count == 2) {
            cleaned.resize(cleaned.empty() ? 0 : cleaned.rfind('/'));
        } else if (count == 0) {
            cleaned += '/';
            cleaned += *segment;
        }
    }
    if (ends_in_directory || cleaned.empty()) cleaned += '/';
    return cleaned;
}

std::optional<std::string> QueryParameter::name() const {
    return percent_decode(raw_name, Plus::Space);
}

std::optional<std::string> QueryParameter::value() const {
    return percent_decode(raw_value, Plus::Space);
}

std::optional<QueryParameter> QueryParameters::next() {
    while (!rest_.empty()) {
        const std::size_t end =
            separators_ == Separators::Ampersand ? rest_.find('&') : rest_.find_first_of("&;");
        const std::string_view piece = rest_.substr(0, end);
        rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
        if (piece.empty()) continue;
        const std::size_t equals = piece.find('=');
        if (equals == std::string_view::npos) return QueryParameter{piece, {}, false};
        return QueryParameter{piece.substr(0, equals), piece.substr(equals + 1), true};
    }
    return std::nullopt;
}

Result<AbsoluteUri> parse_absolute_uri(std::string_view text) {
    for (const char c : text) {
        if (static_cast<signed char>(c) <= 0x20 || c == 0x7f)
            return invalid_uri("invalid character");
        if (c == '#') return invalid_uri("fragment");
    }
    AbsoluteUri uri;
    const std::size_t colon = text.find("://");
    if (colon == std::string_view::npos || colon == 0) return invalid_uri("no scheme");
    uri.scheme = text.substr(0, colon);
    for (const char c : uri.scheme) {
        if (!is_letter(c) && !is_digit(c) && c != '+' && c != '-' && c != '.') {
            return invalid_uri("invalid scheme");
        }
    }
    if (!is_letter(uri.scheme.front())) return invalid_uri("invalid scheme");

    const std::string_view rest = text.substr(colon + 3);
    const std::size_t authority_end = std::min(rest.find_first_of("/?"), rest.size());
    uri.authority_text = rest.substr(0, authority_end);
    const auto authority = parse_authority(uri.authority_text);
    if (!authority) return invalid_uri("invalid host or port");
    uri.authority = *authority;

    const std::string_view path_with_query = rest.substr(authority_end);
    const std::size_t mark = path_with_query.find('?');
    uri.path = path_with_query.substr(0, mark);
    uri.has_query = mark != std::string_view::npos;
    if (uri.has_query) uri.query = path_with_query.substr(mark + 1);
    return uri;
}

}  // namespace turnpike::http
