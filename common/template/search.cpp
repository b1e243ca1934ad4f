#include "common/template/search.hpp"

#include <cstdint>
#include <cstring>
#include <vector>

namespace turnpike::velocity {

std::size_t find_text(std::string_view text, std::string_view wanted, std::size_t from) {
    if (wanted.empty()) return from;
    const std::string_view rest = text.substr(from);
    if (rest.size() < wanted.size()) return std::string_view::npos;  // also of a text that is null
    const void* const found = memmem(rest.data(), rest.size(), wanted.data(), wanted.size());
    if (found == nullptr) return std::string_view::npos;
    return static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

std::size_t find_last_text(std::string_view text, std::string_view wanted, std::size_t latest) {
    constexpr std::size_t kShort = 32;
    if (wanted.size() <= kShort) return text.rfind(wanted, latest);
    if (wanted.size() > text.size()) return std::string_view::npos;
    // Knuth, Morris and Pratt, from the end.
    const std::size_t size = wanted.size();
    const auto from_end = [](std::string_view of, std::size_t at) {
        return of[of.size() - 1 - at];
    };
    std::vector<std::uint32_t> borders(size, 0);
    for (std::size_t at = 1, length = 0; at < size; ++at) {
        while (length > 0 && from_end(wanted, at) != from_end(wanted, length)) {
            length = borders[length - 1];
        }
        if (from_end(wanted, at) == from_end(wanted, length)) ++length;
        borders[at] = static_cast<std::uint32_t>(length);
    }
    if (latest < text.size() - size) text = text.substr(0, latest + size);
    for (std::size_t at = 0, length = 0; at < text.size(); ++at) {
        while (length > 0 && from_end(text, at) != from_end(wanted, length)) {
            length = borders[length - 1];
        }
        if (from_end(text, at) == from_end(wanted, length)) ++length;
        if (length == size) return text.size() - 1 - at;
    }
    return std::string_view::npos;
}

}  // namespace turnpike::velocity
