// The parser acceptance corpus: y_ files must parse, n_ files must not, i_ files may do either, and
// none may crash.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

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
        const auto value = turnpike::json::parse(read(entry.path()));
        if (name.starts_with("y_")) CHECK(value.has_value());
        if (name.starts_with("n_")) CHECK_FALSE(value.has_value());
        if (!value) continue;
        const auto again = turnpike::json::parse(turnpike::json::write(*value));
        REQUIRE(again.has_value());
        CHECK(*again == *value);
    }
    CHECK(files > 300);
}
