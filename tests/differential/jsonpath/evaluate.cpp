// Evaluates each line of the input, ["expression","document"], and prints what Turnpike says of it,
// in the form of Driver.java.
#include <iostream>
#include <string>

#include "common/dynamic/text.hpp"
#include "common/jsonpath/path.hpp"

namespace {

using namespace turnpike;

std::string evaluate(std::string_view expression, std::string_view document) {
    const auto path = jsonpath::compile(expression);
    if (!path) return "refused " + path.error().message;
    dynamic::Heap heap;
    const auto root = dynamic::parse_json(document, heap);
    if (!root) return "error " + root.error().detail;
    const auto found = jsonpath::evaluate(*path, *root, heap);
    if (!found) return "error " + found.error().message;
    std::pmr::string text = path->is_definite() ? "definite " : "indefinite ";
    if (*found) {
        dynamic::append_json(**found, text);
    } else {
        text += "nothing";
    }
    return std::string(text);
}

}  // namespace

int main() {
    std::ios::sync_with_stdio(false);
    for (std::string line; std::getline(std::cin, line);) {
        dynamic::Heap heap;
        const auto pair = dynamic::parse_json(line, heap);
        if (!pair || !pair->is_list() || pair->as_list().items.size() != 2) return 1;
        const auto& items = pair->as_list().items;
        std::cout << evaluate(items[0].as_string(), items[1].as_string()) << '\n';
    }
    return 0;
}
