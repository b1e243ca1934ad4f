#include "data-plane/tls/server_context.hpp"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <unordered_map>

#include "common/base/text.hpp"
#include "data-plane/tls/server_context_state.hpp"

namespace turnpike::tls {
namespace {

using State = ServerContext::State;

constexpr const char* kCiphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr unsigned char kSessionContext[] = "turnpike";
constexpr unsigned char kProtocol[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

const State& state_of(SSL* ssl) {
    return *static_cast<const State*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
}

int use_mac_key(EVP_MAC_CTX* mac, TicketKeys::Set& keys) {
    char digest[] = "SHA256";
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, keys.authentication.data(),
                                          keys.authentication.size()),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };
    return EVP_MAC_CTX_set_params(mac, parameters);
}

/// Source: SSL_CTX_set_tlsext_ticket_key_evp_cb(3). Returns: 0 no key, 1 usable, 2 usable, and a
/// new ticket is due.
int ticket_keys(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                EVP_MAC_CTX* mac, int encrypts) {
    const State& state = state_of(ssl);
    const WallTime now = state.clock();
    const std::int64_t period = TicketKeys::period_of(now);
    if (encrypts != 0) {
        TicketKeys::Set keys = state.tickets.for_period(period);
        std::copy(keys.name.begin(), keys.name.end(), name);
        if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) != 1) return -1;
        return EVP_EncryptInit_ex(cipher, EVP_aes_256_cbc(), nullptr, keys.encryption.data(), iv) ==
                           1 &&
                       use_mac_key(mac, keys) == 1
                   ? 1
                   : -1;
    }
    auto keys = state.tickets.find(name, now);
    if (!keys) return 0;
    if (EVP_DecryptInit_ex(cipher, EVP_aes_256_cbc(), nullptr, keys->encryption.data(), iv) != 1 ||
        use_mac_key(mac, *keys) != 1) {
        return -1;
    }
    // A client uses a ticket of TLS 1.3 once (RFC 8446 appendix C.4): it needs the next one.
    if (SSL_version(ssl) == TLS1_3_VERSION) return 2;
    return keys->name == state.tickets.for_period(period).name ? 1 : 2;
}

int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size,
                    const unsigned char* offered, unsigned offered_size, void*) {
    unsigned char* chosen = nullptr;
    if (SSL_select_next_proto(&chosen, out_size, kProtocol, sizeof kProtocol, offered,
                              offered_size) != OPENSSL_NPN_NEGOTIATED) {
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    }
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

int choose_certificate(SSL* ssl, int*, void*) {
    const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    if (name == nullptr) return SSL_TLSEXT_ERR_OK;
    if (SSL_CTX* context = state_of(ssl).find(name)) SSL_set_SSL_CTX(ssl, context);
    return SSL_TLSEXT_ERR_OK;
}

void configure(SSL_CTX* context, State& state) {
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                     SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
                                     SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_cipher_list(context, kCiphers);
    SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384");
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_session_id_context(context, kSessionContext, sizeof kSessionContext - 1);
    SSL_CTX_set_timeout(context, TicketKeys::kPeriod.count());
    SSL_CTX_set_tlsext_ticket_key_evp_cb(context, ticket_keys);
    SSL_CTX_set_tlsext_servername_callback(context, choose_certificate);
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
    SSL_CTX_set_app_data(context, &state);
}

Error unusable(const char* what) {
    Error error = invalid(std::string("the certificate cannot be used: ") + what);
    error.detail = take_openssl_error();
    return error;
}

X509Ptr read_certificate(BIO* bio) {
    return X509Ptr(PEM_read_bio_X509(bio, nullptr, nullptr, nullptr));
}

Result<void> use_certificate(SSL_CTX* context, const Certificate& certificate) {
    const BioPtr chain(BIO_new_mem_buf(certificate.chain_pem.data(),
                                       static_cast<int>(certificate.chain_pem.size())));
    const X509Ptr leaf = read_certificate(chain.get());
    if (!leaf) return unusable("no certificate in PEM");
    if (SSL_CTX_use_certificate(context, leaf.get()) != 1) return unusable("refused");
    while (X509Ptr next = read_certificate(chain.get())) {
        if (SSL_CTX_add0_chain_cert(context, next.get()) != 1) return unusable("chain refused");
        [[maybe_unused]] X509* taken = next.release();
    }
    ERR_clear_error();  // the end of the chain is an error to the reader
    const BioPtr text(
        BIO_new_mem_buf(certificate.key_pem.data(), static_cast<int>(certificate.key_pem.size())));
    const KeyPtr key(PEM_read_bio_PrivateKey(text.get(), nullptr, nullptr, nullptr));
    if (!key) return unusable("no private key in PEM");
    if (SSL_CTX_use_PrivateKey(context, key.get()) != 1) return unusable("key of another one");
    return {};
}

std::vector<std::string> names_of(X509* certificate) {
    std::vector<std::string> names;
    auto* all = static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
    for (int i = 0; i < sk_GENERAL_NAME_num(all); ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(all, i);
        if (name->type != GEN_DNS) continue;
        const auto* bytes = reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName));
        const auto size = static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName));
        names.push_back(to_lower(std::string_view(bytes, size)));
    }
    GENERAL_NAMES_free(all);
    return names;
}

}  // namespace

SSL_CTX* ServerContext::State::find(std::string_view host) const {
    const std::string name = to_lower(host);
    if (const auto exact = by_name.find(name); exact != by_name.end()) return exact->second;
    const std::size_t dot = name.find('.');
    if (dot == std::string::npos) return nullptr;
    const auto wildcard = by_name.find("*" + name.substr(dot));
    return wildcard != by_name.end() ? wildcard->second : nullptr;
}

Result<std::shared_ptr<const ServerContext>> ServerContext::create(Options options) {
    if (options.certificates.empty()) return invalid("no certificate for TLS");
    if (options.ticket_key.size() != 32) return invalid("the key of TLS tickets is not 32 bytes");
    auto state = std::make_unique<State>(std::move(options.ticket_key), options.clock);
    for (const Certificate& certificate : options.certificates) {
        SslContextPtr context(SSL_CTX_new(TLS_server_method()));
        if (!context) return internal_error("SSL_CTX_new: " + take_openssl_error());
        configure(context.get(), *state);
        if (auto used = use_certificate(context.get(), certificate); !used) return used.error();
        for (std::string& name : names_of(SSL_CTX_get0_certificate(context.get()))) {
            state->by_name.try_emplace(std::move(name), context.get());
        }
        state->contexts.push_back(std::move(context));
    }
    return std::shared_ptr<const ServerContext>(new ServerContext(std::move(state)));
}

ServerContext::ServerContext(std::unique_ptr<State> state) : state_(std::move(state)) {}
ServerContext::~ServerContext() = default;

}  // namespace turnpike::tls
