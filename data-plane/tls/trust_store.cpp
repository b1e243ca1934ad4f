#include "data-plane/tls/trust_store.hpp"

#include "data-plane/tls/openssl_handles.hpp"

namespace turnpike::tls {

Result<std::shared_ptr<const TrustStore>> TrustStore::load(const std::string& extra_ca_file) {
    Handle store(X509_STORE_new(), X509_STORE_free);
    if (!store) return internal_error("X509_STORE_new: " + take_openssl_error());
    // A system without roots is one whose upstreams are verified against none.
    X509_STORE_set_default_paths(store.get());
    take_openssl_error();
    if (!extra_ca_file.empty() && X509_STORE_load_file(store.get(), extra_ca_file.c_str()) != 1) {
        Error error = invalid("cannot read certificates from " + extra_ca_file);
        error.detail = take_openssl_error();
        return error;
    }
    return std::shared_ptr<const TrustStore>(new TrustStore(std::move(store)));
}

}  // namespace turnpike::tls
