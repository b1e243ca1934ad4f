#include "common/config/settings_file.hpp"

#include <algorithm>

#include "common/base/text.hpp"

namespace turnpike::config {
namespace {

/// Reads `"..."` and what may follow it. Returns: why it cannot be read, or null.
const char* read_quoted(std::string_view text, std::string& value) {
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == '"') {
            const std::string_view rest = trim(text.substr(i + 1));
            return rest.empty() || rest.front() == '#' ? nullptr : "text after the closing quote";
        }
        const bool escapes =
            text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '"' || text[i + 1] == '\\');
        if (escapes) ++i;
        value += text[i];
    }
    return "no closing quote";
}

/// Without a "#" that follows white space, and what comes after it.
std::string_view without_comment(std::string_view value) {
    for (std::size_t i = 0; i < value.size(); ++i) {
        const bool starts_word = i == 0 || value[i - 1] == ' ' || value[i - 1] == '\t';
        if (value[i] == '#' && starts_word) return trim(value.substr(0, i));
    }
    return value;
}

/// Returns: why the line cannot be read, or null.
const char* read_line(std::string_view line, FileEntry& entry) {
    if (line.front() == '[') return "sections are not used, write key = value";
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) return "expected key = value";
    entry.key = std::string(trim(line.substr(0, equals)));
    if (entry.key.empty()) return "no key before the equals sign";
    std::replace(entry.key.begin(), entry.key.end(), '_', '-');
    const std::string_view value = trim(line.substr(equals + 1));
    if (value.starts_with('"')) return read_quoted(value, entry.value);
    entry.value = std::string(without_comment(value));
    return nullptr;
}

}  // namespace

Result<std::vector<FileEntry>> parse_settings_file(std::string_view text, std::string_view name) {
    std::vector<FileEntry> entries;
    int number = 0;
    const auto refused = [&](const std::string& reason) {
        return invalid(std::string(name) + ":" + std::to_string(number) + ": " + reason);
    };
    for (std::string_view line : split(text, '\n')) {
        ++number;
        if (line.ends_with('\r')) line.remove_suffix(1);
        line = trim(line);
        if (line.empty() || line.front() == '#') continue;
        FileEntry entry;
        entry.line = number;
        if (const char* reason = read_line(line, entry)) return refused(reason);
        for (const FileEntry& other : entries) {
            if (other.key != entry.key) continue;
            return refused(entry.key + " is set already in line " + std::to_string(other.line));
        }
        entries.push_back(std::move(entry));
    }
    return entries;
}

}  // namespace turnpike::config
