#include "common/snapshot/uri_template.hpp"

#include "common/base/text.hpp"
#include "common/http/authority.hpp"

namespace turnpike::snapshot {

namespace {

using Kind = UriTemplate::Piece::Kind;
using Pieces = std::vector<UriTemplate::Piece>;

constexpr std::string_view kVariablePrefix = "${stageVariables.";

bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

template <typename Accept>
bool all_of(std::string_view text, Accept accept) {
    for (const char c : text) {
        if (!accept(c)) return false;
    }
    return !text.empty();
}

bool is_variable_name(std::string_view text) {
    return all_of(text, [](char c) { return is_alphanumeric(c) || c == '_'; });
}

bool is_parameter_name(std::string_view text) {
    return all_of(text, [](char c) {
        return is_alphanumeric(c) || c == '.' || c == '_' || c == '$' || c == '-';
    });
}

struct Placeholder {
    UriTemplate::Piece piece;
    std::size_t bytes = 0;
};

/// The placeholder at the start of `text`, if it is a well-formed one.
std::optional<Placeholder> placeholder_at(std::string_view text) {
    const bool is_variable = text.starts_with(kVariablePrefix);
    const std::size_t start = is_variable ? kVariablePrefix.size() : 1;
    if (!is_variable && text.front() != '{') return std::nullopt;
    const std::size_t end = text.find('}', start);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view name = text.substr(start, end - start);
    if (is_variable ? !is_variable_name(name) : !is_parameter_name(name)) return std::nullopt;
    return Placeholder{{is_variable ? Kind::StageVariable : Kind::PathParameter, std::string(name)},
                       end + 1};
}

void append(Pieces& pieces, UriTemplate::Piece piece) {
    if (piece.text.empty()) return;
    if (piece.kind == Kind::Literal && !pieces.empty() && pieces.back().kind == Kind::Literal) {
        pieces.back().text += piece.text;
    } else {
        pieces.push_back(std::move(piece));
    }
}

std::optional<Origin> origin_of(bool is_https, std::string_view text) {
    const std::optional<http::Authority> authority = http::parse_authority(text);
    if (!authority) return std::nullopt;
    const std::uint16_t standard = is_https ? 443 : 80;
    Origin origin{is_https, to_lower(authority->host), authority->port.value_or(standard), {}};
    origin.authority = authority->is_ipv6 ? "[" + origin.host + "]" : origin.host;
    if (origin.port != standard) origin.authority += ":" + std::to_string(origin.port);
    return origin;
}

std::size_t scheme_bytes(std::string_view uri) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (equals_ignoring_case(uri.substr(0, scheme.size()), scheme)) return scheme.size();
    }
    return 0;
}

}  // namespace

std::optional<OriginAt> parse_origin(std::string_view uri) {
    const std::size_t scheme = scheme_bytes(uri);
    if (scheme == 0) return std::nullopt;
    const std::size_t end = std::min(uri.find_first_of("/?#", scheme), uri.size());
    std::optional<Origin> origin = origin_of(scheme == 8, uri.substr(scheme, end - scheme));
    if (!origin) return std::nullopt;
    return OriginAt{std::move(*origin), end};
}

UriTemplate UriTemplate::parse(std::string_view uri) {
    Pieces pieces;
    std::string literal;
    while (!uri.empty()) {
        std::optional<Placeholder> found = placeholder_at(uri);
        if (found) {
            append(pieces, {Kind::Literal, std::move(literal)});
            literal.clear();
            pieces.push_back(std::move(found->piece));
            uri.remove_prefix(found->bytes);
            continue;
        }
        // "${other}" is literal text as a whole: its "{other}" is not a path parameter.
        const std::size_t taken = uri.starts_with("${") ? 2 : 1;
        literal += uri.substr(0, taken);
        uri.remove_prefix(taken);
    }
    append(pieces, {Kind::Literal, std::move(literal)});
    return UriTemplate(std::move(pieces));
}

UriTemplate::UriTemplate(std::vector<Piece> pieces) : target_(std::move(pieces)) {
    for (const Piece& piece : target_) {
        has_stage_variables_ |= piece.kind == Kind::StageVariable;
        has_path_parameters_ |= piece.kind == Kind::PathParameter;
    }
    is_hopeless_ = target_.empty();
    if (target_.empty() || target_.front().kind != Kind::Literal) return;

    std::string& first = target_.front().text;
    const std::size_t scheme_end = first.find("://");
    const bool is_complete =
        target_.size() == 1 || (scheme_end != std::string::npos &&
                                first.find_first_of("/?#", scheme_end + 3) != std::string::npos);
    if (!is_complete) return;
    std::optional<OriginAt> found = parse_origin(first);
    is_hopeless_ = !found;
    if (!found) return;
    origin_ = std::move(found->origin);
    first.erase(0, found->bytes);
    if (first.empty()) target_.erase(target_.begin());
}

UriTemplate UriTemplate::resolve(const model::StringMap& variables) const {
    if (!has_stage_variables_) return *this;
    Pieces pieces;
    if (origin_) {
        // Split off already; it comes back the same way.
        const std::string_view scheme = origin_->is_https ? "https://" : "http://";
        pieces.push_back({Kind::Literal, std::string(scheme) + origin_->authority});
    }
    for (const Piece& piece : target_) {
        if (piece.kind != Kind::StageVariable) {
            append(pieces, piece);
            continue;
        }
        for (const auto& [name, value] : variables) {
            if (name == piece.text) append(pieces, {Kind::Literal, value});
        }
    }
    return UriTemplate(std::move(pieces));
}

}  // namespace turnpike::snapshot
