#include "data-plane/integration/request_target.hpp"

#include <algorithm>
#include <string>

#include "common/http/uri.hpp"
#include "data-plane/transform/parameter_value.hpp"
#include "data-plane/transform/transformation.hpp"

namespace turnpike::integration {
namespace {

using pipeline::ArenaText;
using pipeline::Exchange;
using snapshot::ParameterMapping;
using snapshot::ParameterSource;
using Piece = snapshot::UriTemplate::Piece;

bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

void append_encoded(ArenaText& out, std::string_view text, http::EncodeKeep keep) {
    const bool keeps_slash = keep == http::EncodeKeep::Slash;
    const bool is_plain = std::all_of(text.begin(), text.end(), [keeps_slash](char c) {
        return is_unreserved(c) || (keeps_slash && c == '/');
    });
    if (is_plain) {
        out += text;
    } else {
        out += http::percent_encode(text, keep);
    }
}

const ParameterMapping* find_path_mapping(const snapshot::CompiledIntegration& integration,
                                          std::string_view name) {
    for (const ParameterMapping& mapping : integration.parameters) {
        if (mapping.destination == ParameterMapping::Destination::Path && mapping.name == name) {
            return &mapping;
        }
    }
    return nullptr;
}

/// What a template set in place of the mapped value. Returns: null if none did.
const dynamic::Value* find_override(Exchange& exchange,
                                    transform::ParameterOverrides transform::Overrides::*kind,
                                    std::string_view name) {
    if (!exchange.transformation) return nullptr;
    auto& overrides = transform::Transformation::of(exchange).overrides();
    return (overrides.*kind).texts().find(name);
}

/// The placeholder takes the rest of the caller's path, so its value is a path.
bool keeps_slashes(const Exchange& exchange, const ParameterMapping* mapping) {
    return mapping && mapping->source.kind == ParameterSource::Kind::Path &&
           transform::is_greedy(*exchange.method->resource, mapping->source.name);
}

void append_path_parameter(Exchange& exchange, ArenaText& out, const std::string& name) {
    const ParameterMapping* mapping = find_path_mapping(exchange.integration(), name);
    const auto keep =
        keeps_slashes(exchange, mapping) ? http::EncodeKeep::Slash : http::EncodeKeep::Nothing;
    if (const auto* override = find_override(exchange, &transform::Overrides::path, name)) {
        append_encoded(out, override->as_string(), keep);
        return;
    }
    const std::string_view value =
        mapping ? transform::value_of(exchange, mapping->source) : std::string_view{};
    if (value.empty()) {  // a placeholder that nothing fills stays what it is
        out += '{';
        out += name;
        out += '}';
        return;
    }
    append_encoded(out, value, keep);
}

void append_piece(Exchange& exchange, ArenaText& out, const Piece& piece) {
    switch (piece.kind) {
        case Piece::Kind::Literal:
            out += piece.text;
            return;
        case Piece::Kind::PathParameter:
            append_path_parameter(exchange, out, piece.text);
            return;
        case Piece::Kind::StageVariable:
            if (const std::string* value = exchange.variant->variable(piece.text)) out += *value;
            return;
    }
}

void append_query_separator(ArenaText& out, bool& has_query) {
    out += has_query ? '&' : '?';
    has_query = true;
}

void append_query_pair(ArenaText& out, bool& has_query, std::string_view name,
                       std::string_view value) {
    if (value.empty()) return;
    append_query_separator(out, has_query);
    append_encoded(out, name, http::EncodeKeep::Nothing);
    out += '=';
    append_encoded(out, value, http::EncodeKeep::Nothing);
}

/// As sent, but with the one separator that every back end knows.
void append_caller_query(Exchange& exchange, ArenaText& out, bool& has_query) {
    std::string_view query = exchange.head().query();
    if (query.empty()) return;
    append_query_separator(out, has_query);
    for (std::size_t at = query.find(';'); at != std::string_view::npos; at = query.find(';')) {
        out += query.substr(0, at);
        out += '&';
        query.remove_prefix(at + 1);
    }
    out += query;
}

void append_mapped_query(Exchange& exchange, ArenaText& out, bool& has_query) {
    for (const ParameterMapping& mapping : exchange.integration().parameters) {
        if (mapping.destination != ParameterMapping::Destination::Query) continue;
        if (find_override(exchange, &transform::Overrides::query_string, mapping.name)) continue;
        if (mapping.source.kind == ParameterSource::Kind::QueryAll) {
            transform::for_each_query_value(
                exchange, mapping.source.name, [&](std::string_view value) {
                    append_query_pair(out, has_query, mapping.name, value);
                });
        } else {
            append_query_pair(out, has_query, mapping.name,
                              transform::value_of(exchange, mapping.source));
        }
    }
}

/// A list gives the parameter several times.
void append_overriding_query(Exchange& exchange, ArenaText& out, bool& has_query) {
    if (!exchange.transformation) return;
    const auto& overrides = transform::Transformation::of(exchange).overrides();
    for (const auto& [name, value] : overrides.query_string.texts().members()) {
        if (!value.is_list()) {
            append_query_pair(out, has_query, name, value.as_string());
            continue;
        }
        for (const dynamic::Value& item : value.as_list().items) {
            append_query_pair(out, has_query, name, item.as_string());
        }
    }
}

/// Bytes that would end or break a request line, which constants of a configuration may hold.
bool breaks_request_line(char c) {
    return static_cast<unsigned char>(c) <= 0x20 || c >= 0x7f || c < 0;
}

std::string_view encode_breaking_bytes(Exchange& exchange, std::string_view target) {
    if (std::none_of(target.begin(), target.end(), breaks_request_line)) return target;
    ArenaText out(exchange.arena);
    for (const char& c : target) {
        if (breaks_request_line(c)) {
            out += http::percent_encode({&c, 1});
        } else {
            out += c;
        }
    }
    return out.view();
}

Error invalid_address() { return invalid("Invalid endpoint address"); }

/// Splits what was joined into origin and the rest. Returns: the rest.
Result<std::string_view> take_origin(Exchange& exchange, std::string_view uri) {
    auto found = snapshot::parse_origin(uri);
    if (!found) return invalid_address();
    auto& request = exchange.integration_request;
    request.request_origin = std::move(found->origin);
    request.origin = &*request.request_origin;
    return uri.substr(found->bytes);
}

}  // namespace

Result<void> build_target(Exchange& exchange) {
    const snapshot::UriTemplate* uri = exchange.stage_method->uri;
    if (!uri || uri->is_hopeless()) return invalid_address();
    auto& request = exchange.integration_request;
    const bool has_constant_origin = uri->origin().has_value();

    ArenaText joined(exchange.arena);
    joined.reserve(256);
    // A target starts with a slash even if the URI ends with its host.
    const auto& pieces = uri->target();
    if (has_constant_origin && (pieces.empty() || !pieces.front().text.starts_with('/') ||
                                pieces.front().kind != Piece::Kind::Literal)) {
        joined += '/';
    }
    for (const Piece& piece : pieces) append_piece(exchange, joined, piece);
    std::string_view target = joined.view();
    if (has_constant_origin) {
        request.origin = &*uri->origin();
    } else {
        auto rest = take_origin(exchange, target);
        if (!rest) return std::move(rest).error();
        target = *rest;
    }
    target = target.substr(0, target.find('#'));

    const bool passes_query =
        exchange.integration().type == snapshot::CompiledIntegration::Type::HttpProxy;
    ArenaText full(exchange.arena);
    full.reserve(target.size() + exchange.head().query().size() + 64);
    if (!target.starts_with('/')) full += '/';
    full += target;
    bool has_query = target.find('?') != std::string_view::npos;
    if (passes_query) append_caller_query(exchange, full, has_query);
    append_mapped_query(exchange, full, has_query);
    append_overriding_query(exchange, full, has_query);
    request.target = encode_breaking_bytes(exchange, full.view());
    return {};
}

}  // namespace turnpike::integration
