#include "common/config/options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>

#include "common/base/assert.hpp"
#include "common/base/text.hpp"
#include "common/config/settings_file.hpp"
#include "common/config/specification.hpp"

namespace turnpike::config {
namespace {

using Given = Options::Given;
using GivenByName = Options::GivenByName;

constexpr std::string_view kFileOption = "config-file";
constexpr std::size_t kFileBytesMax = 1U << 20U;

// Read by deploy/, tests and shells, not by the processes.
constexpr std::string_view kForeignVariables[] = {
    "TURNPIKE_BIN_DIR",
    "TURNPIKE_CA",
    "TURNPIKE_CONTROL_STATUS_LISTEN",
    "TURNPIKE_CORPORA",
    "TURNPIKE_TEST_BINARIES",
    "TURNPIKE_TEST_KEEP",
    "TURNPIKE_WORKER_STATUS_LISTEN",
};

std::string secret_file_of(std::string_view name) {
    return std::string(name) + std::string(kSecretFileSuffix);
}

Result<std::string> read_file(const Given& path) {
    std::ifstream file(path.text, std::ios::binary);
    std::string text(kFileBytesMax + 1, '\0');
    if (file) file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!file.is_open() || file.bad()) {
        return invalid(path.place + ": " + path.text + " cannot be read");
    }
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (text.size() > kFileBytesMax)
        return invalid(path.place + ": " + path.text + " is too large");
    return text;
}

/// CLI11's message, on one line.
std::string one_line(const char* what) {
    std::string text(what);
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
}

/// The command line: what it sets, and what it asks to be printed.
struct CommandLine {
    GivenByName given;
    bool print_settings = false;
    std::optional<std::string> text_instead;
};

/// CLI11's application over texts. Lives as long as what it parses into.
struct Parser {
    explicit Parser(Process process)
        : application(process == Process::Control ? "Turnpike's management API."
                                                  : "Turnpike's gateway worker.",
                      process == Process::Control ? "turnpike-control" : "turnpike-worker") {
        for (const Specification& specification : specifications()) {
            if (!specification.belongs_to(process)) continue;
            add(specification.name, specification.help, specification.standard);
            if (!specification.is_secret) continue;
            add(secret_file_of(specification.name),
                std::string("file that holds --") + specification.name, "");
        }
        add(std::string(kFileOption), "file of settings, name = value lines", "");
        application.get_formatter()->column_width(34);
        application.set_version_flag("--version", TURNPIKE_VERSION, "print the version and end");
        application.set_help_flag("-h,--help", "print this and end");
        application.add_flag("--print-settings", print_settings,
                             "print the settings as a settings file, without secrets, and end");
        application.footer(
            "Every option is also a variable: --redis-url is TURNPIKE_REDIS_URL.\n"
            "Flags win over variables, variables over the file.");
    }

    void add(const std::string& name, const std::string& help, const std::string& standard) {
        CLI::Option* option = application.add_option("--" + name, texts[name], help);
        option->type_name("");
        if (!standard.empty()) option->default_str(standard);
    }

