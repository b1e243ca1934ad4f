#include "control-plane/openapi/yaml_events.hpp"

#include <yaml.h>

#include <optional>
#include <string>

#include "common/base/assert.hpp"
#include "control-plane/openapi/limits.hpp"

namespace turnpike::openapi {
namespace {

Position position_of(const yaml_mark_t& mark) { return {mark.line + 1, mark.column + 1}; }

Error not_yaml(Position at, std::string_view reason) {
    Error error = invalid("Invalid YAML");
    error.detail = "Line " + std::to_string(at.line) + ", column " + std::to_string(at.column) +
                   ": " + std::string(reason) + ".";
    return error;
}

std::string_view view(const yaml_char_t* text) {
    return text == nullptr ? std::string_view{}
                           : std::string_view(reinterpret_cast<const char*>(text));
}

bool has_many_tag_directives(std::string_view text) {
    constexpr std::string_view kDirective = "%TAG";
    std::size_t count = 0;
    for (std::size_t at = text.find(kDirective); at != std::string_view::npos;
         at = text.find(kDirective, at + 1)) {
        if (at == 0 || text[at - 1] == '\n' || text[at - 1] == '\r') ++count;
    }
    return count > kTagDirectivesMax;
}

YamlEvent scalar(const yaml_event_t& event) {
    const auto& data = event.data.scalar;
    YamlEvent found;
    found.kind = YamlEvent::Kind::Scalar;
    found.text = {reinterpret_cast<const char*>(data.value), data.length};
    found.anchor = view(data.anchor);
    found.tag = view(data.tag);
    found.is_plain = data.style == YAML_PLAIN_SCALAR_STYLE;
    return found;
}

YamlEvent opening(YamlEvent::Kind kind, const yaml_char_t* anchor, const yaml_char_t* tag) {
    YamlEvent found;
    found.kind = kind;
    found.anchor = view(anchor);
    found.tag = view(tag);
    return found;
}

YamlEvent of_kind(YamlEvent::Kind kind) {
    YamlEvent found;
    found.kind = kind;
    return found;
}

/// Returns: nothing for what only frames the document.
std::optional<YamlEvent> translated(const yaml_event_t& event) {
    using Kind = YamlEvent::Kind;
    std::optional<YamlEvent> found;
    switch (event.type) {
        case YAML_SCALAR_EVENT:
            found = scalar(event);
            break;
        case YAML_ALIAS_EVENT:
            found = opening(Kind::Alias, event.data.alias.anchor, nullptr);
            break;
        case YAML_MAPPING_START_EVENT:
            found = opening(Kind::MapStart, event.data.mapping_start.anchor,
                            event.data.mapping_start.tag);
            break;
        case YAML_SEQUENCE_START_EVENT:
            found = opening(Kind::SequenceStart, event.data.sequence_start.anchor,
                            event.data.sequence_start.tag);
            break;
        case YAML_MAPPING_END_EVENT:
            found = of_kind(Kind::MapEnd);
            break;
        case YAML_SEQUENCE_END_EVENT:
            found = of_kind(Kind::SequenceEnd);
            break;
        case YAML_STREAM_END_EVENT:
            found = of_kind(Kind::DocumentEnd);
            break;
        default:
            break;
    }
    if (found) found->position = position_of(event.start_mark);
    return found;
}

}  // namespace

struct YamlEvents::Parser {
    explicit Parser(std::string_view text) {
        if (yaml_parser_initialize(&state) == 0) throw std::bad_alloc();
        yaml_parser_set_encoding(&state, YAML_UTF8_ENCODING);
        yaml_parser_set_input_string(&state, reinterpret_cast<const unsigned char*>(text.data()),
                                     text.size());
    }
    ~Parser() {
        forget_event();
        yaml_parser_delete(&state);
    }
    Parser(const Parser&) = delete;
    Parser& operator=(const Parser&) = delete;

    void forget_event() {
        if (has_event) yaml_event_delete(&event);
        has_event = false;
    }

    yaml_parser_t state{};
    yaml_event_t event{};
    bool has_event = false;
    bool is_refused = false;
    std::size_t documents = 0;
};

YamlEvents::YamlEvents(std::string_view text) : parser_(std::make_unique<Parser>(text)) {
    parser_->is_refused = has_many_tag_directives(text);
}

YamlEvents::~YamlEvents() = default;

Result<YamlEvent> YamlEvents::next() {
    if (parser_->is_refused) return not_yaml({}, "too many tag directives");
    for (;;) {
        parser_->forget_event();
        yaml_parser_t& state = parser_->state;
        if (yaml_parser_parse(&state, &parser_->event) == 0) {
            const std::string_view problem =
                state.problem == nullptr ? "cannot be read" : std::string_view(state.problem);
            return not_yaml(position_of(state.problem_mark), problem);
        }
        parser_->has_event = true;
        const yaml_event_t& event = parser_->event;
        if (event.type == YAML_NO_EVENT) return not_yaml({}, "nothing comes after the end");
        if (event.type == YAML_DOCUMENT_START_EVENT && ++parser_->documents > 1) {
            return not_yaml(position_of(event.start_mark), "a second document");
        }
        if (event.type == YAML_STREAM_END_EVENT && parser_->documents == 0) {
            return not_yaml(position_of(event.start_mark), "no document");
        }
        if (const auto found = translated(event)) return *found;
    }
}

}  // namespace turnpike::openapi
