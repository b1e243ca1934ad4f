#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.hpp"

namespace turnpike::config {

/// One line of a settings file.
struct FileEntry {
    std::string key;  ///< "_" is written "-", so that both spellings name one setting.
    std::string value;
    int line = 0;
};

/// Lines "key = value"; values may be quoted (with `\"` and `\\` inside). A "#" at the start of a
/// line or word begins a comment, but not inside quotes. `name` is the file's, for messages.
/// Errors: Invalid, "file:line: reason": a line of another form, a key given twice.
Result<std::vector<FileEntry>> parse_settings_file(std::string_view text, std::string_view name);

}  // namespace turnpike::config
