#include "common/crypto/certificate.hpp"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>
#include <memory>
#include <optional>

#include "common/base/encoding.hpp"
#include "common/base/random.hpp"
#include "common/base/text.hpp"

namespace turnpike::crypto {
namespace {

template <auto Free>
struct Freed {
    template <typename T>
    void operator()(T* handle) const {
        Free(handle);
    }
};
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Bio = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>>;
using Names = std::unique_ptr<GENERAL_NAMES, Freed<GENERAL_NAMES_free>>;
using Number = std::unique_ptr<BIGNUM, Freed<BN_free>>;

constexpr std::size_t kSerialBytes = 16;
constexpr std::size_t kNamesMax = 100;
constexpr std::size_t kClientKeyBits = 2048;
constexpr std::string_view kCertificateStart = "-----BEGIN CERTIFICATE-----";
constexpr std::string_view kCertificateEnd = "-----END CERTIFICATE-----";

Error library_error(std::string_view what) {
    return internal_error("certificate: cannot " + std::string(what));
}

Bio reader(std::string_view text) {
    return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string content(BIO* bio) {
    char* data = nullptr;
    const long length = BIO_get_mem_data(bio, &data);
    return {data, static_cast<std::size_t>(length)};
}

Certificate read_certificate(std::string_view pem) {
    return Certificate(PEM_read_bio_X509(reader(pem).get(), nullptr, nullptr, nullptr));
}

/// Never asks a terminal for a pass phrase.
int no_pass_phrase(char*, int, int, void*) { return 0; }

Key read_key(std::string_view pem) {
    return Key(PEM_read_bio_PrivateKey(reader(pem).get(), nullptr, no_pass_phrase, nullptr));
}

Result<Identity> write_identity(X509* certificate, EVP_PKEY* key) {
    const Bio certificate_text(BIO_new(BIO_s_mem()));
    const Bio key_text(BIO_new(BIO_s_mem()));
    if (PEM_write_bio_X509(certificate_text.get(), certificate) != 1 ||
        PEM_write_bio_PKCS8PrivateKey(key_text.get(), key, nullptr, nullptr, 0, nullptr, nullptr) !=
            1) {
        return library_error("write PEM");
    }
    return Identity{content(certificate_text.get()), content(key_text.get())};
}

bool add_extension(X509* certificate, X509* issuer, int kind, const char* value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value));
    return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool add_name(GENERAL_NAMES* names, const std::string& name) {
    std::array<unsigned char, 16> address{};
    int address_bytes = 0;
    if (inet_pton(AF_INET, name.c_str(), address.data()) == 1) address_bytes = 4;
    if (inet_pton(AF_INET6, name.c_str(), address.data()) == 1) address_bytes = 16;
    GENERAL_NAME* entry = GENERAL_NAME_new();
    if (entry == nullptr || sk_GENERAL_NAME_push(names, entry) == 0) return false;
    if (address_bytes > 0) {
        ASN1_OCTET_STRING* value = ASN1_OCTET_STRING_new();
        GENERAL_NAME_set0_value(entry, GEN_IPADD, value);
        return ASN1_OCTET_STRING_set(value, address.data(), address_bytes) == 1;
    }
    ASN1_IA5STRING* value = ASN1_IA5STRING_new();
    GENERAL_NAME_set0_value(entry, GEN_DNS, value);
    return ASN1_STRING_set(value, name.data(), static_cast<int>(name.size())) == 1;
}

bool is_valid_name(const std::string& name) {
    constexpr std::string_view kAllowed =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._:*";
    return !name.empty() && name.size() <= 253 &&
           name.find_first_not_of(kAllowed) == std::string::npos;
}

bool set_subject(X509_NAME* subject, std::string_view common_name) {
    // The common name is limited to 64 characters by X.520; clients read the alternative names.
    const std::string text(common_name.substr(0, 64));
    return X509_NAME_add_entry_by_txt(subject, "O", MBSTRING_UTF8,
                                      reinterpret_cast<const unsigned char*>("Turnpike"), -1, -1,
                                      0) == 1 &&
           X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                                      reinterpret_cast<const unsigned char*>(text.c_str()), -1, -1,
                                      0) == 1;
}

bool set_serial(X509* certificate) {
    std::string bytes = secure_random_bytes(kSerialBytes);
    bytes.front() = static_cast<char>((bytes.front() & 0x7f) | 0x40);  // positive, full length
    const Number number(BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()),
                                  static_cast<int>(bytes.size()), nullptr));
    return number &&
           BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

