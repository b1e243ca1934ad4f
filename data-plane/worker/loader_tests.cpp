#include "common/base/random.hpp"
#include "common/snapshot/decode.hpp"
#include "common/snapshot/deployment.hpp"
#include "data-plane/worker/loader_impl.hpp"

namespace turnpike::worker {

namespace {

/// Each may hold a body and an answer of 10 MiB.
constexpr std::size_t kTestsRunningMax = 8;
/// More are left where they are, and taken back by who asked.
constexpr std::size_t kTestsWaitingMax = 200;

Result<TestJob> compile_test(const std::string& document, snapshot::TestCall call) {
    Result<model::Deployment> decoded = snapshot::decode_deployment(document);
    if (!decoded) return decoded.error();
    for (model::Resource& resource : decoded->resources) {
        for (model::Method& method : resource.methods) {
            if (!method.integration) continue;
            method.integration->timeout_ms =
                std::min(method.integration->timeout_ms,
                         snapshot::test_limits::kIntegrationTimeoutMax.count());
        }
    }
    snapshot::CompiledStage::Parts parts;
    parts.stage.api_id = decoded->api.id;
    parts.stage.api_name = decoded->api.name;
    parts.stage.name = snapshot::kTestStage;
    parts.stage.variables = call.stage_variables;
    auto deployment = snapshot::CompiledDeployment::compile(*std::move(decoded), call.document);
    if (!deployment) return deployment.error();
    parts.deployment = *std::move(deployment);
    return TestJob{std::make_shared<const snapshot::TestCall>(std::move(call)),
                   snapshot::CompiledStage::compile(std::move(parts), {})};
}

}  // namespace

/// Only takes note: what was published goes on at once.
void Loader::Impl::note_tests(const std::vector<TestTicket>& tickets) {
    for (const TestTicket& ticket : tickets) {
        inbox_position_ = ticket.entry;
        if (waiting_tests_.size() >= kTestsWaitingMax) continue;
        waiting_tests_.push_back(ticket);
        queue_.post([this] { take_test(); });
    }
}

void Loader::Impl::take_test() {
    if (waiting_tests_.empty() || tests_running_ >= kTestsRunningMax) return;
    const TestTicket ticket = std::move(waiting_tests_.front());
    waiting_tests_.pop_front();
    const Result<std::optional<std::string>> text = reader_.claim_test(inbox_, ticket);
    if (!text || !*text) return;  // taken back, or Redis is away: who asked asks another
    ++tests_running_;
    Result<TestJob> job = prepare_test(**text);
    if (!job) return end_test(ticket.call_id, job.error());
    run_test_(*std::move(job),
              [weak = weak_from_this(), id = ticket.call_id](Result<snapshot::TestAnswer> answer) {
                  const auto self = weak.lock();
                  if (!self) return;
                  self->queue_.post([impl = self.get(), id, answer = std::move(answer)] {
                      impl->end_test(id, answer);
                  });
              });
}

Result<TestJob> Loader::Impl::prepare_test(const std::string& text) {
    Result<snapshot::TestCall> call = snapshot::decode_test_call(text);
    if (!call) return call.error();
    const Result<std::string> document = reader_.test_document(call->document);
    if (!document) return document.error();
    return compile_test(*document, *std::move(call));
}

void Loader::Impl::end_test(const std::string& call_id,
                            const Result<snapshot::TestAnswer>& answer) {
    --tests_running_;
    reader_.answer_test(call_id, snapshot::encode_test_answer(answer));
    take_test();
}

}  // namespace turnpike::worker
