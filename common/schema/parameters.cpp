#include "common/schema/parameters.hpp"

#include <algorithm>
#include <array>

namespace turnpike::schema {
namespace {

struct Start {
    std::string_view text;
    ParameterPlace place;
};
constexpr std::array kStarts{
    Start{"method.request.header.", ParameterPlace::Header},
    Start{"method.request.path.", ParameterPlace::Path},
    Start{"method.request.querystring.", ParameterPlace::QueryString},
};

}  // namespace

std::vector<RequiredParameter> required_parameters(std::vector<std::string> sources) {
    std::sort(sources.begin(), sources.end());
    std::vector<RequiredParameter> required;
    for (const std::string& source : sources) {
        for (const Start& start : kStarts) {
            if (!source.starts_with(start.text)) continue;
            required.push_back({start.place, source.substr(start.text.size())});
        }
    }
    return required;
}

bool is_blank(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        return c == ' ' || (c >= '\t' && c <= '\r') || (c >= '\x1c' && c <= '\x1f');
    });
}

std::string missing_parameters_message(std::span<const std::string_view> missing) {
    std::string message = "Missing required request parameters: ";
    std::string_view before = "[";
    for (const std::string_view name : missing) {
        message += before;
        message += name;
        before = ", ";
    }
    return message + "]";
}

}  // namespace turnpike::schema
