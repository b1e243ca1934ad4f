#include "control-plane/publish/metering_export.hpp"

#include <array>
#include <string>
#include <utility>

#include "common/base/calendar.hpp"
#include "common/base/encoding.hpp"

namespace turnpike::publish {

namespace {

constexpr std::int64_t kPlacesMax = 10'000;
constexpr std::int64_t kPlacesDefault = 1'000;
constexpr std::size_t kPositionBytesMax = 32'768;

/// As a text that goes through a query and a header.
std::string position_of(const MeteredPlace& place) {
    return to_hex(json::write(
        json::Array{place.plan_id, place.product_code, place.key_id, place.customer_id}));
}

std::optional<MeteredPlace> place_at(std::string_view position) {
    if (position.size() > kPositionBytesMax) return std::nullopt;
    const auto text = from_hex(position);
    if (!text) return std::nullopt;
    const auto parsed = json::parse(*text);
    if (!parsed || !parsed->is_array() || parsed->as_array().size() != 4) return std::nullopt;
    const json::Array& parts = parsed->as_array();
    for (const json::Value& part : parts) {
        if (!part.is_string()) return std::nullopt;
    }
    return MeteredPlace{parts[0].as_string(), parts[1].as_string(), parts[2].as_string(),
                        parts[3].as_string()};
}

/// RFC 4180. A text that a spreadsheet would take for a formula stays what it is: programs read
/// this.
std::string csv_field(const std::string& text) {
    if (text.find_first_of("\",\r\n") == std::string::npos) return text;
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted + '"';
}

std::string as_csv(const std::vector<MonthlyUse>& uses, std::string_view month) {
    std::string text = "planId,productCode,keyId,customerId,month,requests\r\n";
    for (const MonthlyUse& use : uses) {
        const MeteredPlace& place = use.place;
        for (const std::string* field :
             {&place.plan_id, &place.product_code, &place.key_id, &place.customer_id}) {
            text += csv_field(*field) + ',';
        }
        text += std::string(month) + ',' + std::to_string(use.requests) + "\r\n";
    }
    return text;
}

std::string as_json(const std::vector<MonthlyUse>& uses, std::string_view month,
                    const std::optional<std::string>& position) {
    json::Array items;
    for (const MonthlyUse& use : uses) {
        items.emplace_back(json::Object{{"planId", use.place.plan_id},
                                        {"productCode", use.place.product_code},
                                        {"keyId", use.place.key_id},
                                        {"customerId", use.place.customer_id},
                                        {"requests", use.requests}});
    }
    json::Object document{{"month", month}, {"items", std::move(items)}};
    if (position) document.set("position", *position);
    return json::write(std::move(document));
}

}  // namespace

Result<json::Value> monthly_usage(MeteringLedger& ledger, const json::Value& input) {
    const std::string month(input.text("month"));
    const auto first = parse_day(month + "-01");
    if (!first) return invalid("Invalid month specified. Must be of the form YYYY-MM");
    const std::string_view format = input.text("format");
    const bool is_csv = format == "csv";
    if (!is_csv && !format.empty() && format != "json") {
        return invalid("Invalid format specified. Valid options are csv and json");
    }
    const std::int64_t limit = input.integer("limit").value_or(kPlacesDefault);
    if (limit < 1 || limit > kPlacesMax) {
        return invalid("Invalid value for limit: it must be between 1 and " +
                       std::to_string(kPlacesMax));
    }
    std::optional<MeteredPlace> after;
    if (const std::string_view position = input.text("position"); !position.empty()) {
        after = place_at(position);
        if (!after) return invalid("Invalid position parameter");
    }
    const auto places_max = static_cast<std::size_t>(limit);
    std::vector<MonthlyUse> uses = ledger.use_in_month(*first, after, places_max + 1);
    std::optional<std::string> next;
    if (uses.size() > places_max) {
        uses.resize(places_max);
        next = position_of(uses.back().place);
    }
    json::Value answer =
        json::Object{{"contentType", is_csv ? "text/csv; charset=utf-8" : "application/json"},
                     {"body", is_csv ? as_csv(uses, month) : as_json(uses, month, next)}};
    if (next) answer["position"] = *next;
    return answer;
}

}  // namespace turnpike::publish
