#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "common/config/options.hpp"

namespace turnpike::config {

/// One option as people see it: the flag --name, the variable TURNPIKE_NAME, the key of the file.
struct Specification {
    enum class Who : std::uint8_t { Both, Control, Worker };
    const char* name;
    Who who;
    const char* standard;
    const char* help;
    bool is_secret = false;  ///< Has a "-file" form too, and is not printed.

    bool belongs_to(Process process) const {
        return who == Who::Both || (who == Who::Control) == (process == Process::Control);
    }
};

/// Every option of both processes, in the order of --help; the settings file's own is not among
/// them.
std::span<const Specification> specifications();
/// The names of all of them, "-file" forms included: what a shared file or environment may hold.
std::set<std::string, std::less<>> all_names();
/// "redis-url" gives "TURNPIKE_REDIS_URL".
std::string variable_of(std::string_view name);

constexpr std::string_view kVariablePrefix = "TURNPIKE_";
/// What is added to a secret's name for the file that holds it.
constexpr std::string_view kSecretFileSuffix = "-file";

}  // namespace turnpike::config
