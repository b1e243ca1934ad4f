#include "data-plane/integration/request_builder.hpp"

#include <memory_resource>
#include <string>
#include <vector>

#include "common/base/text.hpp"
#include "common/http/header_writer.hpp"
#include "data-plane/integration/head_text.hpp"
#include "data-plane/integration/header_rules.hpp"
#include "data-plane/integration/limits.hpp"
#include "data-plane/integration/media_type.hpp"
#include "data-plane/integration/request_target.hpp"
#include "data-plane/transform/parameter_value.hpp"
#include "data-plane/transform/transformation.hpp"

namespace turnpike::integration {
namespace {

using http::KnownHeader;
using http::KnownHeaderSet;
using pipeline::Exchange;
using snapshot::CompiledIntegration;
using snapshot::ParameterMapping;
using snapshot::Verb;

bool is_signature(std::string_view authorization) { return authorization.starts_with("AWS4-"); }

/// The mapped header fields of one request, evaluated once, and what a template put in their place.
class MappedHeaders {
public:
    explicit MappedHeaders(pipeline::Arena& arena) : entries_(arena.resource()) {}
    struct Entry {
        std::string_view name;
        KnownHeader known;
        std::string_view value;
    };

    /// Errors: Invalid for a field that must not be set.
    Result<void> evaluate(Exchange& exchange) {
        for (const ParameterMapping& mapping : exchange.integration().parameters) {
            if (mapping.destination != ParameterMapping::Destination::Header) continue;
            const std::string_view value = transform::value_of(exchange, mapping.source);
            if (auto added = add(mapping.name, value); !added) return added;
        }
        return {};
    }
    /// An empty value only takes away what was mapped. Errors: as above.
    Result<void> replace(std::string_view name, std::string_view value) {
        std::erase_if(entries_, [name](const Entry& entry) {
            return equals_ignoring_case(entry.name, name);
        });
        known_ = {};
        for (const Entry& entry : entries_) known_.add(entry.known);
        return add(name, value);
    }
    bool contains(KnownHeader known) const { return known_.contains(known); }
    bool contains(KnownHeader known, std::string_view name) const {
        if (entries_.empty()) return false;
        if (known != KnownHeader::Unknown) return known_.contains(known);
        for (const Entry& entry : *this) {
            if (equals_ignoring_case(entry.name, name)) return true;
        }
        return false;
    }
    std::string_view value(KnownHeader known) const {
        for (const Entry& entry : *this) {
            if (entry.known == known) return entry.value;
        }
        return {};
    }
    const Entry* begin() const { return entries_.data(); }
    const Entry* end() const { return entries_.data() + entries_.size(); }

private:
    Result<void> add(std::string_view name, std::string_view value) {
        if (value.empty() || !http::is_field_value(value)) return {};
        const KnownHeader known = http::find_header(name);
        switch (mapped_target(known, name)) {
            case MappedTarget::Forbidden:
                return invalid(std::string(name) + " header already present");
            case MappedTarget::Dropped:
                return {};
            case MappedTarget::Set:
                break;
        }
        // A signature is for this gateway, not for those behind it.
        if (known == KnownHeader::Authorization && is_signature(value)) return {};
        entries_.push_back({name, known, value});
        known_.add(known);
        return {};
    }

