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

/// Finds where in its text some values of a document begin: a member at its name, an element at its
/// value. Positions are not kept while reading, since most documents never need one: all that are
/// wanted are found in one more pass. Thread: one.
class PositionFinder {
public:
    PositionFinder();
    ~PositionFinder();

    void want(const Steps& steps);
    /// Requires: the document was parsed from its text.
    void find_in(const Document& document);
    /// Of that value or, if it does not stand in the text itself (it came through an alias), of the
    /// nearest that encloses it.
    Position position_of(const Steps& steps) const;

    /// What is wanted, as a tree; a pass descends in it and in the document at the same time.
    struct Wanted {
        std::map<std::string, std::unique_ptr<Wanted>, std::less<>> inner;
        std::optional<Position> position;
    };

private:
    Wanted root_;
};

}  // namespace turnpike::openapi
