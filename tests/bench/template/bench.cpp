// The C++ side of the benchmark "template": turnpike-bench-template <template> <data.json>. For
// each line of its input, a number of milliseconds, it evaluates that long and prints how many
// evaluations a second of its thread's CPU makes; "text" prints what the template gives as a JSON
// string.
#include <array>
#include <ctime>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "common/dynamic/text.hpp"
#include "common/template/program.hpp"
#include "common/template/util.hpp"

using namespace turnpike;

namespace {

/// `$input` of a parsed body.
class Input final : public dynamic::Object {
public:
    explicit Input(const dynamic::Map& data)
        : path_(*data.find("path")), params_(*data.find("params")) {}
    dynamic::Value member(std::string_view) override { return {}; }
    bool set_member(std::string_view, dynamic::Value) override { return false; }
    Result<dynamic::Value> call(std::string_view name, std::span<const dynamic::Value>,
                                dynamic::Heap&) override {
        return name == "path" ? path_ : params_;
    }
    std::string_view text() override { return {}; }

private:
    dynamic::Value path_;
    dynamic::Value params_;
};

std::string read(const char* path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

double cpu_seconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

class Bench {
public:
    Bench(velocity::Program program, const dynamic::Value& data)
        : program_(std::move(program)), data_(data.as_map()) {}

    /// As a request does it: a heap and objects of its own.
    bool evaluate(std::pmr::string& out) {
        dynamic::Heap heap;
        Input input(data_);
        velocity::Util util;
        const std::array variables{velocity::Variable{"input", dynamic::Value::object(input)},
                                   velocity::Variable{"util", dynamic::Value::object(util)},
                                   velocity::Variable{"context", *data_.find("context")}};
        out.clear();
        return velocity::evaluate(program_, {variables}, heap, {}, out).has_value();
    }

    double rate(double seconds) {
        std::pmr::string out;
        const double start = cpu_seconds();
        double now = start;
        std::size_t count = 0;
        for (; now - start < seconds; now = cpu_seconds()) {
            for (int n = 0; n < 64; ++n, ++count) {
                if (!evaluate(out)) return 0;
            }
        }
        return static_cast<double>(count) / (now - start);
    }

private:
    velocity::Program program_;
    const dynamic::Map& data_;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    auto program = velocity::compile(read(argv[1]), "typical");
    dynamic::Heap heap;
    const auto data = dynamic::parse_json(read(argv[2]), heap);
    if (!program || !data) return 2;
    Bench bench(std::move(*program), *data);
    for (std::string line; std::getline(std::cin, line);) {
        std::pmr::string out;
        if (line == "text") {
            std::pmr::string text;
            if (!bench.evaluate(text)) return 1;
            dynamic::append_json_string(text, out);
            std::cout << out << '\n' << std::flush;
        } else {
            std::cout << bench.rate(std::stod(line) / 1000) << '\n' << std::flush;
        }
    }
    return 0;
}
