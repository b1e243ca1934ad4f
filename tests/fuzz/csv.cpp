// Comma-separated values: what is read is bounded by the text, and survives being written and read
// again.
#include "control-plane/service/csv.hpp"

#include "control-plane/service/api_key_rows.hpp"
#include "tests/fuzz/check.hpp"

namespace {

using turnpike::service::CsvReader;
using Rows = std::vector<std::vector<std::string>>;

constexpr std::size_t kFieldsMax = 64;

/// Returns: nothing if the text is refused.
std::optional<Rows> read(std::string_view text) {
    CsvReader reader(text, kFieldsMax);
    Rows rows;
    std::size_t line = 0;
    while (true) {
        auto row = reader.next();
        if (!row) {
            FUZZ_CHECK(row.error().message.starts_with("Line "));
            return std::nullopt;
        }
        if (!row->has_value()) return rows;
        FUZZ_CHECK((*row)->line > line);
        FUZZ_CHECK(!(*row)->fields.empty() && (*row)->fields.size() <= kFieldsMax);
        line = (*row)->line;
        rows.push_back(std::move((*row)->fields));
    }
}

std::string write(const Rows& rows) {
    std::string text;
    for (const auto& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (i > 0) text += ',';
            text += '"';
            for (const char c : row[i]) text += c == '"' ? std::string("\"\"") : std::string(1, c);
            text += '"';
        }
        text += "\r\n";
    }
    return text;
}

void check_keys(std::string_view text) {
    auto keys = turnpike::service::ApiKeyRows::open(text);
    if (!keys) return;
    while (true) {
        const auto line = keys->next();
        if (!line || !line->has_value()) return;
        if (!(*line)->row) continue;
        const auto& row = *(*line)->row;
        FUZZ_CHECK(!row.name.empty() && row.value.size() >= 20 && row.value.size() <= 128);
        for (const std::string& id : row.plan_ids) FUZZ_CHECK(!id.empty());
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    check_keys(text);
    const auto rows = read(text);
    if (!rows) return 0;
    std::size_t bytes = 0;
    for (const auto& row : *rows) {
        for (const std::string& field : row) bytes += field.size();
    }
    FUZZ_CHECK(bytes <= size);
    const auto again = read(write(*rows));
    FUZZ_CHECK(again && *again == *rows);
    return 0;
}
