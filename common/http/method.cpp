#include "common/http/method.hpp"

#include <array>

namespace turnpike::http {
namespace {

constexpr std::array<std::string_view, 9> kMethods{"GET",     "HEAD",  "POST",  "PUT",    "DELETE",
                                                   "OPTIONS", "PATCH", "TRACE", "CONNECT"};

}  // namespace

Method find_method(std::string_view token) {
    for (std::size_t i = 0; i < kMethods.size(); ++i) {
        if (token == kMethods[i]) return static_cast<Method>(i);
    }
    return Method::Other;
}

std::string_view to_text(Method method) {
    return method == Method::Other ? std::string_view{}
                                   : kMethods[static_cast<std::size_t>(method)];
}

}  // namespace turnpike::http