/// Everything but issuer, extensions and signature.
Certificate new_certificate(EVP_PKEY* key, std::string_view common_name, const Validity& validity) {
    Certificate certificate(X509_new());
    const auto seconds = [](WallTime time) {
        return static_cast<std::time_t>(epoch_seconds(time));
    };
    const bool done =
        certificate && X509_set_version(certificate.get(), X509_VERSION_3) == 1 &&
        set_serial(certificate.get()) &&
        ASN1_TIME_set(X509_getm_notBefore(certificate.get()), seconds(validity.not_before)) &&
        ASN1_TIME_set(X509_getm_notAfter(certificate.get()), seconds(validity.not_after)) &&
        set_subject(X509_get_subject_name(certificate.get()), common_name) &&
        X509_set_pubkey(certificate.get(), key) == 1;
    if (!done) certificate.reset();
    return certificate;
}

bool add_leaf_extensions(X509* certificate, X509* issuer, const std::vector<std::string>& names) {
    const Names alternatives(GENERAL_NAMES_new());
    for (const std::string& name : names) {
        if (!add_name(alternatives.get(), name)) return false;
    }
    return X509_add1_ext_i2d(certificate, NID_subject_alt_name, alternatives.get(), 0, 0) == 1 &&
           add_extension(certificate, issuer, NID_basic_constraints, "critical,CA:FALSE") &&
           add_extension(certificate, issuer, NID_key_usage, "critical,digitalSignature") &&
           add_extension(certificate, issuer, NID_ext_key_usage, "serverAuth") &&
           add_extension(certificate, issuer, NID_subject_key_identifier, "hash") &&
           add_extension(certificate, issuer, NID_authority_key_identifier, "keyid:always");
}

WallTime to_time(const ASN1_TIME* time) {
    std::tm parts{};
    if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
    return WallTime{Seconds{timegm(&parts)}};
}

std::string to_text(const X509_NAME* name) {
    const Bio bio(BIO_new(BIO_s_mem()));
    X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253);
    return content(bio.get());
}

std::string to_text(const ASN1_INTEGER* serial) {
    const Number number(ASN1_INTEGER_to_BN(serial, nullptr));
    if (!number) return {};
    std::string bytes(static_cast<std::size_t>(BN_num_bytes(number.get())), '\0');
    BN_bn2bin(number.get(), reinterpret_cast<unsigned char*>(bytes.data()));
    return to_hex(bytes);
}

std::optional<std::string> to_text(const GENERAL_NAME* name) {
    int kind = 0;
    const auto* value = static_cast<const ASN1_STRING*>(GENERAL_NAME_get0_value(name, &kind));
    const auto* data = reinterpret_cast<const char*>(ASN1_STRING_get0_data(value));
    const auto length = static_cast<std::size_t>(ASN1_STRING_length(value));
    if (kind == GEN_DNS) return std::string(data, length);
    if (kind != GEN_IPADD || (length != 4 && length != 16)) return std::nullopt;
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(length == 4 ? AF_INET : AF_INET6, data, text.data(), text.size());
    return std::string(text.data());
}

std::vector<std::string> names_of(const X509* certificate) {
    const Names names(static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
    std::vector<std::string> texts;
    for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
        const bool is_known = name->type == GEN_DNS || name->type == GEN_IPADD;
        if (auto text = is_known ? to_text(name) : std::nullopt) texts.push_back(std::move(*text));
    }
    return texts;
}

}  // namespace

