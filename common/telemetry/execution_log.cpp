#include "common/telemetry/execution_log.hpp"

#include <algorithm>

#include "common/base/text.hpp"
#include "common/http/header_name.hpp"

namespace turnpike::telemetry {
namespace {

using http::KnownHeader;

constexpr std::size_t kFieldsBytesMax = 1000;
constexpr std::size_t kBodyBytesMax = 10'240;
constexpr std::size_t kShownOfSecret = 6;
constexpr std::string_view kTruncated = " [TRUNCATED]";

constexpr http::KnownHeaderSet kSecrets{KnownHeader::Authorization, KnownHeader::XAmzSecurityToken,
                                        KnownHeader::XApiKey};

std::string masked(std::string_view secret) {
    const std::size_t hidden = secret.size() - std::min(kShownOfSecret, secret.size());
    return std::string(hidden, '*') + std::string(secret.substr(hidden));
}

/// Never within a character.
std::string cut(std::string text, std::size_t bytes_max) {
    if (text.size() <= bytes_max) return text;
    while (bytes_max > 0 && (static_cast<unsigned char>(text[bytes_max]) & 0xC0U) == 0x80U) {
        --bytes_max;
    }
    text.resize(bytes_max);
    text += kTruncated;
    return text;
}

std::string joined_values(const model::StringMap& fields, std::size_t first) {
    const std::string& name = fields[first].first;
    const bool is_secret = kSecrets.contains(http::find_header(name));
    std::string values;
    for (std::size_t i = first; i < fields.size(); ++i) {
        if (!equals_ignoring_case(fields[i].first, name)) continue;
        if (i > first) values += ',';
        values += is_secret ? masked(fields[i].second) : fields[i].second;
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

std::string logged_body(std::string_view body) { return cut(std::string(body), kBodyBytesMax); }

}  // namespace turnpike::telemetry
