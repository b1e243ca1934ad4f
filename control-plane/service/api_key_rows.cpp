#include "control-plane/service/api_key_rows.hpp"

#include <algorithm>
#include <array>

#include "common/base/text.hpp"
#include "control-plane/service/api_key.hpp"

namespace turnpike::service {

namespace {

constexpr std::size_t kTextBytesMax = std::size_t{6} << 20U;
constexpr std::size_t kFieldsMax = 100;
constexpr std::size_t kPlansMax = 100;

enum Column : std::size_t { kName, kKey, kDescription, kEnabled, kUsagePlanIds };
constexpr std::array<std::string_view, 5> kColumns{"name", "key", "description", "enabled",
                                                   "usageplanids"};
constexpr std::size_t kNowhere = kFieldsMax;

std::optional<bool> enabled(std::string_view text) {
    if (text.empty() || equals_ignoring_case(text, "true")) return true;
    if (equals_ignoring_case(text, "false")) return false;
    return std::nullopt;
}

std::vector<std::string> plan_ids(std::string_view text) {
    std::vector<std::string> ids;
    for (const std::string_view piece : split(text, ',')) {
        const std::string id(trim(piece));
        const bool is_new = std::find(ids.begin(), ids.end(), id) == ids.end();
        if (!id.empty() && is_new) ids.push_back(id);
    }
    return ids;
}

Result<void> check(const ApiKeyRow& row) {
    if (row.name.empty()) return invalid("API Key name cannot be empty");
    if (auto checked = check_api_key_value(row.value); !checked) return checked;
    if (row.plan_ids.size() > kPlansMax) return invalid("too many Usage Plan IDs");
    return check_api_key(json::Object{{"name", row.name}, {"description", row.description}});
}

}  // namespace

ApiKeyRows::ApiKeyRows(std::string_view text)
    : reader_(text, kFieldsMax), columns_(kColumns.size(), kNowhere) {}

Result<ApiKeyRows> ApiKeyRows::open(std::string_view text) {
    if (text.size() > kTextBytesMax) return invalid("The API Keys file must not exceed 6 MB");
    ApiKeyRows rows(text);
    const auto header = rows.reader_.next();
    if (!header) return header.error();
    if (!header->has_value()) return invalid("The API Keys file is empty");
    if (auto taken = rows.take_header((*header)->fields); !taken) return taken.error();
    return rows;
}

Result<void> ApiKeyRows::take_header(const std::vector<std::string>& names) {
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto* known = std::find(kColumns.begin(), kColumns.end(), to_lower(names[i]));
        if (known == kColumns.end()) continue;
        std::size_t& place = columns_[static_cast<std::size_t>(known - kColumns.begin())];
        if (place != kNowhere) return invalid("The API Keys file has a column twice: " + names[i]);
        place = i;
    }
    width_ = names.size();
    if (columns_[kName] != kNowhere && columns_[kKey] != kNowhere) return {};
    return invalid("The API Keys file needs the columns Name and Key");
}

Result<std::optional<ApiKeyRows::Line>> ApiKeyRows::next() {
    auto read = reader_.next();
    if (!read) return read.error();
    if (!read->has_value()) return std::optional<Line>();
    return std::optional<Line>(Line{(*read)->line, row_of((*read)->fields)});
}

Result<ApiKeyRow> ApiKeyRows::row_of(std::vector<std::string>& fields) const {
    if (fields.size() > width_) return invalid("more fields than columns");
    fields.resize(kFieldsMax + 1);  // short rows, and columns that are not there
    const auto is_enabled = enabled(fields[columns_[kEnabled]]);
    if (!is_enabled) return invalid("Enabled must be true or false");
    ApiKeyRow row;
    row.name = fields[columns_[kName]];
    row.value = fields[columns_[kKey]];
    row.description = fields[columns_[kDescription]];
    row.is_enabled = *is_enabled;
    row.plan_ids = plan_ids(fields[columns_[kUsagePlanIds]]);
    if (auto checked = check(row); !checked) return checked.error();
    return row;
}

}  // namespace turnpike::service
