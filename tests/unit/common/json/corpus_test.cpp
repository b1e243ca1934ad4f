// The parser acceptance corpus, for both readers: y_ files must parse, n_ files must not, i_ files
// may do either, and none may crash.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "common/dynamic/text.hpp"
#include "common/json/value.hpp"

namespace {

namespace fs = std::filesystem;

fs::path corpus() {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing changes the environment
    const char* const named = std::getenv("TURNPIKE_CORPORA");
    return fs::path(named != nullptr ? named : "../shared/corpora") / "json-parsing";
}

std::string read(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

void check_document(const std::string& text) {
    const auto value = turnpike::json::parse(text);
    if (!value) return;
    const auto again = turnpike::json::parse(turnpike::json::write(*value));
    REQUIRE(again.has_value());
    CHECK(*again == *value);
}

void check_dynamic(const std::string& text) {
    turnpike::dynamic::Heap heap;
    const auto value = turnpike::dynamic::parse_json(text, heap);
    if (!value) return;
    std::pmr::string written;
    turnpike::dynamic::append_json(*value, written);
    const auto again = turnpike::dynamic::parse_json(written, heap);
    REQUIRE(again.has_value());
    CHECK(turnpike::dynamic::equal(*again, *value));
}

bool is_read(const std::string& text) {
    turnpike::dynamic::Heap heap;
    return turnpike::dynamic::parse_json(text, heap).has_value();
}

}  // namespace

TEST_CASE("the acceptance corpus is parsed as its file names say") {
    if (!fs::is_directory(corpus())) {
        MESSAGE("skipped: there is no corpus at ", corpus().string());
        return;
    }
    int files = 0;
    for (const auto& entry : fs::directory_iterator(corpus())) {
        const std::string name = entry.path().filename().string();
        if (entry.path().extension() != ".json") continue;
        ++files;
        CAPTURE(name);
        const std::string text = read(entry.path());
        const bool is_document = turnpike::json::parse(text).has_value();
        if (name.starts_with("y_")) CHECK((is_document && is_read(text)));
        if (name.starts_with("n_")) CHECK_FALSE((is_document || is_read(text)));
        check_document(text);
        check_dynamic(text);
    }
    CHECK(files > 300);
}
