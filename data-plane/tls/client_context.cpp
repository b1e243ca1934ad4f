#include "data-plane/tls/client_context.hpp"

#include "common/base/assert.hpp"
#include "data-plane/tls/client_context_state.hpp"

namespace turnpike::tls {
namespace {

using State = ClientContext::State;

int keep_session(SSL* ssl, SSL_SESSION* session) {
    auto* state = static_cast<State*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
    const auto* key = static_cast<const std::string*>(SSL_get_ex_data(ssl, session_key_index()));
    if (key == nullptr) return 0;
    state->keep(*key, SessionPtr(session));
    return 1;  // the reference is ours now
}

bool has_expired(SSL_SESSION* session, WallTime now) {
    const X509* certificate = SSL_SESSION_get0_peer(session);
    if (certificate == nullptr) return true;
    time_t seconds = epoch_seconds(now);
    return X509_cmp_time(X509_get0_notAfter(certificate), &seconds) <= 0;
}

}  // namespace

int session_key_index() {
    static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return index;
}

SSL_SESSION* ClientContext::State::find(const std::string& key) const {
    const auto kept = sessions.find(key);
    if (kept == sessions.end()) return nullptr;
    SSL_SESSION* session = kept->second.session.get();
    return has_expired(session, clock()) ? nullptr : session;
}

void ClientContext::State::keep(const std::string& key, SessionPtr session) {
    if (const auto old = sessions.find(key); old != sessions.end()) {
        oldest_first.splice(oldest_first.end(), oldest_first, old->second.age);
        old->second.session = std::move(session);
        return;
    }
    if (sessions_max == 0) return;
    if (sessions.size() >= sessions_max) {
        sessions.erase(oldest_first.front());
        oldest_first.pop_front();
    }
    sessions.emplace(key, Kept{std::move(session), oldest_first.insert(oldest_first.end(), key)});
}

Result<std::unique_ptr<ClientContext>> ClientContext::create(const Options& options) {
    TURNPIKE_ASSERT(options.trust != nullptr);
    auto state = std::make_unique<State>();
    state->sessions_max = options.sessions_max;
    state->clock = options.clock;
    state->context.reset(SSL_CTX_new(TLS_client_method()));
    SSL_CTX* context = state->context.get();
    if (context == nullptr) return internal_error("SSL_CTX_new: " + take_openssl_error());
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(
        context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set1_cert_store(context, options.trust->store_.get());
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_session_cache_mode(context,
                                   SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
    SSL_CTX_sess_set_new_cb(context, keep_session);
    SSL_CTX_set_app_data(context, state.get());
    return std::unique_ptr<ClientContext>(new ClientContext(std::move(state)));
}

ClientContext::ClientContext(std::unique_ptr<State> state) : state_(std::move(state)) {}
ClientContext::~ClientContext() = default;

}  // namespace turnpike::tls
