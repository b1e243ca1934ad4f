#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "control-plane/openapi/definition.hpp"
#include "control-plane/service/imported_tree.hpp"
#include "control-plane/service/operation.hpp"

namespace turnpike::service {

/// Puts what an OpenAPI document defines into the draft of an API, through the rules of the
/// ordinary operations: what they refuse in single calls is refused here with the same words.
/// Source: the contract's operations ImportRestApi and PutRestApi.
class ImportedDraft {
public:
    enum class Mode : std::uint8_t {
        Merge,      ///< What the document has replaces what has its name; the rest stays.
        Overwrite,  ///< What the document does not have goes.
    };
    /// Requires: the API's lock. `transaction` should hold the draft in memory (DraftBuffer).
    ImportedDraft(Transaction& transaction, const Call& call, std::string api_id, Mode mode);

    /// Everything below the API; not the members of the API itself. Errors: Invalid with all
    /// problems, one a line; LimitExceeded.
    Result<void> put(const openapi::ApiDefinition& api);
    /// What was left out of the draft. Requires: put().
    const std::vector<std::string>& warnings() const { return warnings_; }

private:
    using Ids = std::map<std::string, std::string, std::less<>>;  // by name

    void put_models(const std::vector<json::Value>& models);
    Ids put_named(Table table, std::string_view create, const std::vector<json::Value>& documents);
    void put_gateway_responses(const std::vector<json::Value>& responses);
    void put_paths(const std::vector<openapi::PathDefinition>& paths);
    void put_method(const std::string& path, const std::string& resource_id,
                    const openapi::MethodDefinition& definition);
    void warn_renamed(const std::string& path, const ImportedTree::Place& place);
    void put_documentation(const openapi::ApiDefinition& api);

    /// One operation on this API. Returns: whether it was taken; else `what` went wrong is noted.
    bool run(std::string_view operation, json::Value input, const std::string& what,
             json::Value* answer = nullptr);
    void note(const std::string& what, const Error& error);

    Transaction& transaction_;
    const Call& call_;
    const std::string api_id_;
    const Mode mode_;
    Ids authorizers_;
    Ids validators_;
    std::vector<std::string> warnings_;
    std::vector<std::string> problems_;
    bool is_over_quota_ = false;
};

}  // namespace turnpike::service
