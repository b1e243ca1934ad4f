#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.hpp"

namespace turnpike::service {

/// Reads comma-separated values row by row (RFC 4180). Beyond it: rows end with CRLF, LF or CR,
/// blank rows are passed over, a byte order mark is skipped, white space around fields is dropped,
/// and a field may stand in single quotes if they end where the field does. Memory: one row. Time:
/// linear in the text. Lifetime: the text outlives the reader. Thread: one.
class CsvReader {
public:
    CsvReader(std::string_view text, std::size_t fields_max);

    struct Row {
        std::size_t line = 0;  ///< Counted from 1, where the row starts.
        std::vector<std::string> fields;
    };
    /// Returns: nothing at the end. Errors: Invalid, naming the line: a quote that is not closed,
    /// text behind a quoted field, too many fields.
    Result<std::optional<Row>> next();

private:
    bool is_at_end() const { return at_ == text_.size(); }
    bool is_at_row_end() const;
    bool is_at_field_end() const { return is_at_row_end() || text_[at_] == ','; }
    void skip_blanks();
    void skip_row_end();
    Result<std::string> field();
    Result<std::string> double_quoted();
    std::optional<std::string> single_quoted();
    std::string unquoted();
    Error refuse(std::string_view reason) const;

    std::string_view text_;
    std::size_t fields_max_;
    std::size_t at_ = 0;
    std::size_t line_ = 1;
    std::size_t unquoted_until_ = 0;  ///< No field before has a closing single quote.
};

}  // namespace turnpike::service
