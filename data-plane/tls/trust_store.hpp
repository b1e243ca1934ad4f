#pragma once

#include <memory>
#include <string>

#include "common/base/result.hpp"

struct x509_store_st;

namespace turnpike::tls {

/// The roots that certificates of upstreams are checked against: the system's, and maybe more. Read
/// once and shared by the contexts of all reactors. Constant for its users. Thread: any.
class TrustStore {
public:
    /// `extra_ca_file`: PEM file with roots to trust beside the system's; empty: none.
    /// Errors: Invalid, if that file cannot be read.
    static Result<std::shared_ptr<const TrustStore>> load(const std::string& extra_ca_file = {});

private:
    friend class ClientContext;
    using Handle = std::unique_ptr<x509_store_st, void (*)(x509_store_st*)>;
    explicit TrustStore(Handle store) : store_(std::move(store)) {}
    Handle store_;
};

}  // namespace turnpike::tls
