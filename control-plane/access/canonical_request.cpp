#include "control-plane/access/canonical_request.hpp"

#include <algorithm>
#include <utility>

#include "common/base/encoding.hpp"
#include "common/base/text.hpp"
#include "common/crypto/hmac.hpp"

namespace turnpike::access {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";

bool is_unreserved(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

int digit_of(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

void append_encoded(std::string& out, std::string_view text, bool keep_slash) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    for (const char c : text) {
        if (is_unreserved(c) || (keep_slash && c == '/')) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += kDigits[byte >> 4U];
        out += kDigits[byte & 15U];
    }
}

std::string percent_decoded(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const int high = text[i] == '%' && i + 2 < text.size() ? digit_of(text[i + 1]) : -1;
        const int low = high >= 0 ? digit_of(text[i + 2]) : -1;
        if (low < 0) {
            out += text[i];
            continue;
        }
        out += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return out;
}

/// As the client libraries do it: "." and ".." count as empty, the end keeps its slash.
std::string without_dot_segments(std::string_view path) {
    std::vector<std::string_view> kept;
    for (const std::string_view segment : split(path, '/')) {
        if (segment.empty() || segment == ".") continue;
        if (segment != "..") {
            kept.push_back(segment);
        } else if (!kept.empty()) {
            kept.pop_back();
        }
    }
    std::string out;
    for (const std::string_view segment : kept) {
        out += '/';
        out += segment;
    }
    if (out.empty() || path.ends_with('/')) out += '/';
    return out;
}

/// Trimmed, inner runs of white space as one space.
void append_value(std::string& out, std::string_view value) {
    const std::size_t start = out.size();
    bool gap = false;
    for (const char c : value) {
        if (is_space(c)) {
            gap = true;
            continue;
        }
        if (gap && out.size() > start) out += ' ';
        gap = false;
        out += c;
    }
}

}  // namespace

TargetParts split_target(std::string_view target) {
    const std::size_t scheme = target.find("://");
    if (!target.starts_with('/') && scheme != std::string_view::npos) {
        const std::size_t path = target.find_first_of("/?", scheme + 3);
        target = path == std::string_view::npos ? std::string_view{} : target.substr(path);
    }
    const std::size_t mark = target.find('?');
    if (mark == std::string_view::npos) return {target, {}};
    return {target.substr(0, mark), target.substr(mark + 1)};
}

std::vector<QueryParameter> read_query(std::string_view query) {
    std::vector<QueryParameter> parameters;
    for (const std::string_view piece : split(query, '&')) {
        if (piece.empty()) continue;
        const std::size_t equals = std::min(piece.find('='), piece.size());
        const std::string_view value = piece.substr(std::min(equals + 1, piece.size()));
        parameters.push_back({percent_decoded(piece.substr(0, equals)), percent_decoded(value)});
    }
    return parameters;
}

std::string canonical_path(std::string_view path, bool normalize) {
    std::string out;
    append_encoded(out, normalize ? without_dot_segments(path) : std::string(path), true);
    if (out.empty()) out = "/";
    return out;
}

std::string canonical_query(const std::vector<QueryParameter>& parameters,
                            const CanonicalRules& rules) {
    std::vector<std::pair<std::string, std::string>> encoded;
    encoded.reserve(parameters.size());
    for (const QueryParameter& parameter : parameters) {
        if (parameter.name == "X-Amz-Signature") continue;
        if (!rules.sign_session_token && parameter.name == "X-Amz-Security-Token") continue;
        auto& [name, value] = encoded.emplace_back();
        append_encoded(name, parameter.name, false);
        append_encoded(value, parameter.value, false);
    }
    std::sort(encoded.begin(), encoded.end());
    std::string out;
    for (const auto& [name, value] : encoded) {
        if (!out.empty()) out += '&';
        out += name;
        out += '=';
        out += value;
    }
    return out;
}

std::string canonical_headers(std::span<const HeaderField> fields,
                              std::span<const std::string_view> signed_headers) {
    std::vector<std::pair<std::string, std::string_view>> sorted;
    sorted.reserve(fields.size());
    for (const HeaderField& field : fields) sorted.emplace_back(to_lower(field.name), field.value);
    const auto by_name = [](const auto& a, const auto& b) { return a.first < b.first; };
    std::stable_sort(sorted.begin(), sorted.end(), by_name);

    std::string out;
    for (const std::string_view name : signed_headers) {
        out += name;
        out += ':';
        auto field =
            std::lower_bound(sorted.begin(), sorted.end(), name,
                             [](const auto& a, std::string_view b) { return a.first < b; });
        for (bool first = true; field != sorted.end() && field->first == name; ++field) {
            if (!first) out += ',';
            first = false;
            append_value(out, field->second);
        }
        out += '\n';
    }
    return out;
}

std::string canonical_request(const RequestHead& head,
                              std::span<const std::string_view> signed_headers,
                              std::string_view payload_hash, const CanonicalRules& rules) {
    const TargetParts target = split_target(head.target);
    std::string out(head.method);
    out += '\n';
    out += canonical_path(target.path, rules.normalize_path);
    out += '\n';
    out += canonical_query(read_query(target.query), rules);
    out += '\n';
    out += canonical_headers(head.fields, signed_headers);
    out += '\n';
    for (std::size_t i = 0; i < signed_headers.size(); ++i) {
        if (i > 0) out += ';';
        out += signed_headers[i];
    }
    out += '\n';
    out += payload_hash;
    return out;
}

std::string string_to_sign(std::string_view date_time, std::string_view scope,
                           std::string_view canonical_request_text) {
    std::string out(kAlgorithm);
    out += '\n';
    out += date_time;
    out += '\n';
    out += scope;
    out += '\n';
    out += crypto::sha256_hex(canonical_request_text);
    return out;
}

crypto::Digest signing_key(std::string_view secret, std::string_view date, std::string_view region,
                           std::string_view service) {
    std::string start = "AWS4" + std::string(secret);
    crypto::Digest key = crypto::hmac_sha256(start, date);
    crypto::wipe(start);
    for (const std::string_view part : {region, service, std::string_view("aws4_request")}) {
        key = crypto::hmac_sha256(crypto::view(key), part);
    }
    return key;
}

std::string signature(const crypto::Digest& key, std::string_view string_to_sign_text) {
    return to_hex(crypto::view(crypto::hmac_sha256(crypto::view(key), string_to_sign_text)));
}

}  // namespace turnpike::access
