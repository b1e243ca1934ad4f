#include "control-plane/publish/batch.hpp"

#include <set>

#include "common/json/value.hpp"
#include "common/snapshot/limits.hpp"

namespace turnpike::publish {

namespace {

using Kind = service::Effect::Kind;

class BatchReader {
public:
    BatchReader(PublicationSource& source, const Complain& complain)
        : source_(source), complain_(complain) {}

    Batch read(const std::vector<service::Effect>& effects) {
        for (const service::Effect& effect : effects) {
            if (!seen_.emplace(effect.kind, effect.id).second) continue;
            switch (effect.kind) {
                case Kind::Stage:
                    add_stage(effect.id);
                    break;
                case Kind::UsagePlan:
                    add_plan(effect.id);
                    break;
                case Kind::ApiKey:
                    key_ids_.push_back(effect.id);
                    break;
            }
        }
        add_keys();
        batch_.blobs.assign(blobs_.begin(), blobs_.end());
        return std::move(batch_);
    }

private:
    void add_stage(const std::string& name) {
        const std::size_t slash = name.find('/');
        if (slash == std::string::npos) return complain_("no stage has the name " + name);
        const std::optional<PublishedStage> stage =
            source_.stage(name.substr(0, slash), name.substr(slash + 1));
        if (!stage) {
            batch_.stages.push_back({name, std::nullopt});
            return;
        }
        std::optional<std::string> record = written("stage " + name, stage->record);
        if (!record) return;
        for (const std::string_view member : {"snapshot", "canarySnapshot"}) {
            const std::string_view hash = stage->record.text(member);
            if (!hash.empty()) blobs_.emplace(hash);
        }
        batch_.stages.push_back({name, std::move(record)});
    }

    void add_plan(const std::string& id) {
        const std::optional<json::Value> plan = source_.plan(id);
        if (!plan) {
            batch_.plans.push_back({id, std::nullopt});
            return;
        }
        std::optional<std::string> record = written("usage plan " + id, *plan);
        if (record) batch_.plans.push_back({id, std::move(record)});
    }

    void add_keys() {
        std::set<std::string> left(key_ids_.begin(), key_ids_.end());
        for (auto& [id, key] : source_.keys(key_ids_)) {
            left.erase(id);
            std::optional<std::string> record = written("API key " + id, key.record);
            if (record) batch_.keys.push_back({id, std::move(key.lookup), std::move(record)});
        }
        for (const std::string& id : left) batch_.keys.push_back({id, {}, std::nullopt});
    }

    /// Workers refuse what is longer, so that it would only seem to be published.
    std::optional<std::string> written(const std::string& what, const json::Value& record) {
        std::string text = json::write(record);
        if (text.size() <= snapshot::limits::kRecordBytesMax) return text;
        complain_(what + " is too long to be published");
        return std::nullopt;
    }

    PublicationSource& source_;
    const Complain& complain_;
    std::set<std::pair<Kind, std::string>> seen_;
    std::vector<std::string> key_ids_;
    std::set<std::string> blobs_;
    Batch batch_;
};

}  // namespace

Batch read_batch(PublicationSource& source, const std::vector<service::Effect>& effects,
                 const Complain& complain) {
    return BatchReader(source, complain).read(effects);
}

}  // namespace turnpike::publish
