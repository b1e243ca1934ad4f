#pragma once

#include <string>
#include <string_view>

#include "control-plane/service/operation.hpp"
#include "control-plane/service/patch.hpp"

/// A Method is one document: its integration is the member methodIntegration, its responses are
/// methodResponses by status code. The operations on those parts are in the files of their own
/// names and change that document.
namespace turnpike::service {

/// The id of a row of Table::Methods.
std::string method_id(std::string_view resource_id, std::string_view verb);

/// The texts for what a path names and is not there.
Error integration_not_found();
Error response_not_found();

/// The method that restApiId, resourceId and httpMethod name.
/// Errors: NotFound, "Invalid Resource ..." for an unknown API or resource, "Invalid Method ..."
/// for a verb.
Result<json::Value> find_method(Transaction& transaction, const Call& call);
/// The same for a change: takes the API's lock first.
Result<json::Value> lock_method(Transaction& transaction, const Call& call);
/// Stores what lock_method() gave, changed. Returns: `answer`. Errors: Invalid if it has grown too
/// large.
Result<json::Value> save_method(Transaction& transaction, const Call& call,
                                const json::Value& method, json::Value answer);
/// Errors: Invalid.
Result<void> check_method_size(const json::Value& method);

/// Each value names a model of the API. Errors: Invalid.
Result<void> check_models(Transaction& transaction, std::string_view api_id,
                          const json::Object& by_content_type);

/// Verbs that a method may have; "ANY" included.
bool is_method_verb(std::string_view verb);
Error invalid_verb();

// Patch rules for maps with a known text for a key that is not there; an emptied map goes away.

/// requestParameters, responseParameters of methods: lenient booleans.
Result<void> patch_parameter_flag(PatchTarget& target, const PatchOperation& operation);
/// requestModels, responseModels: names of models, which must exist.
Result<void> patch_model_name(PatchTarget& target, const PatchOperation& operation);
/// requestParameters, responseParameters of integrations.
Result<void> patch_parameter_text(PatchTarget& target, const PatchOperation& operation);
/// requestTemplates, responseTemplates: text, or null for an empty value.
Result<void> patch_template(PatchTarget& target, const PatchOperation& operation);

}  // namespace turnpike::service
