#include "common/config/options.hpp"

#include <CLI/CLI.hpp>
#include <fstream>
#include <set>
#include <sstream>

#include "common/base/assert.hpp"
#include "common/base/text.hpp"

namespace turnpike::config {
namespace {

constexpr std::string_view kPrefix = "TURNPIKE_";
constexpr std::string_view kVersion = "0.1.0";
constexpr std::size_t kSecretBytesMax = 64U * 1024U;

enum class Who : std::uint8_t { Both, Control, Worker };

struct Specification {
    const char* name;
    Who who;
    const char* standard;
    const char* help;
    bool is_secret = false;  // has a "-file" form, and is not printed
};

constexpr Specification kSpecifications[] = {
    {"home", Who::Both, ".turnpike", "directory of everything that is kept on this machine"},
    {"redis-url", Who::Both, "", "redis://, rediss:// (TLS) or unix:// address of Redis", true},
    {"namespace", Who::Both, "turnpike", "prefix of every key in Redis"},
    {"master-key-file", Who::Both, "", "file of the installation's secret [home/master.key]"},
    {"region", Who::Both, "us-east-1", "region in ARNs and host names"},
    {"account-id", Who::Both, "000000000000", "account in ARNs, 12 digits"},
    {"partition", Who::Both, "aws", "partition in ARNs"},
    {"domain", Who::Both, "localhost",
     "suffix of default endpoints: {api}.execute-api.{region}.{domain}"},
    {"log-level", Who::Both, "info", "trace, debug, info, warning or error"},
    {"database-url", Who::Control, "", "postgresql:// address of PostgreSQL", true},
    {"database-connections", Who::Control, "16", "connections to PostgreSQL at most"},
    {"admin-listen", Who::Control, "127.0.0.1:4566",
     "address of the management API; TLS unless loopback"},
    {"admin-tls-certificate-file", Who::Control, "",
     "certificate chain of the management API, PEM"},
    {"admin-tls-key-file", Who::Control, "", "private key of the management API, PEM"},
    {"admin-threads", Who::Control, "4", "threads of the management API"},
    {"credentials-file", Who::Control, "",
     "where the root credentials are written [home/credentials]"},
    {"account-rate-limit", Who::Control, "10000",
     "account throttle, requests per second, or unlimited"},
    {"account-burst-limit", Who::Control, "5000", "account throttle, burst"},
    {"integration-timeout-max-ms", Who::Control, "29000",
     "longest timeout that an integration may have"},
    {"rest-apis-max", Who::Control, "600", "quota of REST APIs"},
    {"resources-per-api-max", Who::Control, "300", "quota of resources per REST API"},
    {"stages-per-api-max", Who::Control, "10", "quota of stages per API"},
    {"api-keys-max", Who::Control, "10000", "quota of API keys"},
    {"usage-plans-max", Who::Control, "300", "quota of usage plans"},
    {"plans-per-key-max", Who::Control, "10", "quota of usage plans per API key"},
    {"https-listen", Who::Worker, "0.0.0.0:8443,[::]:8443",
     "addresses of API traffic over TLS, or off"},
    {"http-listen", Who::Worker, "off", "addresses of API traffic in clear text, or off"},
    {"worker-threads", Who::Worker, "0", "reactors; 0: one per processor"},
    {"state-dir", Who::Worker, "", "last configuration, for starts without Redis [home/worker]"},
    {"ca-file", Who::Worker, "", "certificate of the local authority, for clients [home/ca.pem]"},
    {"tls-certificate-file", Who::Worker, "",
     "certificate chain of API traffic, PEM; none: a local one"},
    {"tls-key-file", Who::Worker, "", "private key of API traffic, PEM"},
    {"access-log", Who::Worker, "",
     "file of the access log, - for standard output, or off [log-dir/access.log]"},
    {"log-dir", Who::Worker, "", "directory of stages' own access logs [home/log]"},
    {"drain-timeout-ms", Who::Worker, "30000",
     "time that requests have to end when the worker stops"},
};

// Has a default of its own in each process.
constexpr const char* kStatusListen = "status-listen";
constexpr const char* kStatusHelp = "address of /livez, /readyz and /metrics";

// Read by deploy/ and shells, not by the processes.
constexpr std::string_view kForeignVariables[] = {
    "TURNPIKE_BIN_DIR",
    "TURNPIKE_CA",
    "TURNPIKE_CONTROL_STATUS_LISTEN",
    "TURNPIKE_CORPORA",
    "TURNPIKE_TEST_BINARIES",
    "TURNPIKE_TEST_KEEP",
    "TURNPIKE_WORKER_STATUS_LISTEN",
};

bool belongs(const Specification& specification, Process process) {
    return specification.who == Who::Both ||
           (specification.who == Who::Control) == (process == Process::Control);
}

std::string variable_of(std::string_view option) {
    std::string name(kPrefix);
    for (const char c : option) {
        name += c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
    }
    return name;
}

/// Every option of both processes, "-file" forms included.
std::set<std::string, std::less<>> all_names() {
    std::set<std::string, std::less<>> names{kStatusListen, "config-file"};
    for (const Specification& specification : kSpecifications) {
        names.insert(specification.name);
        if (specification.is_secret) names.insert(std::string(specification.name) + "-file");
    }
    return names;
}

/// CLI11's application over texts. Lives as long as what it parses into.
struct Parser {
    explicit Parser(Process process)
        : application(process == Process::Control ? "Turnpike's management API."
                                                  : "Turnpike's gateway worker.",
                      process == Process::Control ? "turnpike-control" : "turnpike-worker") {
        add(kStatusListen, process == Process::Control ? "127.0.0.1:9101" : "127.0.0.1:9102",
            kStatusHelp);
        for (const Specification& specification : kSpecifications) {
            if (!belongs(specification, process)) continue;
            add(specification.name, specification.standard, specification.help);
            if (specification.is_secret) {
                add(std::string(specification.name) + "-file", "",
                    std::string("file that holds --") + specification.name);
            }
        }
        application.set_config("--config-file", "", "settings as name = value lines")
            ->description("settings as name = value lines; TURNPIKE_CONFIG_FILE");
        // Collected, so that the message can name what is wrong, and where.
        application.allow_config_extras(CLI::config_extras_mode::capture);
        application.allow_extras();
        application.set_version_flag("--version", std::string(kVersion));
        application.add_flag("--print-settings", print_settings, "print the settings and end");
        application.footer(
            "Every option is also a variable: --redis-url is TURNPIKE_REDIS_URL.\n"
            "Flags win over variables, variables over the file.");
    }

