#include "data-plane/pipeline/method_arn.hpp"

namespace turnpike::pipeline {

void append_method_arn(ArenaText& out, const Exchange& exchange) {
    const Installation& installation = exchange.services.installation;
    const std::string_view account = installation.account_id;
    out += "arn:";
    out += installation.partition;
    out += ":execute-api:";
    out += installation.region;
    out += ":********";
    out += account.substr(account.size() < 4 ? 0 : account.size() - 4);
    out += ':';
    out += exchange.api_id;
    out += '/';
    out += exchange.stage_name;
    out += '/';
    out += exchange.http_method;
    if (!exchange.path.starts_with('/')) out += '/';
    out += exchange.path;
}

}  // namespace turnpike::pipeline
