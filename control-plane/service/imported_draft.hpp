#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "control-plane/openapi/definition.hpp"
#include "control-plane/openapi/diagnostics.hpp"
#include "control-plane/openapi/reader.hpp"
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
    /// problems, one a line, each with its place in the document; LimitExceeded.
    Result<void> put(const openapi::Reading& reading);
    /// What was left out of the draft, with its place. Requires: put().
    const std::vector<std::string>& warnings() const { return warnings_; }

private:
    using Ids = std::map<std::string, std::string, std::less<>>;  // by name

    void put_all(const openapi::ApiDefinition& api);
    void put_models(const openapi::ApiDefinition& api);
    Ids put_named(Table table, std::string_view create, const std::vector<json::Value>& documents,
                  const openapi::Steps& container);
    void put_gateway_responses(const openapi::ApiDefinition& api);
    void put_paths(const std::vector<openapi::PathDefinition>& paths);
    void put_method(const std::string& path, const std::string& resource_id,
                    const openapi::MethodDefinition& definition);
    void put_responses(const openapi::MethodDefinition& definition, const json::Value& place,
                       const std::string& where);
    void put_integration(const openapi::MethodDefinition& definition, const json::Value& place,
                         const std::string& where);
    void warn_renamed(const openapi::PathDefinition& path, const ImportedTree::Place& place);
    void put_documentation(const openapi::ApiDefinition& api);

    /// What an operation is for, should it be refused.
    struct Purpose {
        std::string what;
        openapi::Steps place;
    };
    /// One operation on this API. Returns: whether it was taken; else that is noted.
    bool run(std::string_view operation, json::Value input, Purpose purpose,
             json::Value* answer = nullptr);
    void note(Purpose purpose, const Error& error);
    /// So much is wrong that it needs no further look.
    bool is_enough() const;

    Transaction& transaction_;
    const Call& call_;
    const std::string api_id_;
    const Mode mode_;
    Ids authorizers_;
    Ids validators_;
    openapi::Diagnostics remarks_;
    std::vector<std::string> warnings_;
    openapi::Diagnostics problems_;
    std::size_t problem_count_ = 0;
    bool is_over_quota_ = false;
};

}  // namespace turnpike::service
