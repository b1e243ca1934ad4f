#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "common/base/result.hpp"
#include "common/json/value.hpp"

namespace turnpike::openapi {

/// "application/json", with parameters or not, and whatever ends with "+json".
bool is_json_content_type(std::string_view content_type);

/// The models of a deployment as schemas of one document. References between models, which are
/// stored as absolute addresses, become references within the document. Thread: one.
class ExportedModels {
public:
    /// `prefix`: where the document keeps its schemas, "#/definitions/".
    ExportedModels(const json::Array& models, std::string_view prefix);

    /// {"$ref": "#/definitions/Pet"}; the model is in schemas() from then on.
    json::Value reference(const std::string& name);
    /// Is there a schema to refer to? Not for models that are written in something else than JSON.
    bool is_schema(const std::string& name) const;

    /// By name: everything that was referred to, and every other model but the built-in ones, which
    /// each API has without having asked for them.
    json::Object schemas() const;

private:
    void use(const std::string& name);
    std::string local_reference(const std::string& reference, const std::string& owner) const;
    void localise(json::Value& schema, const std::string& owner) const;

    std::string prefix_;
    std::map<std::string, json::Value, std::less<>> schemas_;   // as stored, by name
    std::map<std::string, json::Value, std::less<>> exported_;  // rewritten, what is used
    std::map<std::string, std::string, std::less<>> foreign_;   // content types of other models
};

}  // namespace turnpike::openapi
