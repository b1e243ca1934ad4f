#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "control-plane/service/operation.hpp"

namespace turnpike::service {

/// The resource tree of one draft while paths are put into it. Knows the whole tree, so that a path
/// costs its segments and not the tree. Requires: the API's lock, `transaction` for its life.
class ImportedTree {
public:
    ImportedTree(Transaction& transaction, const Call& call, std::string api_id);

    struct Place {
        std::string resource_id;
        /// Variables that the tree calls otherwise: there is one variable below a resource, and
        /// documents name it differently from path to path. Without braces, the path's own first.
        std::vector<std::pair<std::string, std::string>> renamed;
    };
    /// The resource at the path, made with all above it where they are not there.
    /// Errors: Invalid with the texts of CreateResource; LimitExceeded.
    Result<Place> ensure(std::string_view path);
    /// Removes every resource that no path of ensure() runs through, with its methods.
    void erase_others();

private:
    struct Node {
        std::string id;
        std::string path_part;
        std::string variable_child;  ///< The path part of the child that is a variable.
    };
    Result<std::string> make(std::string_view parent_path, std::string_view path_part);

    Transaction& transaction_;
    const Call& call_;
    const std::string api_id_;
    std::map<std::string, Node, std::less<>> nodes_;  // by path
    std::set<std::string, std::less<>> used_;         // paths
};

}  // namespace turnpike::service
