#include "control-plane/service/path_part.hpp"

#include "control-plane/service/conventions.hpp"

namespace turnpike::service {

namespace {

constexpr std::size_t kPathPartCharactersMax = 1024;

/// The name between the braces, without the plus sign.
std::string_view variable_name(std::string_view path_part) {
    path_part.remove_prefix(1);
    path_part.remove_suffix(path_part.ends_with("+}") ? 2 : 1);
    return path_part;
}

}  // namespace

bool is_path_variable(std::string_view path_part) {
    return path_part.size() > 2 && path_part.front() == '{' && path_part.back() == '}';
}

bool is_greedy_variable(std::string_view path_part) {
    return is_path_variable(path_part) && path_part.ends_with("+}");
}

Result<void> check_path_part(std::string_view path_part) {
    const bool is_valid = is_path_variable(path_part) ? is_word(variable_name(path_part), "._-:")
                                                      : is_word(path_part, "._-:,$%+~@!");
    if (!is_valid || path_part.size() > kPathPartCharactersMax) {
        return invalid(
            "Resource's path part only allow a-zA-Z0-9._- and curly braces at the beginning and "
            "the end and an optional plus sign before the closing brace.");
    }
    return {};
}

}  // namespace turnpike::service
