#include "control-plane/service/client_certificate.hpp"

#include <array>

#include "common/base/random.hpp"
#include "common/crypto/certificate.hpp"
#include "control-plane/service/bindings.hpp"
#include "control-plane/service/conventions.hpp"
#include "control-plane/service/patch.hpp"

namespace turnpike::service {

namespace {

constexpr std::size_t kIdLength = 6;
constexpr std::size_t kDocumentBytesMax = std::size_t{128} * 1024;
constexpr std::chrono::hours kLifetime{365 * 24};
// Back ends whose clocks are behind must accept a certificate that was just made.
constexpr std::chrono::hours kBackdating{1};

std::string secret_of(std::string_view id) { return "client-certificate/" + std::string(id); }

Key key_of(const Call& call) { return {"", std::string(call.input.text("clientCertificateId"))}; }

Result<json::Value> find_certificate(Transaction& transaction, const Call& call) {
    auto certificate = transaction.find(Table::ClientCertificates, key_of(call));
    if (!certificate) return client_certificate_not_found();
    return *std::move(certificate);
}

Result<void> check_quota(Transaction& transaction, const Call& call) {
    const std::int64_t quota = call.installation.client_certificates_max;
    if (transaction.count(Table::ClientCertificates, "", quota) < quota) return {};
    return limit_exceeded(
        "Maximum number of Client Certificates for this account has been reached");
}

json::Value new_certificate(const Call& call) {
    json::Value certificate = json::Object{{"clientCertificateId", random_id(kIdLength)}};
    if (const auto text = call.input.text("description"); !text.empty()) {
        certificate["description"] = text;
    }
    certificate["createdDate"] = created_date(call);
    certificate["expirationDate"] = epoch_seconds(call.now + kLifetime);
    copy_members(call.input, {"tags"}, certificate);
    return certificate;
}

Result<json::Value> generate_client_certificate(Transaction& transaction, const Call& call) {
    json::Value certificate = new_certificate(call);
    if (auto checked = check_tags(certificate.object("tags")); !checked) return checked.error();
    if (auto checked = check_document_size(certificate, kDocumentBytesMax); !checked) {
        return checked.error();
    }
    lock_client_certificates(transaction);
    if (auto checked = check_quota(transaction, call); !checked) return checked.error();
    const std::string id(certificate.text("clientCertificateId"));
    const auto made = crypto::make_client_identity("Turnpike client certificate " + id,
                                                   {call.now - kBackdating, call.now + kLifetime});
    if (!made) return made.error();
    certificate["pemEncodedCertificate"] = made->certificate_pem;
    if (!transaction.insert(Table::ClientCertificates, {"", id}, certificate)) {
        return internal_error("client certificate id taken: " + id);
    }
    transaction.put_secret(secret_of(id), made->key_pem);
    return without_empty_tags(std::move(certificate));
}

Result<json::Value> get_client_certificate(Transaction& transaction, const Call& call) {
    auto certificate = find_certificate(transaction, call);
    if (!certificate) return certificate;
    return with_tags(*std::move(certificate));
}

Result<json::Value> get_client_certificates(Transaction& transaction, const Call& call) {
    Page page = transaction.list(Table::ClientCertificates, "", page_request(call));
    for (json::Value& item : page.items) item = without_empty_tags(std::move(item));
    return page_answer(std::move(page));
}

constexpr std::array kRules{PatchRule{"/description", kReplace, patch_text}};

Error refuse(const PatchOperation& operation, const PatchRule*) {
    return refuse_with_list(operation, operation.verb == kReplace ? "/description" : "");
}

Result<json::Value> update_client_certificate(Transaction& transaction, const Call& call) {
    lock_client_certificates(transaction);
    const auto before = find_certificate(transaction, call);
    if (!before) return before;
    auto after = patched({kRules, refuse}, *before, transaction, call);
    if (!after) return after;
    if (auto checked = check_document_size(*after, kDocumentBytesMax); !checked) {
        return checked.error();
    }
    if (!(*after == *before)) transaction.update(Table::ClientCertificates, key_of(call), *after);
    return with_tags(*std::move(after));
}

Result<json::Value> delete_client_certificate(Transaction& transaction, const Call& call) {
    lock_client_certificates(transaction);
    if (auto found = find_certificate(transaction, call); !found) return found;
    const Key key = key_of(call);
    if (const auto stages = transaction.stages_with_client_certificate(key.id, 1);
        !stages.empty()) {
        return conflict("Cannot delete client certificate '" + key.id +
                        "', is referenced in stage: " + stages.front());
    }
    transaction.erase_secret(secret_of(key.id));
    transaction.erase(Table::ClientCertificates, key);
    return json::Value(json::Object{});
}

constexpr std::array kBindings{
    Binding{"GenerateClientCertificate", generate_client_certificate},
    Binding{"GetClientCertificate", get_client_certificate, Access::ReadRow},
    Binding{"GetClientCertificates", get_client_certificates, Access::ReadRow},
    Binding{"UpdateClientCertificate", update_client_certificate},
    Binding{"DeleteClientCertificate", delete_client_certificate},
};

}  // namespace

void lock_client_certificates(Transaction& transaction) {
    transaction.lock(Table::ClientCertificates, "");
}

Error client_certificate_not_found() {
    return not_found("Invalid Client Certificate identifier specified");
}

std::span<const Binding> client_certificate_bindings() { return kBindings; }

}  // namespace turnpike::service
