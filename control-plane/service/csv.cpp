#include "control-plane/service/csv.hpp"

#include <algorithm>

#include "common/base/text.hpp"

namespace turnpike::service {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool is_blank(char c) { return c == ' ' || c == '\t'; }

}  // namespace

CsvReader::CsvReader(std::string_view text, std::size_t fields_max)
    : text_(text), fields_max_(fields_max) {
    if (text_.starts_with(kByteOrderMark)) text_.remove_prefix(kByteOrderMark.size());
}

bool CsvReader::is_at_row_end() const {
    return is_at_end() || text_[at_] == '\n' || text_[at_] == '\r';
}

void CsvReader::skip_blanks() {
    while (!is_at_end() && is_blank(text_[at_])) ++at_;
}

void CsvReader::skip_row_end() {
    if (is_at_end()) return;
    const bool is_pair = text_.substr(at_, 2) == "\r\n";
    at_ += is_pair ? 2 : 1;
    ++line_;
}

Error CsvReader::refuse(std::string_view reason) const {
    return invalid("Line " + std::to_string(line_) + ": " + std::string(reason));
}

Result<std::optional<CsvReader::Row>> CsvReader::next() {
    skip_blanks();
    while (!is_at_end() && is_at_row_end()) {
        skip_row_end();
        skip_blanks();
    }
    if (is_at_end()) return std::optional<Row>();
    Row row{line_, {}};
    while (true) {
        if (row.fields.size() == fields_max_) return refuse("too many fields");
        auto value = field();
        if (!value) return value.error();
        row.fields.push_back(*std::move(value));
        if (is_at_row_end()) break;
        ++at_;  // the comma
    }
    skip_row_end();
    return std::optional<Row>(std::move(row));
}

Result<std::string> CsvReader::field() {
    skip_blanks();
    if (is_at_field_end()) return std::string();
    if (text_[at_] == '"') {
        auto value = double_quoted();
        if (!value) return value;
        skip_blanks();
        if (!is_at_field_end()) return refuse("text behind a quoted field");
        return value;
    }
    if (auto value = single_quoted()) return *std::move(value);
    return unquoted();
}

Result<std::string> CsvReader::double_quoted() {
    std::string value;
    for (++at_; !is_at_end(); ++at_) {
        const char c = text_[at_];
        if (c == '"') {
            if (text_.substr(at_, 2) != "\"\"") {
                ++at_;
                return value;
            }
            ++at_;
        }
        if (c == '\n' || (c == '\r' && text_.substr(at_, 2) != "\r\n")) ++line_;
        value += c;
    }
    return refuse("a quote that is not closed");
}

std::optional<std::string> CsvReader::single_quoted() {
    if (text_[at_] != '\'' || at_ < unquoted_until_) return std::nullopt;
    const std::size_t start = at_;
    for (++at_; !is_at_row_end(); ++at_) {
        if (text_[at_] != '\'') continue;
        const std::size_t close = at_++;
        skip_blanks();
        if (is_at_field_end()) return std::string(text_.substr(start + 1, close - start - 1));
        at_ = close;
    }
    // None of the row's later ones is closed either: they are not looked for again.
    unquoted_until_ = at_;
    at_ = start;
    return std::nullopt;
}

std::string CsvReader::unquoted() {
    const std::size_t start = at_;
    while (!is_at_field_end()) ++at_;
    return std::string(trim(text_.substr(start, at_ - start)));
}

}  // namespace turnpike::service
