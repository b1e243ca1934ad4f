// The management edge's HTTP/1.1: any bytes in any pieces; what
// reaches the rules does not depend on the pieces.
#include "control-plane/api/connection.hpp"
#include "tests/fuzz/check.hpp"

using namespace turnpike;
using namespace turnpike::api;

namespace {

/// Remembers what reached the rules.
class Recorder final : public RequestHandler {
public:
    std::optional<Answer> precheck(const access::RequestHead&) override { return std::nullopt; }
    Reply handle(const Request& request) override {
        seen += request.head.method;
        seen += ' ';
        seen += request.head.target;
        seen += '\n';
        seen += request.body;
        seen += '\n';
        return {};
    }
    std::string seen;
};

std::string run(std::string_view bytes, std::size_t piece_bytes) {
    Recorder recorder;
    BodyBudget budget(1U << 20U);
    Connection connection(recorder, budget, SteadyTime{});
    for (; !bytes.empty(); bytes.remove_prefix(std::min(piece_bytes, bytes.size()))) {
        connection.receive(bytes.substr(0, piece_bytes), SteadyTime{});
    }
    return recorder.seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    FUZZ_CHECK(run(text, text.size()) == run(text, 1 + data[0] % 32U));
    return 0;
}
