#pragma once

#include "common/base/clock.hpp"
#include "common/crypto/seal.hpp"
#include "control-plane/access/principal_source.hpp"
#include "control-plane/store/pool.hpp"

namespace turnpike::store {

/// Principals and access keys; secrets are sealed, each to its key id. Thread: any.
class Principals final : public access::PrincipalSource {
public:
    Principals(Pool& pool, const crypto::Sealer& sealer, Milliseconds begin_deadline)
        : pool_(pool), sealer_(sealer), begin_deadline_(begin_deadline) {}

    std::int64_t revision() override;
    Result<Snapshot> load() override;
    Result<access::AccessKey> ensure_root(const access::AccessKey& proposal) override;
    Result<void> add(const access::AccessKey& key) override;
    Result<void> set_active(std::string_view access_key_id, bool is_active) override;
    Result<void> remove(std::string_view access_key_id) override;

private:
    template <typename Work>
    auto in_transaction(const Work& work);
    Result<access::AccessKey> read_key(std::vector<std::string> row) const;
    bool insert(Session& session, const access::AccessKey& key) const;

    Pool& pool_;
    const crypto::Sealer sealer_;
    const Milliseconds begin_deadline_;
};

}  // namespace turnpike::store
