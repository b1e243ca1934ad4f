// Reads pairs [schema, instance], one JSON text a line, and prints "valid" or the problems.
#include <iostream>
#include <string>

#include "common/dynamic/text.hpp"
#include "common/schema/schema.hpp"

using namespace turnpike;

namespace {

std::string verdict(std::string_view line) {
    dynamic::Heap heap;
    const auto pair = dynamic::parse_json(line, heap);
    if (!pair || !pair->is_list() || pair->as_list().items.size() != 2) return "error: no pair";
    std::pmr::string text;
    dynamic::append_json(pair->as_list().items[0], text);
    const auto schema = schema::compile(text, {});
    if (!schema) return "error: " + schema.error().message;
    const auto report = schema::validate(*schema, pair->as_list().items[1], heap);
    if (!report) return "error: " + report.error().message;
    return report->is_valid ? "valid" : std::string(report->text);
}

}  // namespace

int main() {
    for (std::string line; std::getline(std::cin, line);) std::cout << verdict(line) << '\n';
    return 0;
}
