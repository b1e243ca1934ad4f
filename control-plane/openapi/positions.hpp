#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "control-plane/openapi/document.hpp"
#include "control-plane/openapi/pointer.hpp"
#include "control-plane/openapi/position.hpp"

namespace turnpike::openapi {

/// A value in the text.
struct Place {
    Position position;
    Steps steps;
};

/// "12:5 /paths/~1pets/get"; of the whole document "1:1".
std::string place_text(const Place& place);

/// Finds where in its text some values of a document begin: a member at its name, an element at its
/// value. Positions are not kept while reading, since most documents never need one: all that are
/// wanted are found in one more pass. Thread: one.
class PositionFinder {
public:
    PositionFinder();
    ~PositionFinder();

    void want(const Steps& steps);
    /// Requires: the text was read as a document.
    void find_in(const Source& source);
    /// That value or, if it does not stand in the text itself (it came through an alias, or from
    /// where a reference leads), the nearest that encloses it.
    Place place_of(const Steps& steps) const;

    /// What is wanted, as a tree; a pass descends in it and in the document at the same time.
    struct Wanted {
        std::map<std::string, std::unique_ptr<Wanted>, std::less<>> inner;
        std::optional<Position> position;
    };

private:
    Wanted root_;
};

}  // namespace turnpike::openapi
