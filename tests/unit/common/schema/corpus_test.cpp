// The published test suite of draft-4. Formats only annotate, so the cases that want them enforced
// are left out; the other optional cases are run.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/unit/common/schema/checking.hpp"
#include "tests/unit/common/schema/draft4_schema.hpp"

namespace turnpike::schema {
namespace {

namespace fs = std::filesystem;
using dynamic::Value;

fs::path corpus() {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing changes the environment
    const char* const named = std::getenv("TURNPIKE_CORPORA");
    return fs::path(named != nullptr ? named : "../shared/corpora") / "json-schema-draft4";
}

std::optional<std::string> read(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return std::nullopt;
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// The suite's own host stands for the models of an API.
std::optional<std::string> resolve(std::string_view uri) {
    constexpr std::string_view kHost = "http://localhost:1234/";
    if (uri == "http://json-schema.org/draft-04/schema") return std::string(kDraft4Schema);
    if (!uri.starts_with(kHost)) return std::nullopt;
    return read(corpus() / "remotes" / uri.substr(kHost.size()));
}

std::string text_of(const Value& value) {
    std::pmr::string text;
    dynamic::append_json(value, text);
    return std::string(text);
}

const Value& member(const Value& value, std::string_view name) {
    const Value* found = value.as_map().find(name);
    REQUIRE(found != nullptr);
    return *found;
}

int run_group(const Value& group) {
    const std::string schema_text = text_of(member(group, "schema"));
    CAPTURE(schema_text);
    const auto schema = compile(schema_text, resolve);
    REQUIRE_MESSAGE(schema.has_value(), (schema ? "" : schema.error().message));
    int cases = 0;
    for (const Value& test : member(group, "tests").as_list().items) {
        const Value& data = member(test, "data");
        CAPTURE(text_of(data));
        dynamic::Heap heap;
        const auto report = validate(*schema, data, heap);
        REQUIRE(report.has_value());
        CAPTURE(report->text);
        CHECK(report->is_valid == member(test, "valid").as_boolean());
        ++cases;
    }
    return cases;
}

/// Returns: the number of cases in the file.
int run_file(const fs::path& path) {
    CAPTURE(path.string());
    dynamic::Heap heap;
    const auto groups = dynamic::parse_json(read(path).value_or(""), heap);
    REQUIRE(groups.has_value());
    int cases = 0;
    for (const Value& group : groups->as_list().items) {
        const std::string_view name = member(group, "description").as_string();
        CAPTURE(name);
        cases += run_group(group);
    }
    return cases;
}

bool is_there() {
    if (fs::is_directory(corpus())) return true;
    MESSAGE("skipped: there is no corpus at ", corpus().string());
    return false;
}

TEST_CASE("all required cases of the published suite come out as it says") {
    if (!is_there()) return;
    int cases = 0;
    for (const auto& entry : fs::directory_iterator(corpus())) {
        if (entry.path().extension() == ".json") cases += run_file(entry.path());
    }
    CHECK(cases == 618);
}

TEST_CASE("so do the optional ones, but for formats") {
    if (!is_there()) return;
    const fs::path optional = corpus() / "optional";
    CHECK(run_file(optional / "bignum.json") == 9);
    CHECK(run_file(optional / "float-overflow.json") == 1);
    CHECK(run_file(optional / "id.json") == 3);
    CHECK(run_file(optional / "non-bmp-regex.json") == 12);
    CHECK(run_file(optional / "zeroTerminatedFloats.json") == 1);
    CHECK(run_file(optional / "format" / "unknown.json") == 7);
    CHECK(run_file(optional / "ecmascript-regex.json") == 74);
}

}  // namespace
}  // namespace turnpike::schema
