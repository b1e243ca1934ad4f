#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "control-plane/service/transaction.hpp"

/// The schemas of an API's models, JSON Schema draft 4, and how they refer to each other: by
/// "https://{any host}/restapis/{api id}/models/{name}". Source: contract members
/// CreateModel.schema, GetModel.flatten.
namespace turnpike::service {

/// The schemas directly below `schema`, in the places where draft 4 has schemas. What merely looks
/// like one (in an enum, a default, an example) is data. Lifetime: until `schema` changes.
std::vector<const json::Value*> subschemas(const json::Value& schema);
std::vector<json::Value*> subschemas(json::Value& schema);

/// The model that a "$ref" names, or nothing if it is not of the form above or of another API.
std::optional<std::string> referenced_model(std::string_view reference, std::string_view api_id);

/// The names of all models that a schema refers to. A text that is no schema refers to none.
std::set<std::string> referenced_models(std::string_view schema, std::string_view api_id);

/// A whole model, written as JSON.
constexpr std::size_t kModelBytesMax = 1U << 20U;

/// Whether `schema` can be the schema of the model `name`, or a new one of that name. Errors:
/// Invalid; with the service's text if it is empty.
Result<void> check_model_schema(Transaction& transaction, std::string_view api_id,
                                std::string_view name, std::string_view content_type,
                                std::string_view schema);

/// A schema, or a part of it: "/definitions/pet" of the model "Pets".
struct SchemaPlace {
    std::string model;
    std::string pointer;  ///< RFC 6901; empty: all of it.
    auto operator<=>(const SchemaPlace&) const = default;
};

/// The schemas of one API, each read and parsed when it is first asked for. Thread: one.
class ModelSchemas {
public:
    ModelSchemas(Transaction& transaction, std::string_view api_id);

    /// Where a "$ref" inside `model` leads; nothing: neither into the same schema nor to a model.
    std::optional<SchemaPlace> target_of(std::string_view model, std::string_view reference) const;
    /// Returns: null if there is no such model or place. Lifetime: that of this object.
    const json::Value* find(const SchemaPlace& place);

private:
    Transaction& transaction_;
    std::string api_id_;
    std::map<std::string, std::optional<json::Value>, std::less<>> parsed_;
};

/// The schema of `name` with every reference to another model replaced by what it refers to.
/// Models that contain themselves become "definitions". Errors: Invalid if that would be too large,
/// or the model's schema is not JSON.
Result<std::string> flattened_schema(ModelSchemas& schemas, const std::string& name);

}  // namespace turnpike::service
