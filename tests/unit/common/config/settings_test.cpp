#include "common/config/settings.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <limits>

#include "common/config/settings_file.hpp"
#include "common/config/specification.hpp"
#include "control-plane/api/limits.hpp"
#include "data-plane/net/limits.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace turnpike::config;
using turnpike::tests::TemporaryFolder;

namespace {

const std::vector<std::string> kNeeded{"TURNPIKE_REDIS_URL=unix:///r",
                                       "TURNPIKE_DATABASE_URL=postgresql:///p"};

Invocation invocation(std::vector<std::string> arguments, std::vector<std::string> more = {}) {
    Invocation made{std::move(arguments), kNeeded};
    made.environment.insert(made.environment.end(), more.begin(), more.end());
    return made;
}

std::string problem(const Invocation& made) {
    const auto loaded = load_control_settings(made);
    return loaded ? "" : loaded.error().message;
}

std::string write(const TemporaryFolder& folder, const char* name, const char* text) {
    const std::string path = folder.path() / name;
    std::ofstream(path) << text;
    return path;
}

}  // namespace

TEST_CASE("defaults are the documented ones") {
    const auto control = load_control_settings(invocation({}));
    REQUIRE(control);
    CHECK(control->settings.admin_listen.text() == "127.0.0.1:4566");
    CHECK(control->settings.status_listen.text() == "127.0.0.1:9101");
    CHECK(control->settings.master_key_file == ".turnpike/master.key");
    CHECK(control->settings.account_rate_limit == 10'000);
    CHECK(control->settings.integration_timeout_ms_max == 29'000);
    const auto worker = load_worker_settings(invocation({}));
    REQUIRE(worker);
    CHECK(worker->settings.https_listen.size() == 2);
    CHECK(worker->settings.http_listen.empty());
    CHECK(worker->settings.threads >= 1);
    CHECK(worker->settings.status_listen.text() == "127.0.0.1:9102");
}

TEST_CASE("flags win over variables, variables over the file") {
    const TemporaryFolder folder;
    const std::string file =
        write(folder, "conf",
              "region = \"from-file\"\naccount-id = \"111111111111\"\nhome = \"/file\"\n");
    const auto loaded = load_control_settings(invocation(
        {"--region", "from-flag"}, {"TURNPIKE_CONFIG_FILE=" + file, "TURNPIKE_REGION=from-variable",
                                    "TURNPIKE_HOME=/variable"}));
    REQUIRE(loaded);
    CHECK(loaded->settings.region == "from-flag");
    CHECK(loaded->settings.home == "/variable");
    CHECK(loaded->settings.account_id == "111111111111");
}

TEST_CASE("what no process knows stops the start, with its place") {
    const TemporaryFolder folder;
    const std::string file = write(folder, "conf", "# comment\nregion = \"x\"\nregoin = \"y\"\n");
    CHECK(problem(invocation({"--config-file", file})) ==
          file + ":3: regoin is not a setting (see --help)");
    CHECK(problem(invocation({}, {"TURNPIKE_REGOIN=x"})) ==
          "TURNPIKE_REGOIN is not a setting (see --help)");
    CHECK(problem(invocation({"--regoin", "x"})).find("--regoin") != std::string::npos);
}

TEST_CASE("a wrong value is told with the place that it came from") {
    const TemporaryFolder folder;
    const std::string file = write(folder, "conf", "\naccount-id = 12\n");
    CHECK(problem(invocation({"--config-file", file})) ==
          file + ":2: account-id: \"12\" is not 12 digits");
    CHECK(problem(invocation({}, {"TURNPIKE_ACCOUNT_ID=12"})) ==
          "TURNPIKE_ACCOUNT_ID: \"12\" is not 12 digits");
    CHECK(problem(invocation({"--config-file", "/none"})) == "--config-file: /none cannot be read");
}

TEST_CASE("settings of the other process may stand in what both share") {
    const TemporaryFolder folder;
    const std::string file = write(folder, "conf", "worker-threads = 3\n");
    CHECK(
        problem(invocation({"--config-file", file}, {"TURNPIKE_HTTP_LISTEN=127.0.0.1:1"})).empty());
}

TEST_CASE("a secret may come from a file, and is not printed") {
    const TemporaryFolder folder;
    const std::string file = write(folder, "secret", "postgresql:///hidden\n");
    const Invocation made{{},
                          {"TURNPIKE_REDIS_URL=unix:///r", "TURNPIKE_DATABASE_URL_FILE=" + file}};
    CHECK(load_control_settings(made)->settings.database_url == "postgresql:///hidden");
    Invocation printed = made;
    printed.arguments = {"--print-settings"};
    const auto loaded = load_control_settings(printed);
    REQUIRE(loaded);
    REQUIRE(loaded->text);
    CHECK(loaded->text->find("hidden\"") == std::string::npos);
    CHECK(loaded->text->find("region = \"us-east-1\"") != std::string::npos);
}

TEST_CASE("a secret wins by where it was given, whether as text or as file") {
    const TemporaryFolder folder;
    const std::string secret = write(folder, "secret", "unix:///from-file\n");
    const std::vector<std::string> database{"TURNPIKE_DATABASE_URL=postgresql:///p"};
    const auto redis_url = [&](std::vector<std::string> arguments, std::string variable) {
        Invocation made{std::move(arguments), database};
        made.environment.push_back(std::move(variable));
        return load_control_settings(made);
    };
    CHECK(redis_url({"--redis-url", "unix:///flag"}, "TURNPIKE_REDIS_URL_FILE=" + secret)
              ->settings.redis_url == "unix:///flag");
    CHECK(redis_url({"--redis-url-file", secret}, "TURNPIKE_REDIS_URL=unix:///variable")
              ->settings.redis_url == "unix:///from-file");
    CHECK(redis_url({"--redis-url-file", secret, "--redis-url", "unix:///flag"}, "X=")
              .error()
              .message == "--redis-url and --redis-url-file exclude each other");
    CHECK(redis_url({}, "TURNPIKE_REDIS_URL_FILE=/none").error().message ==
          "TURNPIKE_REDIS_URL_FILE: /none cannot be read");
}

TEST_CASE("printed settings can be read again") {
    const TemporaryFolder folder;
    const auto printed = load_worker_settings(
        invocation({"--print-settings", "--log-dir", "/a \"b\" \\c", "--https-listen", "[::1]:1"}));
    REQUIRE(printed);
    const std::string file = write(folder, "conf", printed->text->c_str());
    const auto again = load_worker_settings(invocation({"--config-file", file}));
    REQUIRE(again);
    CHECK(again->settings.log_directory == "/a \"b\" \\c");
    CHECK(again->settings.https_listen.size() == 1);
}

TEST_CASE("help and version are texts instead of settings") {
    CHECK(load_control_settings(Invocation{{"--help"}, {}})->text->find("TURNPIKE_REDIS_URL") !=
          std::string::npos);
    CHECK(*load_worker_settings(Invocation{{"--version"}, {}})->text == "0.1.0\n");
}

TEST_CASE("values are checked") {
    CHECK(problem(invocation({"--account-id", "12"})) == "--account-id: \"12\" is not 12 digits");
    CHECK(problem(invocation({"--admin-threads", "0"})).find("from 1 to") != std::string::npos);
    CHECK(problem(invocation({"--admin-listen", "0.0.0.0:4566"})).find("loopback") !=
          std::string::npos);
    CHECK(problem(invocation({"--admin-listen", "4566"})).find("not a numeric address") !=
          std::string::npos);
    CHECK(problem(invocation({"--log-level", "loud"})).find("--log-level") != std::string::npos);
    CHECK(problem(Invocation{{}, {}}).find("--redis-url") != std::string::npos);
    CHECK(load_control_settings(invocation({"--account-rate-limit", "unlimited"}))
              ->settings.account_rate_limit == std::numeric_limits<double>::infinity());
}

TEST_CASE("limits of callers are those of the data plane unless they are set") {
    const auto standard = load_worker_settings(invocation({}));
    REQUIRE(standard);
    const CallerLimits& callers = standard->settings.callers;
    const turnpike::net::Limits limits;
    CHECK(callers.uri_bytes_max == static_cast<std::int64_t>(limits.uri_bytes_max));
    CHECK(callers.header_bytes_max == static_cast<std::int64_t>(limits.header_bytes_max));
    CHECK(callers.body_bytes_max == static_cast<std::int64_t>(limits.body_bytes_max));
    CHECK(callers.body_bytes_per_second_min ==
          static_cast<std::int64_t>(limits.body_bytes_per_second_min));
    CHECK(callers.connections_per_reactor_max == static_cast<std::int64_t>(limits.connections_max));
    CHECK(callers.tls_handshake == limits.tls_handshake);
    CHECK(callers.header == limits.header);
    CHECK(callers.body == limits.body_progress);
    CHECK(callers.idle == limits.idle);
    CHECK(callers.write_stall == limits.write_stall);
    CHECK(callers.linger == limits.linger);
    const auto set = load_worker_settings(invocation(
        {"--request-body-bytes-max", "1073741824"},
        {"TURNPIKE_CLIENT_IDLE_TIMEOUT_MS=7200000", "TURNPIKE_REQUEST_URI_BYTES_MAX=53760"}));
    REQUIRE(set);
    CHECK(set->settings.callers.body_bytes_max == 1'073'741'824);
    CHECK(set->settings.callers.idle == std::chrono::hours(2));
    CHECK(set->settings.callers.uri_bytes_max == 53'760);
}

TEST_CASE("limits of callers have bounds") {
    const std::pair<const char*, std::pair<const char*, const char*>> outside[] = {
        {"--request-uri-bytes-max", {"1023", "64001"}},
        {"--request-header-bytes-max", {"1023", "64001"}},
        {"--request-body-bytes-max", {"0", "1073741825"}},
        {"--response-body-bytes-max", {"0", "1073741825"}},
        {"--request-body-bytes-per-second-min", {"0", "1000000001"}},
        {"--connections-per-reactor-max", {"0", "1000001"}},
        {"--tls-handshake-timeout-ms", {"0", "900001"}},
        {"--request-header-timeout-ms", {"0", "900001"}},
        {"--request-body-timeout-ms", {"0", "900001"}},
        {"--client-idle-timeout-ms", {"0", "7200001"}},
        {"--client-write-timeout-ms", {"0", "900001"}},
        {"--client-linger-timeout-ms", {"0", "900001"}},
    };
    for (const auto& [flag, values] : outside) {
        for (const char* value : {values.first, values.second, "-1", "1s"}) {
            CAPTURE(flag);
            CAPTURE(value);
            const auto loaded = load_worker_settings(invocation({flag, value}));
            REQUIRE_FALSE(loaded);
            const std::string& text = loaded.error().message;
            CHECK(text.starts_with(flag + (": \"" + std::string(value)) +
                                   "\" is not a number from "));
            CHECK(text.find('\n') == std::string::npos);
        }
    }
}

TEST_CASE("an OpenAPI document may be as long as a body of the management API at most") {
    const auto standard = load_control_settings(invocation({}));
    REQUIRE(standard);
    CHECK(standard->settings.quotas.openapi_document_bytes == 6 * 1024 * 1024);
    const auto longest = std::to_string(turnpike::api::limits::kBodyBytesMax);
    const auto set =
        load_control_settings(invocation({}, {"TURNPIKE_OPENAPI_DOCUMENT_BYTES_MAX=" + longest}));
    REQUIRE(set);
    CHECK(std::to_string(set->settings.quotas.openapi_document_bytes) == longest);
    const std::string beyond = std::to_string(turnpike::api::limits::kBodyBytesMax + 1);
    for (const std::string& value : {std::string("0"), beyond, std::string("6M")}) {
        CHECK(problem(invocation({"--openapi-document-bytes-max", value})) ==
              "--openapi-document-bytes-max: \"" + value + "\" is not a number from 1 to " +
                  longest);
    }
}

TEST_CASE("maps that workers read have quotas that they can read") {
    const auto set = load_control_settings(
        invocation({"--variables-per-stage-max", "1000", "--method-throttles-per-stage-max", "0"}));
    REQUIRE(set);
    CHECK(set->settings.quotas.variables_per_stage == 1000);
    CHECK(set->settings.quotas.method_throttles_per_stage == 0);
    for (const char* flag : {"--variables-per-stage-max", "--method-throttles-per-stage-max"}) {
        CHECK(problem(invocation({flag, "1001"})) ==
              flag + std::string(": \"1001\" is not a number from 0 to 1000"));
    }
}

TEST_CASE("a request's head has a bound as a whole") {
    const auto loaded = load_worker_settings(invocation({"--request-header-bytes-max", "53761"}));
    REQUIRE_FALSE(loaded);
    CHECK(loaded.error().message ==
          "--request-header-bytes-max: more than 64000 together with the 10240 of "
          "request-uri-bytes-max");
}

TEST_CASE("addresses of both families are read") {
    const auto address = parse_listen_address("[::1]:80");
    REQUIRE(address);
    CHECK(address->is_ipv6);
    CHECK(address->is_loopback());
    CHECK(address->text() == "[::1]:80");
    CHECK(parse_listen_address("localhost:80")->text() == "127.0.0.1:80");
    CHECK_FALSE(parse_listen_address("example.com:80"));
    CHECK_FALSE(parse_listen_address("127.0.0.1:0"));
    CHECK(parse_listen_addresses("127.0.0.1:1, [::]:2")->size() == 2);
    CHECK(parse_listen_addresses("off")->empty());
}

TEST_CASE("the example file documents every setting with its default") {
    std::ifstream file("deploy/turnpike.conf.example");
    REQUIRE(file);
    std::string uncommented;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("# ") && line.find(" = ") != std::string::npos) line.erase(0, 2);
        uncommented += line + "\n";
    }
    const auto entries = parse_settings_file(uncommented, "example");
    REQUIRE_MESSAGE(entries, entries.error().message);
    for (const Specification& specification : specifications()) {
        CAPTURE(specification.name);
        const auto entry =
            std::find_if(entries->begin(), entries->end(),
                         [&](const FileEntry& other) { return other.key == specification.name; });
        REQUIRE(entry != entries->end());
        const bool is_other_process = specification.who == Specification::Who::Worker &&
                                      std::string_view(specification.name) == "status-listen";
        if (!is_other_process) CHECK(entry->value == specification.standard);
    }
}

TEST_CASE("usage records are posted only where an HTTP address says") {
    const auto none = load_control_settings(invocation({}));
    REQUIRE(none);
    CHECK(none->settings.metering_url.empty());
    CHECK(none->settings.metering_retention_days == 400);
    const auto set = load_control_settings(
        invocation({"--metering-url=https://billing.example/usage", "--metering-ca-file=/r.pem"},
                   {"TURNPIKE_METERING_TOKEN_FILE=/token"}));
    REQUIRE(set);
    CHECK(set->settings.metering_url == "https://billing.example/usage");
    CHECK(set->settings.metering_token_file == "/token");
    CHECK(set->settings.metering_ca_file == "/r.pem");
    for (const char* wrong : {"billing.example", "ftp://billing.example", "HTTPS//x"}) {
        CHECK(problem(invocation({std::string("--metering-url=") + wrong})).find("metering-url") !=
              std::string::npos);
    }
    CHECK(problem(invocation({"--metering-retention-days=0"})).find("metering-retention-days") !=
          std::string::npos);
}
