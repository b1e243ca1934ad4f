// Evaluates templates for compare.py: velocity_render <data.json>. Each line of the input is a
// template as a JSON string; each line of the output is what it gives as a JSON string, or
// "refused" with the error.
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "common/dynamic/text.hpp"
#include "common/template/program.hpp"
#include "common/template/util.hpp"

using namespace turnpike;

namespace {

std::string answer(std::string_view text, std::string_view data) {
    const auto program = velocity::compile(text, "case", {.has_evaluate = true});
    if (!program) return "refused: " + program.error().message;
    dynamic::Heap heap;
    const auto root = dynamic::parse_json(data, heap);
    velocity::Util util;
    std::vector<velocity::Variable> variables{{"util", dynamic::Value::object(util)}};
    for (const dynamic::Map::Member& member : root->as_map().members()) {
        variables.push_back({member.name, member.value});
    }
    std::pmr::string out;
    const auto done = velocity::evaluate(*program, {variables}, heap, {}, out);
    if (!done) return "refused: " + done.error().message;
    std::pmr::string line;
    dynamic::append_json_string(out, line);
    return std::string(line);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    std::ifstream file(argv[1]);
    const std::string data{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    for (std::string line; std::getline(std::cin, line);) {
        dynamic::Heap heap;
        const auto text = dynamic::parse_json(line, heap);
        if (!text) return 2;
        std::string given = answer(text->as_string(), data);
        for (char& c : given) c = c == '\n' ? ' ' : c;
        std::cout << given << '\n';
    }
    return 0;
}
