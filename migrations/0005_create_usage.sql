-- What plans admitted: requests of each key under each plan on each day (UTC). The rows outlive the key's leaving the
-- plan, so that joining it again starts nothing anew.

CREATE TABLE usage_days (
    plan_id        text COLLATE "C" NOT NULL
                   REFERENCES usage_plans (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    key_id         text COLLATE "C" NOT NULL
                   REFERENCES api_keys (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    day            date NOT NULL,
    used           bigint NOT NULL CHECK (used >= 0),
    last_hour      smallint NOT NULL CHECK (last_hour BETWEEN 0 AND 23),
    last_hour_used bigint NOT NULL CHECK (last_hour_used BETWEEN 0 AND used),
    PRIMARY KEY (plan_id, key_id, day)
);
CREATE INDEX usage_days_by_key ON usage_days (key_id);

-- What an operator granted a key beyond the quota, in the one window of the quota's period that starts then.
CREATE TABLE usage_extensions (
    plan_id      text COLLATE "C" NOT NULL
                 REFERENCES usage_plans (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    key_id       text COLLATE "C" NOT NULL
                 REFERENCES api_keys (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    window_start bigint NOT NULL, -- seconds since 1970
    requests     bigint NOT NULL,
    granted_at   bigint NOT NULL, -- seconds since 1970
    PRIMARY KEY (plan_id, key_id, window_start)
);
CREATE INDEX usage_extensions_by_key ON usage_extensions (key_id);