    std::pmr::vector<Entry> entries_;
    KnownHeaderSet known_;
};

/// Header fields that the request template set. Errors: Invalid.
Result<void> apply_overrides(Exchange& exchange, MappedHeaders& mapped) {
    if (!exchange.transformation) return {};
    const auto& overrides = transform::Transformation::of(exchange).overrides();
    for (const auto& [name, value] : overrides.header.texts().members()) {
        if (!http::is_token(name)) return invalid(std::string(name) + " is no header name");
        if (auto replaced = mapped.replace(name, value.as_string()); !replaced) return replaced;
    }
    return {};
}

std::string_view integration_verb(const Exchange& exchange) {
    const CompiledIntegration& integration = exchange.integration();
    if (integration.verb == Verb::Any) return exchange.http_method;
    if (integration.verb == Verb::Other) return integration.http_method;
    return snapshot::kVerbNames[static_cast<std::size_t>(integration.verb)];
}

bool verb_has_body(std::string_view verb) {
    return verb != "GET" && verb != "HEAD" && verb != "OPTIONS";
}

/// Whether another field of that name came before; told by a filter of 64 bits in most cases.
class RepeatFilter {
public:
    /// Returns: false if no earlier field can have this name.
    bool may_repeat(const http::Field& field) {
        const auto first = static_cast<unsigned char>(to_lower(field.name.front()));
        const auto last = static_cast<unsigned char>(to_lower(field.name.back()));
        const std::size_t mixed = field.name.size() * 7 + first * 31U + last;
        const std::uint64_t bit = std::uint64_t{1} << (mixed & 63U);
        const bool was_set = (seen_ & bit) != 0;
        seen_ |= bit;
        return was_set;
    }

private:
    std::uint64_t seen_ = 0;
};

bool has_earlier(const http::FieldList& fields, std::size_t index) {
    for (std::size_t i = 0; i < index; ++i) {
        if (equals_ignoring_case(fields[i].name, fields[index].name)) return true;
    }
    return false;
}

bool has_repeats(const http::FieldList& fields) {
    RepeatFilter filter;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (filter.may_repeat(fields[i]) && has_earlier(fields, i)) return true;
    }
    return false;
}

/// The line as it was received, without the white space after the value.
void append_received(HeadText& out, const http::Field& field) {
    if (field.value.empty()) {
        out.add_field(field.name, {});
        return;
    }
    const char* end = field.value.data() + field.value.size();
    out += {field.name.data(), static_cast<std::size_t>(end - field.name.data())};
    out += "\r\n";
}

/// All values of the field's name, joined: one line reaches the back end.
void append_joined(HeadText& out, const http::FieldList& fields, std::size_t index) {
    const http::Field first = fields[index];
    out += first.name;
    out += ": ";
    out += first.value;
    const std::string_view separator = first.known == KnownHeader::Cookie ? "; " : ",";
    for (std::size_t i = index + 1; i < fields.size(); ++i) {
        const http::Field field = fields[i];
        if (!equals_ignoring_case(field.name, first.name)) continue;
        out += separator;
        out += field.value;
    }
    out += "\r\n";
}

bool is_plain_connection(const http::FieldList& fields) {
    const auto value = fields.find(KnownHeader::Connection);
    return !value || equals_ignoring_case(*value, "keep-alive") ||
           equals_ignoring_case(*value, "close");
}

/// Which of the caller's fields an HTTP_PROXY back end gets.
class CallerFields {
public:
    CallerFields(const Exchange& exchange, const MappedHeaders& mapped)
        : fields_(exchange.head().fields()),
          mapped_(mapped),
          names_more_(!is_plain_connection(fields_)),
          is_decoded_(exchange.is_body_decoded) {}

    void append_to(HeadText& out) const {
        const bool joins = has_repeats(fields_);
        for (std::size_t i = 0; i < fields_.size(); ++i) {
            const http::Field field = fields_[i];
            if (!passes(field)) continue;
            if (!joins) {
                append_received(out, field);
            } else if (!has_earlier(fields_, i)) {
                append_joined(out, fields_, i);
            }
        }
    }

private:
    bool passes(const http::Field& field) const {
        if (!passes_to_backend(field.known, field.name)) return false;
        if (field.known == KnownHeader::Authorization && is_signature(field.value)) return false;
        if (field.known == KnownHeader::ContentEncoding &&
            (is_decoded_ || !is_real_coding(field.value))) {
            return false;
        }
        if (mapped_.contains(field.known, field.name)) return false;
        return !names_more_ || !fields_.is_named_by_connection(field.name);
    }

