#include "data-plane/served_certificate.hpp"

#include <utility>

#include "common/crypto/local_authority.hpp"
#include "common/crypto/private_file.hpp"

namespace turnpike {
namespace {

constexpr std::size_t kPemBytesMax = 1U << 20U;

Result<tls::Certificate> read_certificate(const config::WorkerSettings& settings) {
    auto chain = crypto::read_file(settings.tls_certificate_file, kPemBytesMax, false);
    if (!chain) return std::move(chain).error();
    auto key = crypto::read_file(settings.tls_key_file, kPemBytesMax, true);
    if (!key) return std::move(key).error();
    return tls::Certificate{*std::move(chain), *std::move(key)};
}

Result<tls::Certificate> local_certificate(const config::WorkerSettings& settings) {
    auto identity = crypto::ensure_local_identity(
        crypto::LocalAuthorityFiles::under(settings.home, settings.ca_file),
        crypto::local_names(settings.domain, settings.region), wall_now());
    if (!identity) return std::move(identity).error();
    return tls::Certificate{std::move(identity->certificate_pem), std::move(identity->key_pem)};
}

}  // namespace

Result<ServedCertificate> ServedCertificate::load(const config::WorkerSettings& settings,
                                                  std::string ticket_key) {
    ServedCertificate served(settings, std::move(ticket_key));
    if (auto loaded = served.reload(); !loaded) return std::move(loaded).error();
    return served;
}

Result<bool> ServedCertificate::reload() {
    auto certificate = settings_->tls_certificate_file.empty() ? local_certificate(*settings_)
                                                               : read_certificate(*settings_);
    if (!certificate) return std::move(certificate).error();
    std::string chain = certificate->chain_pem;
    tls::ServerContext::Options options;
    options.certificates.push_back(*std::move(certificate));
    options.ticket_key = ticket_key_;
    auto context = tls::ServerContext::create(std::move(options));
    if (!context) return std::move(context).error();
    // The key belongs to the chain, or there would be no context.
    if (context_ && chain == chain_pem_) return false;
    chain_pem_ = std::move(chain);
    context_ = *std::move(context);
    return true;
}

}  // namespace turnpike
