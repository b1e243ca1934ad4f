#include "common/snapshot/mapping_template.hpp"

#include <charconv>

#include "common/base/text.hpp"

namespace turnpike::snapshot {

namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool is_letter(char c) { return to_lower(c) >= 'a' && to_lower(c) <= 'z'; }

std::string_view trim_lines(std::string_view text) {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

/// Errs on the side of "yes": text that only looks like a directive is evaluated, not misread.
bool has_template_syntax(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char next = i + 1 < text.size() ? text[i + 1] : '\0';
        const bool starts_reference = is_letter(next) || next == '_' || next == '{' || next == '!';
        if (text[i] == '$' && starts_reference) return true;
        const bool starts_directive = is_letter(next) || next == '{' || next == '@' ||
                                      next == '*' || next == '#' || next == '[' || is_blank(next);
        if (text[i] == '#' && starts_directive) return true;
    }
    return false;
}

/// Walks the members of one object written as loosely as the service reads it.
class LooseObject {
public:
    explicit LooseObject(std::string_view text) : rest_(text) {}

    std::optional<int> status() {
        skip_blanks();
        if (!take('{')) return std::nullopt;
        std::optional<int> status;
        while (true) {
            skip_separators();
            if (rest_.empty()) return std::nullopt;
            if (take('}')) break;
            const std::optional<std::string_view> name = take_name();
            skip_blanks();
            if (!name || !take(':')) return std::nullopt;
            skip_blanks();
            const bool is_text = at_quote();
            const std::optional<std::string_view> value = take_value();
            if (!value) return std::nullopt;
            // A number in quotes is no integer.
            if (*name == "statusCode") status = is_text ? std::nullopt : to_status(*value);
        }
        skip_blanks();
        return rest_.empty() ? status : std::nullopt;
    }

private:
    static constexpr int kDepthMax = 64;

    static std::optional<int> to_status(std::string_view text) {
        int status = 0;
        const char* const end = text.data() + text.size();
        const auto [stop, error] = std::from_chars(text.data(), end, status);
        if (error != std::errc{} || stop != end) return std::nullopt;
        return status;
    }

    bool take(char c) {
        if (rest_.empty() || rest_.front() != c) return false;
        rest_.remove_prefix(1);
        return true;
    }
    void skip_blanks() {
        while (!rest_.empty() && is_blank(rest_.front())) rest_.remove_prefix(1);
    }
    void skip_separators() {
        while (!rest_.empty() && (is_blank(rest_.front()) || rest_.front() == ',')) {
            rest_.remove_prefix(1);
        }
    }
    std::optional<std::string_view> take_quoted() {
        const char quote = rest_.front();
        for (std::size_t i = 1; i < rest_.size(); ++i) {
            if (rest_[i] == '\\') {
                ++i;
            } else if (rest_[i] == quote) {
                const std::string_view text = rest_.substr(1, i - 1);
                rest_.remove_prefix(i + 1);
                return text;
            }
        }
        return std::nullopt;
    }
    std::string_view take_until(std::string_view ends) {
        const std::string_view text = rest_.substr(0, rest_.find_first_of(ends));
        rest_.remove_prefix(text.size());
        return trim_lines(text);
    }
    bool at_quote() const { return !rest_.empty() && (rest_[0] == '"' || rest_[0] == '\''); }

    std::optional<std::string_view> take_name() {
        if (at_quote()) return take_quoted();
        const std::string_view name = take_until(":,{}[]\"'");
        if (name.empty()) return std::nullopt;
        return name;
    }
    std::optional<std::string_view> take_value() {
        if (at_quote()) return take_quoted();
        if (!rest_.empty() && (rest_[0] == '{' || rest_[0] == '[')) return take_nested();
        return take_until(",}");
    }
    /// Nothing inside is of interest, only where it ends.
    std::optional<std::string_view> take_nested() {
        int depth = 0;
        while (!rest_.empty()) {
            const char c = rest_.front();
            if (c == '"' || c == '\'') {
                if (!take_quoted()) return std::nullopt;
                continue;
            }
            rest_.remove_prefix(1);
            if (c == '{' || c == '[') ++depth;
            if (c == '}' || c == ']') --depth;
            if (depth == 0) return std::string_view{};
            if (depth > kDepthMax) return std::nullopt;
        }
        return std::nullopt;
    }

    std::string_view rest_;
};

/// What the comment `## turnpike: parseXml, toXml, evaluate` in the first line turns on.
/// Errors: Invalid for what it does not know.
Result<velocity::Options> read_switches(std::string_view text, velocity::UtilOptions& util) {
    constexpr std::string_view kComment = "##";
    constexpr std::string_view kMark = "turnpike:";
    velocity::Options options;
    if (!text.starts_with(kComment)) return options;
    std::string_view line = trim(text.substr(kComment.size(), text.find_first_of("\r\n") - 2));
    if (!line.starts_with(kMark)) return options;
    for (const std::string_view piece : split(line.substr(kMark.size()), ',')) {
        const std::string_view name = trim(piece);
        if (name == "parseXml") {
            util.has_parse_xml = true;
        } else if (name == "toXml") {
            util.has_to_xml = true;
        } else if (name == "evaluate") {
            options.has_evaluate = true;
        } else {
            return invalid("line 1: no switch is called '" + std::string(name) + "'");
        }
    }
    return options;
}

Result<velocity::Program> pooled(ProgramPool& programs, MappingTemplate& entry) {
    const auto options = read_switches(entry.text, entry.util);
    if (!options) return invalid(entry.media_type + ": " + options.error().message);
    // The name is part of what the program says when it fails.
    const std::string key = entry.media_type + '\n' + entry.text;
    const auto found = programs.find(key);
    if (found != programs.end()) return found->second;
    return programs.emplace(key, velocity::compile(entry.text, entry.media_type, *options))
        .first->second;
}

}  // namespace

std::optional<int> parse_mock_status(std::string_view text) { return LooseObject(text).status(); }

std::vector<MappingTemplate> prepare_templates(const model::StringMap& templates,
                                               ProgramPool& programs) {
    std::vector<MappingTemplate> prepared;
    prepared.reserve(templates.size());
    for (const auto& [media_type, text] : templates) {
        MappingTemplate entry;
        entry.media_type = to_lower(media_type);
        entry.text = std::string(trim_lines(text));
        if (has_template_syntax(entry.text)) {
            entry.program = pooled(programs, entry);
        } else {
            entry.mock_status = parse_mock_status(entry.text);
        }
        prepared.push_back(std::move(entry));
    }
    return prepared;
}

const MappingTemplate* select_template(const std::vector<MappingTemplate>& templates,
                                       std::string_view media_type_lower) {
    const MappingTemplate* fallback = nullptr;
    for (const MappingTemplate& entry : templates) {
        if (entry.media_type == media_type_lower) return &entry;
        if (entry.media_type == "$default") fallback = &entry;
    }
    return fallback;
}

}  // namespace turnpike::snapshot
