#pragma once

#include <string>
#include <string_view>

#include "tests/support/memory_store.hpp"

namespace turnpike::tests {

using json::Array;
using json::Object;
using json::Value;

Value operation(std::string_view op, std::string_view path);
Value operation(std::string_view op, std::string_view path, std::string_view value);
Value copying(std::string_view from, std::string_view path);

/// An installation with one API that can be deployed: GET / and GET /pets, both MOCK.
class InstallationUnderTest {
public:
    InstallationUnderTest();
    InstallationUnderTest(const InstallationUnderTest&) = delete;
    InstallationUnderTest& operator=(const InstallationUnderTest&) = delete;
    ~InstallationUnderTest();

    std::string make_api(std::string_view name);
    void add_method(std::string_view api_id, std::string_view resource_id,
                    std::string_view verb = "GET");
    /// Returns: the new deployment's id. `more` joins the request.
    std::string deploy(std::string_view stage = {}, const Object& more = {});
    Value stage(std::string_view name);
    Value patch_stage_input(std::string_view name, Array operations) const;
    Value patch_stage(std::string_view name, Array operations);
    std::string refused_stage_patch(std::string_view name, const Value& one);
    std::string make_key(std::string_view name);
    /// A plan with one stage of the API, or none.
    std::string make_plan(std::string_view name, std::string_view stage = {});
    static Value plan_key(std::string_view plan, std::string_view key);
    /// "Stage <api>/prod, UsagePlan abc": what the workers were told since the last call, sorted.
    std::string told();

    Caller call;
    std::string api;
};

}  // namespace turnpike::tests