    CLI::App application;
    std::map<std::string, std::string> texts;
    bool print_settings = false;
};

Result<CommandLine> parse_command_line(Process process, std::vector<std::string> arguments) {
    Parser parser(process);
    CommandLine line;
    std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them from the back
    try {
        parser.application.parse(std::move(arguments));
    } catch (const CLI::CallForHelp&) {
        line.text_instead = parser.application.help();
    } catch (const CLI::CallForVersion&) {
        line.text_instead = std::string(TURNPIKE_VERSION) + "\n";
    } catch (const CLI::ParseError& error) {
        return invalid(one_line(error.what()) + " (see --help)");
    }
    line.print_settings = parser.print_settings;
    for (auto& [name, text] : parser.texts) {
        const std::string flag = "--" + name;
        if (parser.application.count(flag) > 0) line.given[name] = {std::move(text), flag};
    }
    return line;
}

/// Errors: a variable that nothing reads.
Result<GivenByName> read_environment(const std::vector<std::string>& environment) {
    std::map<std::string, std::string, std::less<>> name_of;
    for (const std::string& name : all_names()) name_of[variable_of(name)] = name;
    name_of[variable_of(kFileOption)] = kFileOption;
    GivenByName given;
    for (const std::string& entry : environment) {
        if (!entry.starts_with(kVariablePrefix)) continue;
        const std::size_t equals = std::min(entry.find('='), entry.size());
        const std::string variable = entry.substr(0, equals);
        const std::string value = entry.substr(std::min(equals + 1, entry.size()));
        const auto name = name_of.find(variable);
        if (name != name_of.end()) {
            if (!value.empty()) given[name->second] = {value, variable};
        } else if (std::find(std::begin(kForeignVariables), std::end(kForeignVariables),
                             variable) == std::end(kForeignVariables)) {
            return invalid(variable + " is not a setting (see --help)");
        }
    }
    return given;
}

/// Errors: a file that cannot be read, a line that makes no sense, a key that nothing reads.
Result<GivenByName> read_settings_file(const Given& path) {
    auto text = read_file(path);
    if (!text) return std::move(text).error();
    auto entries = parse_settings_file(*text, path.text);
    if (!entries) return std::move(entries).error();
    const auto known = all_names();
    GivenByName given;
    for (FileEntry& entry : *entries) {
        const std::string place = path.text + ":" + std::to_string(entry.line) + ": " + entry.key;
        if (!known.contains(entry.key)) return invalid(place + " is not a setting (see --help)");
        if (!entry.value.empty()) given[entry.key] = {std::move(entry.value), place};
    }
    return given;
}

/// Puts `over` on top of `below`. A secret and the file that holds it are one setting.
Result<void> put_over(GivenByName& below, GivenByName over) {
    for (const Specification& specification : specifications()) {
        if (!specification.is_secret) continue;
        const auto direct = over.find(specification.name);
        const auto file = over.find(secret_file_of(specification.name));
        if (direct != over.end() && file != over.end()) {
            return invalid(direct->second.place + " and " + file->second.place +
                           " exclude each other");
        }
        if (direct == over.end() && file == over.end()) continue;
        below.erase(specification.name);
        below.erase(secret_file_of(specification.name));
    }
    for (auto& [name, given] : over) below[name] = std::move(given);
    return {};
}

/// What is given to this process, by rank. Errors: as of its parts.
Result<GivenByName> collect(CommandLine& line, const Invocation& invocation) {
    auto variables = read_environment(invocation.environment);
    if (!variables) return std::move(variables).error();
    GivenByName given;
    const GivenByName& naming = line.given.contains(kFileOption) ? line.given : *variables;
    if (const auto path = naming.find(kFileOption); path != naming.end()) {
        auto from_file = read_settings_file(path->second);
        if (!from_file) return std::move(from_file).error();
        given = *std::move(from_file);
    }
    if (auto put = put_over(given, *std::move(variables)); !put) return std::move(put).error();
    if (auto put = put_over(given, std::move(line.given)); !put) return std::move(put).error();
    return given;
}

/// Every option of the process: as given, read from the file that is given, or its default.
Result<GivenByName> fill_in(Process process, GivenByName given) {
    GivenByName filled;
    for (const Specification& specification : specifications()) {
        if (!specification.belongs_to(process)) continue;
        const std::string name = specification.name;
        filled[name] = {specification.standard, "--" + name};
        if (const auto direct = given.find(name); direct != given.end()) {
            filled[name] = std::move(direct->second);
        }
        const auto file = given.find(secret_file_of(name));
        if (!specification.is_secret || file == given.end()) continue;
        auto text = read_file(file->second);
        if (!text) return std::move(text).error();
        const std::string_view first_line =
            std::string_view(*text).substr(0, text->find_first_of("\r\n"));
        if (first_line.empty()) return invalid(file->second.place + ": the file is empty");
        filled[name] = {std::string(first_line), file->second.place};
    }
    return filled;
}

std::string print(Process process, const Options& options) {
    std::string text;
    for (const Specification& specification : specifications()) {
        if (!specification.belongs_to(process)) continue;
        const std::string& value = options.text(specification.name);
        if (specification.is_secret && !value.empty()) {
            text += std::string("# ") + specification.name + " is set and hidden\n";
            continue;
        }
        text += std::string(specification.name) + " = \"";
        for (const char c : value) {
            if (c == '"' || c == '\\') text += '\\';
            text += c;
        }
        text += "\"\n";
    }
    return text;
}

}  // namespace

const Given& Options::at(std::string_view name) const {
    const auto found = given_.find(name);
    TURNPIKE_ASSERT(found != given_.end());
    return found->second;
}

std::string Options::text_or(std::string_view name, std::string otherwise) const {
    const std::string& given = text(name);
    return given.empty() ? std::move(otherwise) : given;
}

Error Options::refuse(std::string_view name, const std::string& reason) const {
    return invalid(at(name).place + ": " + reason);
}

Result<Options> read_options(Process process, const Invocation& invocation) {
    auto line = parse_command_line(process, invocation.arguments);
    if (!line) return std::move(line).error();
    if (line->text_instead) {
        Options options({});
        options.text_instead_ = std::move(line->text_instead);
        return options;
    }
    auto given = collect(*line, invocation);
    if (!given) return std::move(given).error();
    auto filled = fill_in(process, *std::move(given));
    if (!filled) return std::move(filled).error();
    Options options(*std::move(filled));
    if (line->print_settings) options.text_instead_ = print(process, options);
    return options;
}

}  // namespace turnpike::config
