#include "common/telemetry/execution_log.hpp"

#include <algorithm>
#include <array>

#include "common/base/text.hpp"
#include "common/http/header_name.hpp"

namespace turnpike::telemetry {
namespace {

using http::KnownHeader;

constexpr std::size_t kFieldsBytesMax = 1000;
constexpr std::size_t kShownOfSecret = 6;
constexpr std::string_view kTruncated = " [TRUNCATED]";

constexpr std::size_t kEventBytesMax = 1024;

constexpr http::KnownHeaderSet kSecretFields{
    KnownHeader::Authorization,      KnownHeader::Cookie,
    KnownHeader::ProxyAuthorization, KnownHeader::SetCookie,
    KnownHeader::XAmzSecurityToken,  KnownHeader::XApiKey};
constexpr std::array<std::string_view, 4> kSecretParameters{
    "access_token", "X-Amz-Credential", "X-Amz-Security-Token", "X-Amz-Signature"};

/// Of a field or a query parameter.
bool is_secret(std::string_view name) {
    return kSecretFields.contains(http::find_header(name)) ||
           std::ranges::any_of(kSecretParameters, [name](std::string_view secret) {
               return equals_ignoring_case(name, secret);
           });
}

/// The most bytes up to `bytes_max` that do not end within a character. Requires: a longer text.
std::size_t whole_characters(std::string_view text, std::size_t bytes_max) {
    while (bytes_max > 0 && (static_cast<unsigned char>(text[bytes_max]) & 0xC0U) == 0x80U) {
        --bytes_max;
    }
    return bytes_max;
}

std::string cut(std::string text, std::size_t bytes_max) {
    if (text.size() <= bytes_max) return text;
    text.resize(whole_characters(text, bytes_max));
    text += kTruncated;
    return text;
}

/// Controls as "\n" and the like, so that a text stays on its line.
void append_visible(std::string& out, char c) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7F) {
        out += c;
        return;
    }
    constexpr std::string_view kDigits = "0123456789abcdef";
    if (c == '\n' || c == '\r' || c == '\t') {
        out += c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t";
    } else {
        out += "\\x";
        out += kDigits[byte >> 4U];
        out += kDigits[byte & 15U];
    }
}

std::string joined_values(const model::StringMap& fields, std::size_t first) {
    const std::string& name = fields[first].first;
    const bool hides = is_secret(name);
    std::string values;
    for (std::size_t i = first; i < fields.size(); ++i) {
        if (!equals_ignoring_case(fields[i].first, name)) continue;
        if (i > first) values += ',';
        values += hides ? masked(fields[i].second) : fields[i].second;
    }
    return values;
}

bool has_earlier(const model::StringMap& fields, std::size_t index) {
    return std::any_of(
        fields.begin(), fields.begin() + static_cast<std::ptrdiff_t>(index),
        [&](const auto& field) { return equals_ignoring_case(field.first, fields[index].first); });
}

/// "Sun, 29 Mar 2026 21:05:07 GMT" in another order.
std::string date_of(WallTime time) {
    const std::string date = to_http_date(time);
    return date.substr(0, 3) + ' ' + date.substr(8, 3) + ' ' + date.substr(5, 2) + ' ' +
           date.substr(17, 8) + " UTC " + date.substr(12, 4);
}

}  // namespace

ExecutionLog::ExecutionLog(std::string_view request_id) {
    text_ += "Execution log for request ";
    text_ += request_id;
    text_ += '\n';
}

void ExecutionLog::add(WallTime time, std::string_view text) {
    text_ += date_of(time);
    text_ += " : ";
    text_ += text;
    text_ += '\n';
}

std::string logged_fields(const model::StringMap& fields) {
    std::string text = "{";
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (has_earlier(fields, i)) continue;
        if (text.size() > 1) text += ", ";
        text += fields[i].first + '=' + joined_values(fields, i);
    }
    text += '}';
    return cut(std::move(text), kFieldsBytesMax);
}

std::string masked(std::string_view secret) {
    const std::size_t shown = secret.size() > kShownOfSecret ? kShownOfSecret : 0;
    return std::string(secret.size() - shown, '*') +
           std::string(secret.substr(secret.size() - shown));
}

std::string logged_uri(std::string_view uri) {
    const std::size_t start = uri.find('?');
    if (start == std::string_view::npos) return std::string(uri);
    std::string shown(uri.substr(0, start));
    char separator = '?';
    for (const std::string_view pair : split(uri.substr(start + 1), '&')) {
        const std::size_t equals = pair.find('=');
        shown += separator;
        separator = '&';
        if (equals == std::string_view::npos || !is_secret(pair.substr(0, equals))) {
            shown += pair;
        } else {
            shown += pair.substr(0, equals + 1);
            shown += masked(pair.substr(equals + 1));
        }
    }
    return shown;
}

std::string execution_event(WallTime time, std::string_view request_id, std::string_view text) {
    std::string message = "(" + std::string(request_id) + ") ";
    message += text.substr(0, kEventBytesMax);
    if (message.size() > kEventBytesMax) message.resize(whole_characters(message, kEventBytesMax));
    std::string event = to_iso8601_milliseconds(time) + ' ';
    for (const char c : message) append_visible(event, c);
    event += '\n';
    return event;
}

std::string logged_body(std::string_view body) {
    return cut(std::string(body), kLoggedBodyBytesMax);
}

}  // namespace turnpike::telemetry
