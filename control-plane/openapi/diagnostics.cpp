#include "control-plane/openapi/diagnostics.hpp"

#include <utility>

#include "control-plane/openapi/limits.hpp"
#include "control-plane/openapi/positions.hpp"

namespace turnpike::openapi {
namespace {

/// Cut between characters.
std::string bounded(std::string text) {
    if (text.size() <= kWarningBytesMax) return text;
    std::size_t end = kWarningBytesMax;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    text.resize(end);
    return text + "...";
}

bool is_path(const Steps& steps, std::size_t at) { return at == 1 && steps[0] == "paths"; }
bool is_verb(const Steps& steps, std::size_t at) {
    return at == 2 && steps[0] == "paths" && steps[2] != "parameters";
}
bool is_media_type(const Steps& steps, std::size_t at) {
    return at > 0 && steps[0] == "paths" && steps[at - 1] == "content";
}

/// "paths.'/pets'(get).responses.200.content.schema."; media types are left out.
std::string attribute_prefix(const Steps& steps) {
    std::string text;
    for (std::size_t at = 0; at < steps.size(); ++at) {
        if (is_media_type(steps, at)) continue;
        if (is_path(steps, at)) {
            text += ".'" + steps[at] + "'";
        } else if (is_verb(steps, at)) {
            text += "(" + steps[at] + ")";
        } else {
            text += (at == 0 ? "" : ".") + steps[at];
        }
    }
    return text.empty() ? text : text + ".";
}

}  // namespace

void Diagnostics::add(std::string text, std::optional<Steps> place) {
    if (warnings_.size() >= kWarningsMax) {
        ++left_out_;
        return;
    }
    text = bounded(std::move(text));
    const bool is_new = said_.insert(text + (place ? pointer_text(*place) : "")).second;
    if (is_new) warnings_.push_back({std::move(text), std::move(place)});
}

void Diagnostics::warn(const Node& where, std::string text) {
    add(std::move(text), steps_of(where));
}

void Diagnostics::warn_at(Steps place, std::string text) { add(std::move(text), std::move(place)); }

void Diagnostics::warn_as_recorded(std::string text) { add(std::move(text), std::nullopt); }

void Diagnostics::missing(const Node& where, std::string_view what) {
    add("Parse issue: attribute " + attribute_prefix(steps_of(where)) +
            std::string(what.substr(0, kWarningBytesMax)) + " is missing",
        std::nullopt);
}

std::vector<std::string> Diagnostics::take(const Source& source) {
    PositionFinder finder;
    bool is_place_wanted = false;
    for (const Warning& warning : warnings_) {
        if (warning.place) finder.want(*warning.place);
        is_place_wanted = is_place_wanted || warning.place;
    }
    if (is_place_wanted) finder.find_in(source);
    std::vector<std::string> texts;
    for (Warning& warning : warnings_) {
        std::string text = std::move(warning.text);
        if (warning.place) {
            text += " (" + place_text(finder.place_of(*warning.place)) + ")";
        }
        texts.push_back(std::move(text));
    }
    if (left_out_ > 0) texts.push_back(std::to_string(left_out_) + " more warnings are left out");
    warnings_.clear();
    said_.clear();
    left_out_ = 0;
    return texts;
}

Error unusable(std::string_view reason) {
    return invalid("Failed to parse the uploaded OpenAPI document due to: " + std::string(reason));
}

Error unusable(const Document& document, const Node& where, std::string_view reason) {
    const Steps steps = steps_of(where);
    PositionFinder finder;
    finder.want(steps);
    finder.find_in(document);
    return unusable(bounded(std::string(reason)) + " (" + place_text(finder.place_of(steps)) + ")");
}

}  // namespace turnpike::openapi
