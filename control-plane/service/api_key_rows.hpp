#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.hpp"
#include "control-plane/service/csv.hpp"

namespace turnpike::service {

/// A key as a row of an import describes it.
struct ApiKeyRow {
    std::string name;
    std::string value;
    std::string description;
    bool is_enabled = true;
    std::vector<std::string> plan_ids;
};

/// The rows of an import of API keys. The first row names the columns, in any case and order: Name
/// and Key are needed, Description, Enabled and UsagePlanIds may be there, others mean nothing.
/// Lifetime: the text outlives it. Thread: one.
/// Source: contract operation ImportApiKeys, docs/compatibility.md.
class ApiKeyRows {
public:
    /// Errors: Invalid if the text is too long or its first row is not what it should be.
    static Result<ApiKeyRows> open(std::string_view text);

    struct Line {
        std::size_t line = 0;
        Result<ApiKeyRow> row;  ///< Errors: Invalid, with what is wrong with this row alone.
    };
    /// Returns: nothing at the end. Errors: Invalid if the text cannot be read on.
    Result<std::optional<Line>> next();

private:
    explicit ApiKeyRows(std::string_view text);
    Result<void> take_header(const std::vector<std::string>& names);
    Result<ApiKeyRow> row_of(std::vector<std::string>& fields) const;

    CsvReader reader_;
    /// Where each known column is; those that are not there lie behind the last field.
    std::vector<std::size_t> columns_;
    std::size_t width_ = 0;
};

}  // namespace turnpike::service
