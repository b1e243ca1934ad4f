#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "common/json/value.hpp"
#include "control-plane/access/sigv4.hpp"
#include "tests/unit/control-plane/access/signing.hpp"

namespace turnpike::access {
namespace {

namespace fs = std::filesystem;

// The public cases for request signing; they are not part of this repository.
fs::path corpus() {
    const char* const folder = std::getenv("TURNPIKE_CORPORA");
    return fs::path(folder != nullptr ? folder : "../shared/corpora") / "sigv4";
}

std::string read(const fs::path& path) {
    std::ifstream file(path);
    REQUIRE(file);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// As the cases write requests: lines end with LF, a line that starts with a space goes on with the
/// value, a target may hold spaces.
TestRequest parse(const std::string& text) {
    TestRequest request;
    request.headers.clear();
    std::size_t at = text.find('\n');
    const std::string line = text.substr(0, at);
    request.method = line.substr(0, line.find(' '));
    request.target = line.substr(line.find(' ') + 1, line.rfind(' ') - line.find(' ') - 1);
    while (at != std::string::npos && at + 1 < text.size() && text[at + 1] != '\n') {
        const std::size_t end = text.find('\n', at + 1);
        const std::string field = text.substr(at + 1, end - at - 1);
        const std::size_t colon = field.find(':');
        if (field.front() == ' ') {
            request.headers.back().second += '\n' + field;
        } else {
            request.headers.emplace_back(field.substr(0, colon), field.substr(colon + 1));
        }
        at = end;
    }
    if (at != std::string::npos && at + 2 < text.size()) request.body = text.substr(at + 2);
    return request;
}

struct Case {
    fs::path folder;
    json::Value context;
    CanonicalRules rules;
    std::string secret;

    explicit Case(const fs::path& path) : folder(path) {
        context = *json::parse(read(path / "context.json"));
        rules.normalize_path = context.flag("normalize", true);
        rules.sign_session_token = !context.flag("omit_session_token");
        secret = context.find("credentials")->text("secret_access_key");
    }

    void check(const std::string& form) const {
        CAPTURE(folder.filename().string());
        CAPTURE(form);
        const TestRequest request = parse(read(folder / (form + "-signed-request.txt")));
        const auto claim = read_claim(request.head(), rules);
        if (const auto* refusal = std::get_if<Refusal>(&claim)) FAIL(refusal->message);
        const auto& found = std::get<SignatureClaim>(claim);
        const Expected expected =
            expected_signature(request.head(), request.body, found,
                               signing_key(secret, found.date, found.region, found.service), rules);
        CHECK(expected.canonical == read(folder / (form + "-canonical-request.txt")));
        CHECK(expected.to_sign == read(folder / (form + "-string-to-sign.txt")));
        CHECK(expected.signature == read(folder / (form + "-signature.txt")));
        CHECK_FALSE(check_scope(found, "service"));
        CHECK_FALSE(check_time(found, found.signed_at));
        CHECK_FALSE(compare(request.head(), found, expected, true));
    }
};

std::vector<Case> cases() {
    std::vector<Case> found;
    for (const auto& entry : fs::directory_iterator(corpus())) {
        if (entry.is_directory()) found.emplace_back(entry.path());
    }
    return found;
}

TEST_CASE("the public cases of header signing are verified") {
    if (!fs::exists(corpus())) {
        MESSAGE("skipped: no " << corpus().string() << "; set TURNPIKE_CORPORA");
        return;
    }
    const std::vector<Case> all = cases();
    CHECK(all.size() == 38);
    for (const Case& each : all) each.check("header");
}

TEST_CASE("the public cases of query signing are verified") {
    if (!fs::exists(corpus())) {
        MESSAGE("skipped: no " << corpus().string() << "; set TURNPIKE_CORPORA");
        return;
    }
    for (const Case& each : cases()) each.check("query");
}

}  // namespace
}  // namespace turnpike::access