    const http::FieldList& fields_;
    const MappedHeaders& mapped_;
    bool names_more_;  // Connection lists fields that must not be forwarded
    bool is_decoded_;  // the body has no coding any more
};

/// What the gateway adds when neither caller nor mapping did.
void append_added(HeadText& out, const Exchange& exchange, const MappedHeaders& mapped) {
    const http::FieldList& fields = exchange.head().fields();
    const bool passes_caller = exchange.integration().type == CompiledIntegration::Type::HttpProxy;
    const auto is_absent = [&](KnownHeader known) {
        return !mapped.contains(known) && !(passes_caller && fields.contains(known));
    };
    if (is_absent(KnownHeader::Accept)) out += "Accept: application/json\r\n";
    if (is_absent(KnownHeader::UserAgent)) {
        out += "User-Agent: AmazonAPIGateway_";
        out += exchange.api_id;
        out += "\r\n";
    }
    if (!passes_caller && !mapped.contains(KnownHeader::ContentType) &&
        verb_has_body(exchange.http_method)) {
        out.add_field("Content-Type", content_type_of(fields));
    }
    out.add_field("X-Amzn-Apigateway-Api-Id", exchange.api_id);
    out.add_field("X-Amzn-Trace-Id", exchange.ids.trace());
    if (!mapped.contains(KnownHeader::Connection)) out += "Connection: keep-alive\r\n";
}

Result<void> write_head(Exchange& exchange, const MappedHeaders& mapped) {
    pipeline::IntegrationRequest& request = exchange.integration_request;
    const std::size_t expected = request.target.size() + exchange.request.head_bytes + 1024;
    HeadText out(request.head, expected, Limits{}.request_head_bytes_max);
    out += request.verb;
    out += " ";
    out += request.target;
    out += " HTTP/1.1\r\nHost: ";
    const bool maps_host = mapped.contains(KnownHeader::Host);
    out +=
        maps_host ? mapped.value(KnownHeader::Host) : std::string_view(request.origin->authority);
    out += "\r\n";
    if (exchange.integration().type == CompiledIntegration::Type::HttpProxy) {
        CallerFields(exchange, mapped).append_to(out);
    }
    for (const MappedHeaders::Entry& entry : mapped) {
        if (entry.known != KnownHeader::Host) out.add_field(entry.name, entry.value);
    }
    append_added(out, exchange, mapped);
    if (!out.finish()) return invalid("the integration request's head is too large");
    return {};
}

/// The caller's body as it came: streamed, or what is there of it.
void pass_body(Exchange& exchange) {
    pipeline::IntegrationRequest& request = exchange.integration_request;
    if (!verb_has_body(request.verb) || !exchange.head().has_body()) return;
    if (exchange.body) {
        request.body = exchange.body;
    } else {
        request.passes_body = true;
    }
}

Result<void> choose_body(Exchange& exchange, const transform::Content& content) {
    pipeline::IntegrationRequest& request = exchange.integration_request;
    const bool sends_body = verb_has_body(request.verb);
    if (request.chosen_template) {
        const auto text = render_request(exchange, *request.chosen_template, content);
        if (!text) return text.error();
        if (sends_body) request.body = *text;
    } else if (sends_body && exchange.head().has_body()) {
        request.body = content.bytes;
    }
    return {};
}

Result<void> check_supported(const CompiledIntegration& integration) {
    if (integration.connection == CompiledIntegration::Connection::VpcLink) {
        return invalid("VPC links are not in this version");
    }
    return {};
}

}  // namespace

RequestTemplate choose_request_template(Exchange& exchange) {
    using Passthrough = CompiledIntegration::Passthrough;
    using Kind = RequestTemplate::Kind;
    const CompiledIntegration& integration = exchange.integration();
    const std::string_view media_type =
        media_type_of(content_type_of(exchange.head().fields()), exchange.arena);
    if (const auto* found = select_template(integration.templates, media_type)) {
        return {Kind::Template, found};
    }
    switch (integration.passthrough) {
        case Passthrough::WhenNoMatch:
            return {Kind::Passthrough};
        case Passthrough::WhenNoTemplates:
            return {integration.templates.empty() ? Kind::Passthrough : Kind::Unsupported};
        case Passthrough::Never:
            break;
    }
    return {Kind::Unsupported};
}

Result<transform::Content> convert_body(Exchange& exchange) {
    const auto& binary_types = exchange.variant->deployment().binary_media_types();
    const bool is_binary = !binary_types.empty() &&
                           matches_any(binary_types, content_type_of(exchange.head().fields()));
    return transform::convert_request(exchange.body.value_or(std::string_view{}), is_binary,
                                      exchange.integration().content_handling, exchange.arena);
}

Result<std::string_view> render_request(Exchange& exchange, const snapshot::MappingTemplate& chosen,
                                        const transform::Content& content) {
    if (!content.is_text) return invalid("a binary body cannot go through a template");
    if (!chosen.needs_evaluation()) return std::string_view(chosen.text);
    auto& transformation = transform::Transformation::of(exchange);
    transformation.request_body().set(content.bytes);
    auto text = transformation.render(exchange, chosen, transformation.request_body());
    if (!text) return invalid("Unable to transform request: " + text.error().message);
    return text;
}

Result<void> build_mock_request(Exchange& exchange, const transform::Content& content) {
    pipeline::IntegrationRequest& request = exchange.integration_request;
    if (request.chosen_template) {
        const auto text = render_request(exchange, *request.chosen_template, content);
        if (!text) return text.error();
        request.body = *text;
    }
    MappedHeaders mapped(exchange.arena);
    if (auto evaluated = mapped.evaluate(exchange); !evaluated) return evaluated;
    return apply_overrides(exchange, mapped);
}

Result<void> build_http_request(Exchange& exchange, const transform::Content& content) {
    if (auto supported = check_supported(exchange.integration()); !supported) return supported;
    exchange.integration_request.verb = integration_verb(exchange);
    MappedHeaders mapped(exchange.arena);
    if (auto evaluated = mapped.evaluate(exchange); !evaluated) return evaluated;
    if (exchange.integration().is_proxy()) {
        pass_body(exchange);
    } else if (auto body = choose_body(exchange, content); !body) {
        return body;
    }
    if (auto overridden = apply_overrides(exchange, mapped); !overridden) return overridden;
    if (auto target = build_target(exchange); !target) return target;
    return write_head(exchange, mapped);
}

}  // namespace turnpike::integration