    void add(const std::string& name, const std::string& standard, const std::string& help) {
        texts[name] = standard;
        CLI::Option* option = application.add_option("--" + name, texts[name], help);
        option->type_name("");
        if (!standard.empty()) option->default_str(standard);
    }

    CLI::App application;
    std::map<std::string, std::string, std::less<>> texts;
    bool print_settings = false;
};

bool is_given(const std::vector<std::string>& arguments, const std::string& name) {
    const std::string flag = "--" + name;
    for (const std::string& argument : arguments) {
        if (argument == flag || argument.starts_with(flag + "=")) return true;
    }
    return false;
}

/// Arguments for CLI11: the user's, and each variable as the flag it stands for, so that it wins
/// over the file. Errors: a variable that nothing reads.
Result<std::vector<std::string>> merge_environment(const Parser& parser,
                                                   const Invocation& invocation) {
    std::map<std::string, std::string, std::less<>> option_of;
    for (const std::string& name : all_names()) option_of[variable_of(name)] = name;
    std::vector<std::string> arguments = invocation.arguments;
    for (const std::string& entry : invocation.environment) {
        if (!entry.starts_with(kPrefix)) continue;
        const std::size_t equals = entry.find('=');
        const std::string variable = entry.substr(0, equals);
        const std::string value = equals == std::string::npos ? "" : entry.substr(equals + 1);
        if (std::find(std::begin(kForeignVariables), std::end(kForeignVariables), variable) !=
            std::end(kForeignVariables)) {
            continue;
        }
        const auto option = option_of.find(variable);
        if (option == option_of.end()) return invalid(variable + " is not a setting (see --help)");
        const bool is_ours =
            parser.texts.contains(option->second) || option->second == "config-file";
        if (!is_ours || value.empty() || is_given(invocation.arguments, option->second)) continue;
        arguments.push_back("--" + option->second + "=" + value);
    }
    return arguments;
}

/// "file:line" of the first line that sets `key`; empty if none does.
std::string place_in_file(const std::string& path, const std::string& key) {
    std::ifstream file(path);
    std::string line;
    for (int number = 1; std::getline(file, line); ++number) {
        if (trim(std::string_view(line).substr(0, line.find('='))) == key) {
            return path + ":" + std::to_string(number);
        }
    }
    return {};
}

Result<void> refuse_unknown(CLI::App& application) {
    const auto path = application.get_config_ptr()->as<std::string>();
    const auto known = all_names();
    for (const std::string& extra : application.remaining()) {
        const std::string place = place_in_file(path, extra);
        if (place.empty()) return invalid(extra + " is not an option (see --help)");
        if (!known.contains(extra)) {
            return invalid(place + ": " + extra + " is not a setting (see --help)");
        }
    }
    return {};
}

Result<void> read_secret_files(Parser& parser) {
    for (const Specification& specification : kSpecifications) {
        const auto path = parser.texts.find(std::string(specification.name) + "-file");
        if (!specification.is_secret || path == parser.texts.end() || path->second.empty())
            continue;
        std::ifstream file(path->second, std::ios::binary);
        std::string secret(kSecretBytesMax, '\0');
        file.read(secret.data(), static_cast<std::streamsize>(secret.size()));
        if (file.bad() || file.gcount() == 0) {
            return invalid("--" + path->first + ": " + path->second + " cannot be read");
        }
        secret.resize(static_cast<std::size_t>(file.gcount()));
        while (!secret.empty() && (secret.back() == '\n' || secret.back() == '\r'))
            secret.pop_back();
        parser.texts[specification.name] = secret;
    }
    return {};
}

std::string print(const Parser& parser, Process process) {
    std::ostringstream text;
    for (const auto& [name, value] : parser.texts) {
        bool is_hidden = false;
        for (const Specification& specification : kSpecifications) {
            is_hidden |= belongs(specification, process) && specification.is_secret &&
                         name == specification.name && !value.empty();
        }
        text << name << " = " << (is_hidden ? "(hidden)" : "\"" + value + "\"") << "\n";
    }
    return text.str();
}

/// CLI11's message, on one line.
std::string one_line(const char* what) {
    std::string text(what);
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
}

}  // namespace

const std::string& Options::text(std::string_view name) const {
    const auto found = texts_.find(name);
    TURNPIKE_ASSERT(found != texts_.end());
    return found->second;
}

std::string Options::text_or(std::string_view name, std::string otherwise) const {
    const std::string& given = text(name);
    return given.empty() ? std::move(otherwise) : given;
}

Result<Options> read_options(Process process, const Invocation& invocation) {
    Parser parser(process);
    auto arguments = merge_environment(parser, invocation);
    if (!arguments) return arguments.error();
    std::reverse(arguments->begin(), arguments->end());  // CLI11 takes them from the back
    std::optional<std::string> text_instead;
    try {
        parser.application.parse(*std::move(arguments));
    } catch (const CLI::CallForHelp&) {
        text_instead = parser.application.help();
    } catch (const CLI::CallForVersion&) {
        text_instead = std::string(kVersion) + "\n";
    } catch (const CLI::ParseError& error) {
        return invalid(one_line(error.what()));
    }
    if (!text_instead) {
        if (auto checked = refuse_unknown(parser.application); !checked) return checked.error();
        if (auto read = read_secret_files(parser); !read) return read.error();
        if (parser.print_settings) text_instead = print(parser, process);
    }
    Options options(std::move(parser.texts));
    options.text_instead_ = std::move(text_instead);
    return options;
}

}  // namespace turnpike::config
