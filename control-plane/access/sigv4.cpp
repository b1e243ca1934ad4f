#include "control-plane/access/sigv4.hpp"

#include <algorithm>
#include <array>
#include <functional>

#include "common/base/encoding.hpp"
#include "common/base/text.hpp"
#include "control-plane/access/signing_time.hpp"

namespace turnpike::access {
namespace {

using Kind = Refusal::Kind;
using Form = SignatureClaim::Form;

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view kTerminator = "aws4_request";
constexpr Seconds kSkewMax{300};
constexpr std::int64_t kLifetimeSecondsMax = 604'800;
constexpr std::size_t kQuotedBytesMax = 256;
constexpr std::string_view kMismatch =
    "The request signature we calculated does not match the signature you provided. Check your AWS "
    "Secret Access Key and signing method. Consult the service documentation for details.";

std::string printable(std::string_view text) {
    std::string out(text);
    std::replace_if(
        out.begin(), out.end(), [](char c) { return c != '\n' && (c < ' ' || c > '~'); }, '?');
    return out;
}

std::string quoted(std::string_view text) {
    return '\'' + printable(text.substr(0, kQuotedBytesMax)) + '\'';
}

std::string hashed(std::string_view text) { return to_base64(crypto::view(crypto::sha256(text))); }

Refusal incomplete(std::string message) { return {Kind::IncompleteSignature, std::move(message)}; }
Refusal invalid_signature(std::string message) {
    return {Kind::InvalidSignature, std::move(message)};
}

/// What the two forms have in common once their parameters are found; still unchecked.
struct Parameters {
    Form form = Form::Header;
    std::string credential;
    std::string signed_headers;
    std::string signature;
    std::string date;
    std::string_view date_header;  ///< Empty in the query form.
    std::optional<std::string> lifetime;
    std::optional<std::string> session_token;
};

std::size_t count_fields(const RequestHead& head, std::string_view name) {
    return static_cast<std::size_t>(std::count_if(
        head.fields.begin(), head.fields.end(),
        [name](const HeaderField& field) { return equals_ignoring_case(field.name, name); }));
}

std::optional<std::string_view> field_value(const RequestHead& head, std::string_view name) {
    for (const HeaderField& field : head.fields) {
        if (equals_ignoring_case(field.name, name)) return trim(field.value);
    }
    return std::nullopt;
}

const std::string* query_value(const std::vector<QueryParameter>& query, std::string_view name) {
    for (const QueryParameter& parameter : query) {
        if (parameter.name == name) return &parameter.value;
    }
    return nullptr;
}

bool has_query_form(const std::vector<QueryParameter>& query) {
    constexpr std::array<std::string_view, 6> kNames = {"X-Amz-Algorithm", "X-Amz-Credential",
                                                        "X-Amz-Signature", "X-Amz-SignedHeaders",
                                                        "X-Amz-Date",      "X-Amz-Expires"};
    return std::any_of(kNames.begin(), kNames.end(), [&query](std::string_view name) {
        return query_value(query, name) != nullptr;
    });
}

std::optional<Refusal> check_repetition(const RequestHead& head,
                                        const std::vector<QueryParameter>& query) {
    for (const std::string_view name : {"Authorization", "X-Amz-Date", "X-Amz-Security-Token",
                                        "X-Amz-Content-Sha256", "Host", ":authority"}) {
        if (count_fields(head, name) > 1) {
            return incomplete("Header " + quoted(name) + " must not be repeated.");
        }
    }
    for (const std::string_view name :
         {"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders",
          "X-Amz-Date", "X-Amz-Expires", "X-Amz-Security-Token"}) {
        const auto repeated = std::count_if(
            query.begin(), query.end(), [name](const auto& given) { return given.name == name; });
        if (repeated > 1) {
            return incomplete("Query-string parameter " + quoted(name) + " must not be repeated.");
        }
    }
    return std::nullopt;
}

/// Words between commas and white space.
std::vector<std::string_view> words(std::string_view text) {
    constexpr std::string_view kBetween = ", \t";
    std::vector<std::string_view> found;
    while (true) {
        const std::size_t start = text.find_first_not_of(kBetween);
        if (start == std::string_view::npos) return found;
        text.remove_prefix(start);
        const std::size_t end = std::min(text.find_first_of(kBetween), text.size());
        found.push_back(text.substr(0, end));
        text.remove_prefix(end);
    }
}

/// Algorithm word and key=value words of an Authorization header, without looking at what they say.
std::optional<Refusal> check_words(const std::vector<std::string_view>& found) {
    for (std::size_t i = 1; i < found.size(); ++i) {
        if (found[i].find('=') != std::string_view::npos) continue;
        return incomplete(
            "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with "
            "SHA-256 and encoded with Base64): '" +
            hashed(found[i]) + "'.");
    }
    if (found.front().find('=') != std::string_view::npos) {
        return incomplete(
            "Authorization header must begin with the algorithm name, which cannot include an "
            "equal-sign.");
    }
    if (found.front() != kAlgorithm) {
        return incomplete("Unsupported AWS 'algorithm': " + quoted(found.front()) + ".");
    }
    return std::nullopt;
}

std::optional<Refusal> check_present(const Parameters& parameters, std::string_view header) {
    std::string missing;
    const auto require = [&missing](const std::string& value, std::string_view name) {
        if (!value.empty()) return;
        missing += "Authorization header requires '" + std::string(name) + "' parameter. ";
    };
    require(parameters.credential, "Credential");
    require(parameters.signature, "Signature");
    require(parameters.signed_headers, "SignedHeaders");
    if (parameters.date.empty()) {
        missing +=
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ";
    }
    if (missing.empty()) return std::nullopt;
    return incomplete(
        missing + "(Hashed with SHA-256 and encoded with Base64) Authorization=" + hashed(header));
}

std::optional<Refusal> read_words(const std::vector<std::string_view>& found,
                                  Parameters& parameters) {
    const std::array<std::pair<std::string_view, std::string*>, 3> known = {
        {{"Credential", &parameters.credential},
         {"SignedHeaders", &parameters.signed_headers},
         {"Signature", &parameters.signature}}};
    for (std::size_t i = 1; i < found.size(); ++i) {
        const std::size_t equals = found[i].find('=');
        for (const auto& [name, slot] : known) {
            if (found[i].substr(0, equals) != name) continue;
            if (!slot->empty()) {
                return incomplete("Authorization header must not repeat the " + quoted(name) +
                                  " parameter.");
            }
            *slot = found[i].substr(equals + 1);
        }
    }
    return std::nullopt;
}

std::variant<Parameters, Refusal> read_header_form(const RequestHead& head,
                                                   std::string_view header) {
    const std::vector<std::string_view> found = words(header);
    if (auto refusal = check_words(found)) return *std::move(refusal);
    Parameters parameters;
    if (auto refusal = read_words(found, parameters)) return *std::move(refusal);
    for (const std::string_view name : {"x-amz-date", "date"}) {
        if (const auto value = field_value(head, name); value && parameters.date.empty()) {
            parameters.date = *value;
            parameters.date_header = name;
        }
    }
    if (auto refusal = check_present(parameters, header)) return *std::move(refusal);
    if (const auto token = field_value(head, "X-Amz-Security-Token")) {
        parameters.session_token = *token;
    }
    return parameters;
}

std::variant<Parameters, Refusal> read_query_form(const std::vector<QueryParameter>& query) {
    Parameters parameters;
    parameters.form = Form::Query;
    std::string algorithm;
    const std::array<std::pair<std::string_view, std::string*>, 5> required = {
        {{"X-Amz-Algorithm", &algorithm},
         {"X-Amz-Credential", &parameters.credential},
         {"X-Amz-Signature", &parameters.signature},
         {"X-Amz-SignedHeaders", &parameters.signed_headers},
         {"X-Amz-Date", &parameters.date}}};
    std::string missing;
    for (const auto& [name, slot] : required) {
        if (const std::string* value = query_value(query, name)) *slot = *value;
        if (!slot->empty()) continue;
        missing += "AWS query-string parameters must include '" + std::string(name) + "'. ";
    }
    if (!missing.empty()) return incomplete(missing + "Re-examine the query-string parameters.");
    if (algorithm != kAlgorithm) {
        return incomplete("Unsupported AWS 'algorithm': " + quoted(algorithm) + ".");
    }
    if (const std::string* value = query_value(query, "X-Amz-Expires"))
        parameters.lifetime = *value;
    if (const std::string* value = query_value(query, "X-Amz-Security-Token")) {
        parameters.session_token = *value;
    }
    return parameters;
}

std::optional<Refusal> read_credential(const std::string& credential, SignatureClaim& claim) {
    const std::vector<std::string_view> parts = split(credential, '/');
    if (parts.size() != 5) {
        return incomplete(
            "Credential must have exactly 5 slash-delimited elements, e.g. "
            "keyid/date/region/service/term, got " +
            quoted(credential));
    }
    claim.access_key_id = parts[0];
    claim.date = parts[1];
    claim.region = parts[2];
    claim.service = parts[3];
    claim.terminator = parts[4];
    return std::nullopt;
}

std::optional<Refusal> read_time(const Parameters& parameters, SignatureClaim& claim) {
    auto time = parse_basic_time(parameters.date);
    if (!time && parameters.date_header == "date") time = parse_http_time(parameters.date);
    if (!time) {
        return incomplete("Date must be in ISO-8601 'basic format'. Got " +
                          quoted(parameters.date) + ". See http://en.wikipedia.org/wiki/ISO_8601");
    }
    claim.signed_at = *time;
    claim.date_time = to_iso8601_basic(*time);
    if (!parameters.lifetime) return std::nullopt;
    const auto seconds = parse_integer(*parameters.lifetime);
    if (!seconds || *seconds < 1 || *seconds > kLifetimeSecondsMax) {
        return incomplete("X-Amz-Expires must be a number of seconds from 1 to 604800. Got " +
                          quoted(*parameters.lifetime));
    }
    claim.lifetime = Seconds{*seconds};
    return std::nullopt;
}

bool is_signed(const SignatureClaim& claim, std::string_view name) {
    return std::binary_search(claim.signed_headers.begin(), claim.signed_headers.end(), name,
                              std::less<>{});
}

/// What must be signed so that nobody on the way can change what the call means.
std::optional<Refusal> check_signed_headers(const RequestHead& head, const Parameters& parameters,
                                            const CanonicalRules& rules, SignatureClaim& claim) {
    for (const std::string_view name : split(parameters.signed_headers, ';')) {
        const bool in_order = claim.signed_headers.empty() || claim.signed_headers.back() < name;
        if (!in_order || name != to_lower(name)) return invalid_signature(std::string(kMismatch));
        claim.signed_headers.emplace_back(name);
    }
    if (!is_signed(claim, "host") && !is_signed(claim, ":authority")) {
        return invalid_signature(
            "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
    }
    if (!parameters.date_header.empty() && !is_signed(claim, parameters.date_header)) {
        return invalid_signature(
            "The date header must be a 'SignedHeader' in the AWS Authorization.");
    }
    for (const HeaderField& field : head.fields) {
        const std::string name = to_lower(field.name);
        if (!name.starts_with("x-amz-") || is_signed(claim, name)) continue;
        if (!rules.sign_session_token && name == "x-amz-security-token") continue;
        return invalid_signature(quoted(name) +
                                 " must be a 'SignedHeader' in the AWS Authorization.");
    }
    return std::nullopt;
}

std::optional<Refusal> check_declared_payload(const RequestHead& head) {
    const auto declared = field_value(head, "X-Amz-Content-Sha256");
    if (!declared || (*declared != "UNSIGNED-PAYLOAD" && !declared->starts_with("STREAMING-"))) {
        return std::nullopt;
    }
    return invalid_signature(
        "'X-Amz-Content-Sha256' must be the SHA-256 of the body; unsigned and streamed payloads "
        "are "
        "not supported.");
}

std::variant<Parameters, Refusal> read_parameters(const RequestHead& head) {
    const auto header = field_value(head, "Authorization");
    const std::vector<QueryParameter> query = read_query(split_target(head.target).query);
    const bool in_header = header && !words(*header).empty();
    const bool in_query = has_query_form(query);
    if (!in_header && !in_query) {
        return Refusal{Kind::MissingAuthenticationToken, "Missing Authentication Token"};
    }
    if (in_header && in_query) {
        return invalid_signature(
            "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP "
            "header.");
    }
    if (auto refusal = check_repetition(head, query)) return *std::move(refusal);
    return in_header ? read_header_form(head, *header) : read_query_form(query);
}

/// "5 min." or "90 sec.", as the texts on expiry have it.
std::string duration_text(Seconds duration) {
    if (duration.count() % 60 == 0) return std::to_string(duration.count() / 60) + " min.";
    return std::to_string(duration.count()) + " sec.";
}

Refusal expired(const SignatureClaim& claim, WallTime now, Seconds window) {
    return invalid_signature("Signature expired: " + claim.date_time + " is now earlier than " +
                             to_iso8601_basic(now - window) + " (" + to_iso8601_basic(now) + " - " +
                             duration_text(window) + ")");
}

}  // namespace

std::variant<SignatureClaim, Refusal> read_claim(const RequestHead& head,
                                                 const CanonicalRules& rules) {
    auto read = read_parameters(head);
    if (auto* refusal = std::get_if<Refusal>(&read)) return std::move(*refusal);
    const auto& parameters = std::get<Parameters>(read);
    SignatureClaim claim;
    claim.form = parameters.form;
    claim.signature = parameters.signature;
    claim.session_token = parameters.session_token;
    if (auto refusal = read_credential(parameters.credential, claim)) return *std::move(refusal);
    if (auto refusal = read_time(parameters, claim)) return *std::move(refusal);
    if (auto refusal = check_signed_headers(head, parameters, rules, claim)) {
        return *std::move(refusal);
    }
    if (auto refusal = check_declared_payload(head)) return *std::move(refusal);
    return claim;
}

std::optional<Refusal> check_scope(const SignatureClaim& claim, std::string_view service) {
    std::string wrong;
    const auto add = [&wrong](const std::string& sentence) {
        if (!wrong.empty()) wrong += ' ';
        wrong += sentence;
    };
    if (claim.region.empty()) add("Credential should be scoped to a valid region.");
    if (claim.service != service) {
        add("Credential should be scoped to correct service: " + quoted(service) + ".");
    }
    if (claim.terminator != kTerminator) {
        add("Credential should be scoped with a valid terminator: 'aws4_request', not " +
            quoted(claim.terminator) + ".");
    }
    const std::string day = claim.date_time.substr(0, 8);
    if (claim.date != day) {
        add("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from "
            "HTTP: " +
            quoted(claim.date) + " != " + quoted(day) + ", from " + quoted(claim.date_time) + ".");
    }
    if (wrong.empty()) return std::nullopt;
    return invalid_signature(std::move(wrong));
}

std::optional<Refusal> check_time(const SignatureClaim& claim, WallTime now) {
    now = std::chrono::floor<Seconds>(now);
    if (claim.signed_at > now + kSkewMax) {
        return invalid_signature("Signature not yet current: " + claim.date_time +
                                 " is still later than " + to_iso8601_basic(now + kSkewMax) + " (" +
                                 to_iso8601_basic(now) + " + 5 min.)");
    }
    const Seconds window = claim.lifetime.value_or(kSkewMax);
    if (claim.signed_at < now - window) return expired(claim, now, window);
    return std::nullopt;
}

Expected expected_signature(const RequestHead& head, std::string_view body,
                            const SignatureClaim& claim, const crypto::Digest& key,
                            const CanonicalRules& rules) {
    const std::vector<std::string_view> signed_headers(claim.signed_headers.begin(),
                                                       claim.signed_headers.end());
    Expected expected;
    expected.payload_hash = crypto::sha256_hex(body);
    expected.canonical = canonical_request(head, signed_headers, expected.payload_hash, rules);
    expected.to_sign = string_to_sign(claim.date_time, claim.scope(), expected.canonical);
    expected.signature = signature(key, expected.to_sign);
    return expected;
}

std::optional<Refusal> compare(const RequestHead& head, const SignatureClaim& claim,
                               const Expected& expected, bool echo) {
    const auto declared = field_value(head, "X-Amz-Content-Sha256");
    const bool is_true_hash = !declared || *declared == expected.payload_hash;
    if (crypto::constant_time_equal(claim.signature, expected.signature) && is_true_hash) {
        return std::nullopt;
    }
    std::string message(kMismatch);
    if (echo) {
        message += "\n\nThe Canonical String for this request should have been\n'" +
                   printable(expected.canonical) + "'\n\nThe String-to-Sign should have been\n'" +
                   printable(expected.to_sign) + "'\n";
    }
    return invalid_signature(std::move(message));
}

}  // namespace turnpike::access
