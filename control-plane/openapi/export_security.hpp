#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "common/json/value.hpp"

namespace turnpike::openapi {

/// Who may call, as security schemes and requirements. Thread: one.
class ExportedSecurity {
public:
    /// `authorizers`: in the shape of the contract's Authorizer.
    explicit ExportedSecurity(const json::Array& authorizers);

    /// What a method asks for: an element for its authorizer or signature and one for the key. The
    /// schemes are in schemes() from then on.
    json::Array requirements(const json::Value& method);

    /// By name: what was asked for and, with the authorizers' own extension, all of them.
    json::Object schemes(bool with_authorizers) const;

private:
    std::string free_name(std::string name) const;

    std::map<std::string, json::Value, std::less<>> authorizers_;  // by id
    std::string key_scheme_;
    std::string signature_scheme_;
    std::set<std::string, std::less<>> used_authorizers_;  // ids
    bool uses_key_ = false;
    bool uses_signature_ = false;
};

}  // namespace turnpike::openapi
