-- What is sold: requests of keys under plans with a product code, by hour (since 1970, UTC). The rows stay when the plan
-- or the key goes. A product or customer that changes within an hour begins another row.

CREATE TABLE usage_hours (
    plan_id      text COLLATE "C" NOT NULL,
    key_id       text COLLATE "C" NOT NULL,
    hour         integer NOT NULL,
    product_code text COLLATE "C" NOT NULL,
    customer_id  text COLLATE "C" NOT NULL,
    used         bigint NOT NULL CHECK (used >= 0),
    recorded     bigint NOT NULL DEFAULT 0 CHECK (recorded <= used), -- in metering_records
    records      integer NOT NULL DEFAULT 0,                         -- how many those are
    row_id       bigint GENERATED ALWAYS AS IDENTITY,                -- so that ids of records never come again
    PRIMARY KEY (plan_id, product_code, key_id, customer_id, hour)
);
CREATE INDEX usage_hours_by_hour ON usage_hours (hour);
CREATE INDEX usage_hours_to_record ON usage_hours (hour) WHERE recorded < used;

-- The same by month, for whoever asks: no sum over hundreds of hours for each key.
CREATE TABLE usage_months (
    month        date NOT NULL, -- its first day
    plan_id      text COLLATE "C" NOT NULL,
    product_code text COLLATE "C" NOT NULL,
    key_id       text COLLATE "C" NOT NULL,
    customer_id  text COLLATE "C" NOT NULL,
    used         bigint NOT NULL CHECK (used >= 0),
    PRIMARY KEY (month, plan_id, product_code, key_id, customer_id)
);

CREATE TABLE metering_records (
    id           text COLLATE "C" PRIMARY KEY,
    sequence     bigint GENERATED ALWAYS AS IDENTITY,
    plan_id      text COLLATE "C" NOT NULL,
    key_id       text COLLATE "C" NOT NULL,
    hour         integer NOT NULL,
    product_code text COLLATE "C" NOT NULL,
    customer_id  text COLLATE "C" NOT NULL,
    requests     bigint NOT NULL,
    number       integer NOT NULL, -- 0: the first of its hour, else a correction
    accepted_at  timestamptz
);
CREATE INDEX metering_records_pending ON metering_records (sequence) WHERE accepted_at IS NULL;
CREATE INDEX metering_records_by_hour ON metering_records (hour);
