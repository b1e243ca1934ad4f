#include <cstddef>
#include <cstdint>

#include "common/snapshot/decode.hpp"
#include "common/snapshot/deployment.hpp"
#include "common/snapshot/stage.hpp"
#include "tests/fuzz/check.hpp"

using namespace turnpike;

namespace {

constexpr std::string_view kPaths[] = {"/", "/a", "/a/b/c", "//x//y/", "/%61/%zz", "/pets/1/toys"};

/// Whatever the document holds: a match gives views into the path, one for each parameter.
void route(const snapshot::CompiledDeployment& deployment) {
    for (const std::string_view path : kPaths) {
        const snapshot::RouteMatch match = deployment.match(path, snapshot::Verb::Get);
        if (match.method == nullptr) continue;
        FUZZ_CHECK(match.values.size() == match.method->resource->parameter_names.size());
        for (std::size_t i = 0; i < match.values.size(); ++i) {
            FUZZ_CHECK(match.values[i].data() >= path.data());
            FUZZ_CHECK(match.values[i].data() + match.values[i].size() <=
                       path.data() + path.size());
            FUZZ_CHECK(!match.values[i].empty());
        }
        if (!match.method->integration) continue;
        (void)match.method->integration->select_response("404");
        for (const auto& entry : match.method->integration->templates) {
            (void)snapshot::parse_mock_status(entry.text);
        }
    }
}

void load_deployment(std::string_view bytes) {
    Result<model::Deployment> decoded = snapshot::decode_deployment(bytes);
    if (!decoded) return;
    const auto compiled = snapshot::CompiledDeployment::compile(std::move(*decoded), "hash");
    if (!compiled) return;
    route(**compiled);
    model::Stage stage;
    stage.api_id = "api";
    stage.name = "prod";
    stage.variables = {{"a", "http://h"}, {"b", "}{"}};
    const auto ready = snapshot::CompiledStage::compile({stage, *compiled, nullptr}, {});
    FUZZ_CHECK(ready->production().deployment().methods().size() == (*compiled)->methods().size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    switch (data[0] % 5) {
        case 0:
            load_deployment(bytes);
            break;
        case 1:
            (void)snapshot::decode_stage(bytes);
            break;
        case 2:
            (void)snapshot::decode_plan(bytes);
            break;
        case 3:
            (void)snapshot::decode_key(bytes);
            break;
        default:
            (void)snapshot::UriTemplate::parse(bytes).resolve({{"a", bytes.size() % 2 ? "h" : ""}});
    }
    return 0;
}