Result<Identity> make_authority(std::string_view common_name, const Validity& validity) {
    const Key key(EVP_EC_gen("P-256"));
    if (!key) return library_error("make a key");
    const Certificate certificate = new_certificate(key.get(), common_name, validity);
    if (!certificate) return library_error("make an authority");
    X509* self = certificate.get();
    const bool done =
        X509_set_issuer_name(self, X509_get_subject_name(self)) == 1 &&
        add_extension(self, self, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
        add_extension(self, self, NID_key_usage, "critical,keyCertSign,cRLSign") &&
        add_extension(self, self, NID_subject_key_identifier, "hash") &&
        X509_sign(self, key.get(), EVP_sha256()) != 0;
    if (!done) return library_error("make an authority");
    return write_identity(self, key.get());
}

Result<Identity> make_leaf(const Identity& authority, const std::vector<std::string>& names,
                           const Validity& validity) {
    if (names.empty() || names.size() > kNamesMax) return invalid("a certificate needs a name");
    for (const std::string& name : names) {
        if (!is_valid_name(name)) return invalid("not a name for a certificate: " + name);
    }
    const Certificate issuer = read_certificate(authority.certificate_pem);
    const Key issuer_key = read_key(authority.key_pem);
    if (!issuer || !issuer_key) return invalid("the authority's certificate or key is damaged");
    const Key key(EVP_EC_gen("P-256"));
    if (!key) return library_error("make a key");
    const Certificate certificate = new_certificate(key.get(), names.front(), validity);
    const bool done =
        certificate &&
        X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer.get())) == 1 &&
        add_leaf_extensions(certificate.get(), issuer.get(), names) &&
        X509_sign(certificate.get(), issuer_key.get(), EVP_sha256()) != 0;
    if (!done) return library_error("make a certificate");
    return write_identity(certificate.get(), key.get());
}

Result<Identity> make_client_identity(std::string_view common_name, const Validity& validity) {
    const Key key(EVP_RSA_gen(kClientKeyBits));
    if (!key) return library_error("make an RSA key");
    const Certificate certificate = new_certificate(key.get(), common_name, validity);
    X509* self = certificate.get();
    // Without a key usage: verifiers take one that lacks keyCertSign for somebody else's.
    const bool done = certificate && X509_set_issuer_name(self, X509_get_subject_name(self)) == 1 &&
                      add_extension(self, self, NID_basic_constraints, "critical,CA:FALSE") &&
                      add_extension(self, self, NID_ext_key_usage, "clientAuth") &&
                      add_extension(self, self, NID_subject_key_identifier, "hash") &&
                      X509_sign(self, key.get(), EVP_sha256()) != 0;
    if (!done) return library_error("make a client certificate");
    return write_identity(self, key.get());
}

Result<CertificateInfo> inspect_certificate(std::string_view pem) {
    const Certificate certificate = read_certificate(pem);
    if (!certificate) return invalid("not a certificate in PEM form");
    CertificateInfo info;
    info.subject = to_text(X509_get_subject_name(certificate.get()));
    info.issuer = to_text(X509_get_issuer_name(certificate.get()));
    info.serial = to_text(X509_get0_serialNumber(certificate.get()));
    info.validity = {to_time(X509_get0_notBefore(certificate.get())),
                     to_time(X509_get0_notAfter(certificate.get()))};
    info.names = names_of(certificate.get());
    info.is_authority = X509_check_ca(certificate.get()) == 1;
    return info;
}

bool covers(const CertificateInfo& info, std::string_view host) {
    const std::string wanted = to_lower(host);
    const std::size_t dot = wanted.find('.');
    const std::string wildcard =
        dot == std::string::npos ? std::string{} : "*" + wanted.substr(dot);
    return std::any_of(info.names.begin(), info.names.end(), [&](const std::string& name) {
        const std::string held = to_lower(name);
        return held == wanted || (!wildcard.empty() && held == wildcard);
    });
}

std::vector<std::string> certificates_in(std::string_view pem) {
    std::vector<std::string> found;
    while (true) {
        const std::size_t start = pem.find(kCertificateStart);
        if (start == std::string_view::npos) return found;
        const std::size_t end = pem.find(kCertificateEnd, start);
        if (end == std::string_view::npos) return found;
        const std::size_t next = end + kCertificateEnd.size();
        found.push_back(std::string(pem.substr(start, next - start)) + '\n');
        pem.remove_prefix(next);
    }
}

bool is_signed_by(std::string_view pem, std::string_view authority_pem) {
    const Certificate certificate = read_certificate(pem);
    const Certificate authority = read_certificate(authority_pem);
    if (!certificate || !authority) return false;
    return X509_check_issued(authority.get(), certificate.get()) == X509_V_OK &&
           X509_verify(certificate.get(), X509_get0_pubkey(authority.get())) == 1;
}

bool is_pair(const Identity& identity) {
    const Certificate certificate = read_certificate(identity.certificate_pem);
    const Key key = read_key(identity.key_pem);
    return certificate && key && X509_check_private_key(certificate.get(), key.get()) == 1;
}

}  // namespace turnpike::crypto
