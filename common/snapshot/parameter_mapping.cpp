#include "common/snapshot/parameter_mapping.hpp"

#include <array>
#include <optional>
#include <string_view>

#include "common/base/text.hpp"

namespace turnpike::snapshot {

namespace {

using Kind = ParameterSource::Kind;

struct Prefix {
    std::string_view text;
    Kind kind;
    bool may_be_whole = false;  ///< The text without its last dot is a source of its own.
};

constexpr std::array kRequestSources{
    Prefix{"method.request.path.", Kind::Path},
    Prefix{"method.request.querystring.", Kind::QueryLast},
    Prefix{"method.request.multivaluequerystring.", Kind::QueryAll},
    Prefix{"method.request.header.", Kind::HeaderLast},
    Prefix{"method.request.multivalueheader.", Kind::HeaderAll},
    Prefix{"method.request.body.", Kind::Body, true},
    Prefix{"stageVariables.", Kind::StageVariable},
    Prefix{"context.", Kind::Context},
};

constexpr std::array kResponseSources{
    Prefix{"integration.response.header.", Kind::ResponseHeaderLast},
    Prefix{"integration.response.multivalueheader.", Kind::ResponseHeaderAll},
    Prefix{"integration.response.body.", Kind::ResponseBody, true},
    Prefix{"stageVariables.", Kind::StageVariable},
    Prefix{"context.", Kind::Context},
};

bool is_header(Kind kind) {
    return kind == Kind::HeaderLast || kind == Kind::HeaderAll ||
           kind == Kind::ResponseHeaderLast || kind == Kind::ResponseHeaderAll;
}

ParameterSource named_source(Kind kind, std::string_view name) {
    ParameterSource source;
    source.kind = kind;
    source.name = std::string(name);
    if (is_header(kind)) source.known = http::find_header(name);
    if (source.reads_body() && !name.empty()) {
        auto path = jsonpath::compile("$." + source.name);
        if (path) source.path = std::make_shared<const jsonpath::Path>(*std::move(path));
    }
    return source;
}

template <std::size_t N>
std::optional<ParameterSource> parse_source(const std::array<Prefix, N>& prefixes,
                                            std::string_view text) {
    if (text.size() >= 2 && text.front() == '\'' && text.back() == '\'') {
        return named_source(Kind::Literal, text.substr(1, text.size() - 2));
    }
    for (const Prefix& prefix : prefixes) {
        if (text.size() > prefix.text.size() && text.starts_with(prefix.text)) {
            return named_source(prefix.kind, text.substr(prefix.text.size()));
        }
        if (prefix.may_be_whole && text == prefix.text.substr(0, prefix.text.size() - 1)) {
            return named_source(prefix.kind, {});
        }
    }
    return std::nullopt;
}

struct Target {
    std::string_view text;
    ParameterMapping::Destination destination;
};

constexpr std::array kRequestTargets{
    Target{"integration.request.header.", ParameterMapping::Destination::Header},
    Target{"integration.request.querystring.", ParameterMapping::Destination::Query},
    Target{"integration.request.path.", ParameterMapping::Destination::Path},
};

constexpr std::array kResponseTargets{
    Target{"method.response.header.", ParameterMapping::Destination::ResponseHeader},
};

constexpr std::array kGatewayTargets{
    Target{"gatewayresponse.header.", ParameterMapping::Destination::ResponseHeader},
};

bool is_name(std::string_view name) {
    for (const char c : name) {
        const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        const bool is_digit = c >= '0' && c <= '9';
        if (!is_letter && !is_digit && std::string_view("._$-").find(c) == std::string_view::npos) {
            return false;
        }
    }
    return !name.empty();
}

template <std::size_t N>
std::optional<ParameterMapping> parse_destination(const std::array<Target, N>& targets,
                                                  std::string_view text) {
    for (const Target& target : targets) {
        if (!text.starts_with(target.text)) continue;
        const std::string_view name = text.substr(target.text.size());
        if (!is_name(name)) return std::nullopt;
        ParameterMapping mapping;
        mapping.destination = target.destination;
        mapping.name = std::string(name);
        mapping.name_lower = to_lower(name);
        const bool to_header = target.destination == ParameterMapping::Destination::Header ||
                               target.destination == ParameterMapping::Destination::ResponseHeader;
        if (to_header) mapping.known = http::find_header(name);
        return mapping;
    }
    return std::nullopt;
}

template <std::size_t Targets, std::size_t Sources>
Result<std::vector<ParameterMapping>> compile(const std::array<Target, Targets>& targets,
                                              const std::array<Prefix, Sources>& sources,
                                              const model::StringMap& entries) {
    std::vector<ParameterMapping> mappings;
    mappings.reserve(entries.size());
    for (const auto& [destination, source] : entries) {
        std::optional<ParameterMapping> mapping = parse_destination(targets, destination);
        if (!mapping) return invalid("mapping destination is not valid: " + destination);
        std::optional<ParameterSource> parsed = parse_source(sources, source);
        if (!parsed) return invalid("mapping source of " + destination + " is not valid");
        mapping->source = std::move(*parsed);
        mappings.push_back(std::move(*mapping));
    }
    return mappings;
}

}  // namespace

Result<std::vector<ParameterMapping>> compile_request_mappings(const model::StringMap& entries) {
    return compile(kRequestTargets, kRequestSources, entries);
}

Result<std::vector<ParameterMapping>> compile_response_mappings(const model::StringMap& entries) {
    return compile(kResponseTargets, kResponseSources, entries);
}

Result<std::vector<ParameterMapping>> compile_gateway_mappings(const model::StringMap& entries) {
    auto mappings = compile(kGatewayTargets, kRequestSources, entries);
    if (!mappings) return mappings;
    for (const ParameterMapping& mapping : *mappings) {
        if (mapping.source.reads_body()) {
            return invalid("mapping source of " + mapping.name + " is not valid");
        }
    }
    return mappings;
}

std::optional<ParameterSource> gateway_source(std::string_view text) {
    std::optional<ParameterSource> source = parse_source(kRequestSources, text);
    return source && source->reads_body() ? std::nullopt : source;
}

}  // namespace turnpike::snapshot
