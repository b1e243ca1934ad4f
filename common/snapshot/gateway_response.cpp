#include "common/snapshot/gateway_response.hpp"

#include <array>

#include "common/base/text.hpp"

namespace turnpike::snapshot {

namespace {

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.';
}

/// The variable at the start of the text, without its "$": what may belong to a name, without the
/// dots at its end, which belong to the sentence. Only names of the request may have a hyphen.
std::string_view variable_at(std::string_view text) {
    const bool may_have_hyphen = text.starts_with("method.request.");
    std::size_t size = 0;
    while (size < text.size() && (is_word(text[size]) || (may_have_hyphen && text[size] == '-'))) {
        ++size;
    }
    while (size > 0 && text[size - 1] == '.') --size;
    return text.substr(0, size);
}

ParameterSource literal(std::string_view text) {
    ParameterSource piece;
    piece.name = std::string(text);
    return piece;
}

Result<std::optional<int>> status_of(const std::string& text) {
    if (text.empty()) return std::optional<int>{};
    const auto status = parse_integer(text);
    if (!status || *status < 100 || *status > 599) return invalid("its status is no status");
    return std::optional<int>(static_cast<int>(*status));
}

/// The contract also takes paths and query strings, which an answer has none of.
model::StringMap header_entries(model::StringMap entries) {
    std::erase_if(entries, [](const auto& entry) {
        return entry.first.starts_with("gatewayresponse.path.") ||
               entry.first.starts_with("gatewayresponse.querystring.");
    });
    return entries;
}

}  // namespace

std::vector<ParameterSource> split_variables(std::string_view text) {
    std::vector<ParameterSource> pieces;
    std::size_t begin = 0;
    std::size_t dollar = text.find('$');
    while (dollar != std::string_view::npos) {
        const std::string_view variable = variable_at(text.substr(dollar + 1));
        const auto source = gateway_source(variable);
        if (source) {
            if (dollar > begin) pieces.push_back(literal(text.substr(begin, dollar - begin)));
            pieces.push_back(*source);
            begin = dollar + 1 + variable.size();
        }
        dollar = text.find('$', dollar + 1);
    }
    if (begin < text.size()) pieces.push_back(literal(text.substr(begin)));
    return pieces;
}

Result<CompiledGatewayResponse> compile_gateway_response(const model::GatewayResponse& response) {
    const auto fail = [&response](const Error& error) {
        return invalid("gateway response " + response.response_type + ": " + error.message);
    };
    CompiledGatewayResponse compiled;
    compiled.type = response.response_type;
    const auto status = status_of(response.status_code);
    if (!status) return fail(status.error());
    compiled.status = *status;
    auto parameters = compile_gateway_mappings(header_entries(response.parameters));
    if (!parameters) return fail(parameters.error());
    compiled.parameters = std::move(*parameters);
    for (const auto& [media_type, text] : response.templates) {
        compiled.templates.push_back({to_lower(media_type), split_variables(text)});
    }
    return compiled;
}

}  // namespace turnpike::snapshot
