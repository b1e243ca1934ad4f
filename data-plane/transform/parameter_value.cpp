#include "data-plane/transform/parameter_value.hpp"

#include <optional>
#include <string>

#include "common/base/text.hpp"
#include "common/http/uri.hpp"
#include "data-plane/pipeline/context.hpp"
#include "data-plane/transform/transformation.hpp"

namespace turnpike::transform {
namespace {

using http::KnownHeader;
using pipeline::ArenaText;
using pipeline::Exchange;
using snapshot::ParameterSource;

/// The text itself if nothing in it is encoded; an invalid escape stays as it is.
std::string_view decoded(Exchange& exchange, std::string_view raw, http::Plus plus) {
    const bool is_plain = raw.find('%') == std::string_view::npos &&
                          (plus == http::Plus::Literal || raw.find('+') == std::string_view::npos);
    if (is_plain) return raw;
    const std::optional<std::string> text = http::percent_decode(raw, plus);
    return text ? exchange.arena.copy(*text) : raw;
}

// Fields about the caller's own connection and message.
constexpr http::KnownHeaderSet kHiddenFields{
    KnownHeader::Connection,       KnownHeader::ContentLength,
    KnownHeader::ContentMd5,       KnownHeader::Expect,
    KnownHeader::MaxForwards,      KnownHeader::ProxyAuthenticate,
    KnownHeader::Server,           KnownHeader::Te,
    KnownHeader::TransferEncoding, KnownHeader::Trailer,
    KnownHeader::Upgrade,          KnownHeader::WwwAuthenticate,
};

/// The last value of that name, told by its number if it has one.
std::string_view last_field(const http::FieldList& fields, const ParameterSource& source) {
    std::string_view value;
    if (source.known != KnownHeader::Unknown && !fields.contains(source.known)) return value;
    for (const http::Field field : fields) {
        if (equals_ignoring_case(field.name, source.name)) value = field.value;
    }
    return value;
}

void append_joined(ArenaText& out, std::string_view value) {
    if (value.empty()) return;
    if (!out.empty()) out += ',';
    out += value;
}

std::string_view all_fields(Exchange& exchange, const http::FieldList& fields,
                            const ParameterSource& source) {
    if (source.known != KnownHeader::Unknown && !fields.contains(source.known)) return {};
    ArenaText joined(exchange.arena);
    for (const http::Field field : fields) {
        if (equals_ignoring_case(field.name, source.name)) append_joined(joined, field.value);
    }
    return joined.view();
}

bool reads_hidden(const ParameterSource& source) {
    const KnownHeader known =
        source.known == KnownHeader::Unknown ? http::find_header(source.name) : source.known;
    return is_hidden(known);
}

std::string_view last_query_value(Exchange& exchange, std::string_view name) {
    std::string_view last;
    for_each_query_value(exchange, name, [&last](std::string_view value) { last = value; });
    return last;
}

std::string_view all_query_values(Exchange& exchange, std::string_view name) {
    ArenaText joined(exchange.arena);
    for_each_query_value(exchange, name,
                         [&joined](std::string_view value) { append_joined(joined, value); });
    return joined.view();
}

std::string_view stage_variable(const Exchange& exchange, std::string_view name) {
    const std::string* value = exchange.variant->variable(name);
    return value ? std::string_view(*value) : std::string_view{};
}

const http::FieldList* response_fields(const Exchange& exchange) {
    const auto& answer = exchange.integration_response.answer;
    return answer ? &answer->head().fields() : nullptr;
}

}  // namespace

bool is_hidden(KnownHeader known) { return kHiddenFields.contains(known); }

bool is_greedy(const snapshot::CompiledResource& resource, std::string_view parameter) {
    std::string_view path = resource.path;
    if (!path.ends_with("+}")) return false;
    path.remove_suffix(2);
    return path.ends_with(parameter) &&
           path.substr(0, path.size() - parameter.size()).ends_with('{');
}

std::string_view path_value(Exchange& exchange, std::string_view name) {
    const std::string_view raw = exchange.match.value_of(name);
    return raw.data() ? decoded(exchange, raw, http::Plus::Literal) : raw;
}

void for_each_query_parameter(
    Exchange& exchange, const std::function<void(std::string_view, std::string_view)>& visit) {
    http::QueryParameters parameters(exchange.head().query(),
                                     http::QueryParameters::Separators::AmpersandOrSemicolon);
    while (const auto parameter = parameters.next()) {
        visit(decoded(exchange, parameter->raw_name, http::Plus::Space),
              decoded(exchange, parameter->raw_value, http::Plus::Space));
    }
}

void for_each_query_value(Exchange& exchange, std::string_view name,
                          const std::function<void(std::string_view)>& visit) {
    http::QueryParameters parameters(exchange.head().query(),
                                     http::QueryParameters::Separators::AmpersandOrSemicolon);
    while (const auto parameter = parameters.next()) {
        if (decoded(exchange, parameter->raw_name, http::Plus::Space) != name) continue;
        visit(decoded(exchange, parameter->raw_value, http::Plus::Space));
    }
}

std::string_view value_of(Exchange& exchange, const ParameterSource& source) {
    using Kind = ParameterSource::Kind;
    const http::FieldList& fields = exchange.head().fields();
    const http::FieldList* answer = response_fields(exchange);
    switch (source.kind) {
        case Kind::Literal:
            return source.name;
        case Kind::Path:
            return path_value(exchange, source.name);
        case Kind::QueryLast:
            return last_query_value(exchange, source.name);
        case Kind::QueryAll:
            return all_query_values(exchange, source.name);
        case Kind::HeaderLast:
            return reads_hidden(source) ? std::string_view{} : last_field(fields, source);
        case Kind::HeaderAll:
            return reads_hidden(source) ? std::string_view{} : all_fields(exchange, fields, source);
        case Kind::StageVariable:
            return stage_variable(exchange, source.name);
        case Kind::Context:
            return pipeline::context_value(exchange, source.name);
        case Kind::ResponseHeaderLast:
            return answer ? last_field(*answer, source) : std::string_view{};
        case Kind::ResponseHeaderAll:
            return answer ? all_fields(exchange, *answer, source) : std::string_view{};
        case Kind::Body: {
            Transformation& transformation = Transformation::of(exchange);
            return transformation.find_text(source, transformation.request_body());
        }
        case Kind::ResponseBody: {
            Transformation& transformation = Transformation::of(exchange);
            return transformation.find_text(source, transformation.response_body());
        }
    }
    return {};
}

}  // namespace turnpike::transform
