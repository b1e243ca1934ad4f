-- Which batches of counts from Redis are in usage_days: one that is met again is not added again. A shard's last one is
-- kept for as long as it is the last, the others for an hour.

CREATE TABLE usage_batches (
    shard      smallint NOT NULL,
    batch      text COLLATE "C" NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (shard, batch)
);
CREATE INDEX usage_batches_by_age ON usage_batches (shard, applied_at);
