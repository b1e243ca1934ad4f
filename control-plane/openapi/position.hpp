#pragma once

#include <cstddef>

namespace turnpike::openapi {

/// A place in the text of a document, both counted from 1; columns are characters.
struct Position {
    std::size_t line = 1;
    std::size_t column = 1;
};

}  // namespace turnpike::openapi
