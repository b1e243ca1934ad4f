#include "common/config/specification.hpp"

namespace turnpike::config {
namespace {

using Who = Specification::Who;

constexpr Specification kSpecifications[] = {
    {"home", Who::Both, ".turnpike", "directory of everything that is kept on this machine"},
    {"redis-url", Who::Both, "",
     "address of Redis: redis://, unix://, redis-sentinel://, redis-cluster:// (rediss... for TLS)",
     true},
    {"namespace", Who::Both, "turnpike", "prefix of every key in Redis"},
    {"master-key-file", Who::Both, "", "file of the installation's secret [home/master.key]"},
    {"region", Who::Both, "us-east-1", "region in ARNs and host names"},
    {"account-id", Who::Both, "000000000000", "account in ARNs, 12 digits"},
    {"partition", Who::Both, "aws", "partition in ARNs"},
    {"domain", Who::Both, "localhost",
     "suffix of default endpoints: {api}.execute-api.{region}.{domain}"},
    {"log-level", Who::Both, "info", "trace, debug, info, warning or error"},
    {"status-listen", Who::Control, "127.0.0.1:9101", "address of /livez, /readyz and /metrics"},
    {"status-listen", Who::Worker, "127.0.0.1:9102", "address of /livez, /readyz and /metrics"},
    {"database-url", Who::Control, "", "postgresql:// address of PostgreSQL", true},
    {"database-connections", Who::Control, "16", "connections to PostgreSQL at most"},
    {"admin-listen", Who::Control, "127.0.0.1:4566",
     "address of the management API; TLS unless loopback"},
    {"admin-tls-certificate-file", Who::Control, "",
     "certificate chain of the management API, PEM"},
    {"admin-tls-key-file", Who::Control, "", "private key of the management API, PEM"},
    {"admin-threads", Who::Control, "16", "threads of the management API"},
    {"credentials-file", Who::Control, "",
     "where the root credentials are written [home/credentials]"},
    {"account-rate-limit", Who::Both, "10000",
     "account throttle, requests per second, or unlimited"},
    {"account-burst-limit", Who::Both, "5000", "account throttle, burst"},
    {"integration-timeout-max-ms", Who::Control, "29000",
     "longest timeout that an integration may have"},
    {"audit-retention-days", Who::Control, "365", "how long the record of changes is kept"},
    {"usage-retention-days", Who::Control, "90", "how far back GetUsage tells what keys used"},
    {"metering-url", Who::Control, "",
     "where hourly usage records of plans with a product code are posted, http:// or https://"},
    {"metering-token-file", Who::Control, "", "bearer token of the posts, read for each"},
    {"metering-ca-file", Who::Control, "",
     "roots that the endpoint's certificate is verified by, PEM"},
    {"metering-retention-days", Who::Control, "400", "how long metered usage is kept"},
    {"rest-apis-max", Who::Control, "600", "quota of REST APIs"},
    {"resources-per-api-max", Who::Control, "300", "quota of resources per REST API"},
    {"authorizers-per-api-max", Who::Control, "10", "quota of authorizers per REST API"},
    {"models-per-api-max", Who::Control, "60", "quota of models per REST API"},
    {"request-validators-per-api-max", Who::Control, "20",
     "quota of request validators per REST API"},
    {"scopes-per-method-max", Who::Control, "10", "quota of authorization scopes per method"},
    {"stages-per-api-max", Who::Control, "10", "quota of stages per API"},
    {"variables-per-stage-max", Who::Control, "100", "quota of variables per stage, 1000 at most"},
    {"api-keys-max", Who::Control, "10000", "quota of API keys"},
    {"usage-plans-max", Who::Control, "300", "quota of usage plans"},
    {"plans-per-key-max", Who::Control, "10", "quota of usage plans per API key"},
    {"method-throttles-per-stage-max", Who::Control, "20",
     "quota of method throttles per stage of a usage plan, 1000 at most"},
    {"client-certificates-max", Who::Control, "60", "quota of client certificates"},
    {"vpc-links-max", Who::Control, "20", "quota of VPC links"},
    {"domain-names-max", Who::Control, "120", "quota of public domain names"},
    {"private-domain-names-max", Who::Control, "50", "quota of private domain names"},
    {"domain-name-access-associations-max", Who::Control, "100",
     "quota of access associations of private domain names"},
    {"documentation-parts-per-api-max", Who::Control, "2000",
     "quota of documentation parts per REST API"},
    {"documentation-versions-per-api-max", Who::Control, "1000",
     "quota of documentation versions per REST API"},
    {"openapi-document-bytes-max", Who::Control, "6291456",
     "longest OpenAPI document that is imported, 20971520 at most"},
    {"https-listen", Who::Worker, "0.0.0.0:8443,[::]:8443",
     "addresses of API traffic over TLS, or off"},
    {"http-listen", Who::Worker, "off", "addresses of API traffic in clear text, or off"},
    {"worker-threads", Who::Worker, "0", "reactors; 0: one per processor"},
    {"state-dir", Who::Worker, "", "last configuration, for starts without Redis [home/worker]"},
    {"ca-file", Who::Worker, "", "certificate of the local authority, for clients [home/ca.pem]"},
    {"tls-certificate-file", Who::Worker, "",
     "certificate chain of API traffic, PEM; none: a local one"},
    {"tls-key-file", Who::Worker, "", "private key of API traffic, PEM"},
    {"access-log", Who::Worker, "",
     "file of the access log, - for standard output, or off [log-dir/access.log]"},
    {"log-dir", Who::Worker, "", "directory of stages' own access logs [home/log]"},
    {"limits-without-redis", Who::Worker, "local-share",
     "throttles and quotas while Redis is away: open, closed or local-share"},
    {"cache-memory-bytes", Who::Worker, "67108864",
     "memory for cached answers in front of Redis, of all reactors together; 0: none"},
    {"max-concurrent", Who::Worker, "0",
     "requests that the worker works on at a time; beyond: 429; 0: no limit"},
    {"drain-timeout-ms", Who::Worker, "30000",
     "time that requests have to end when the worker stops"},
    {"request-uri-bytes-max", Who::Worker, "10240", "longest request target; beyond: 414"},
    {"request-header-bytes-max", Who::Worker, "10240", "all header lines together; beyond: 431"},
    {"request-body-bytes-max", Who::Worker, "10485760", "longest request body; beyond: 413"},
    {"response-body-bytes-max", Who::Worker, "10485760",
     "longest body that a back end may answer with"},
    {"request-body-bytes-per-second-min", Who::Worker, "1024",
     "slowest request body, on average; slower: 408"},
    {"connections-per-reactor-max", Who::Worker, "65536",
     "callers connected to one reactor; more wait"},
    {"tls-handshake-timeout-ms", Who::Worker, "10000", "time that a TLS handshake may take"},
    {"request-header-timeout-ms", Who::Worker, "10000",
     "time from the first byte of a request to the end of its head"},
    {"request-body-timeout-ms", Who::Worker, "10000",
     "time without a byte of a request body; longer: 408"},
    {"client-idle-timeout-ms", Who::Worker, "310000",
     "time that a connection may rest between two requests"},
    {"client-write-timeout-ms", Who::Worker, "30000",
     "time in which a caller takes no byte of its answer"},
    {"client-linger-timeout-ms", Who::Worker, "5000",
     "time that a caller has to read the answer that ends its connection"},
};

}  // namespace

std::span<const Specification> specifications() { return kSpecifications; }

std::set<std::string, std::less<>> all_names() {
    std::set<std::string, std::less<>> names;
    for (const Specification& specification : kSpecifications) {
        names.insert(specification.name);
        if (specification.is_secret) {
            names.insert(std::string(specification.name) + std::string(kSecretFileSuffix));
        }
    }
    return names;
}

std::string variable_of(std::string_view name) {
    std::string variable(kVariablePrefix);
    for (const char c : name) {
        variable += c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
    }
    return variable;
}

}  // namespace turnpike::config
