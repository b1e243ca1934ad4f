-- Resources of the management API: one table each, with the document that the Get operation answers.
-- "scope" is the parent's id, '' where there is none. Text is compared by bytes, as positions in lists are.

CREATE TABLE accounts (
    scope    text COLLATE "C" NOT NULL CHECK (scope = ''),
    id       text COLLATE "C" NOT NULL,
    sequence bigint GENERATED ALWAYS AS IDENTITY,
    document jsonb NOT NULL,
    PRIMARY KEY (scope, id)
);

CREATE TABLE rest_apis (
    scope    text COLLATE "C" NOT NULL CHECK (scope = ''),
    id       text COLLATE "C" NOT NULL UNIQUE,
    sequence bigint GENERATED ALWAYS AS IDENTITY,
    document jsonb NOT NULL,
    PRIMARY KEY (scope, id)
);
CREATE UNIQUE INDEX rest_apis_by_creation ON rest_apis (scope, sequence);

-- References are checked at the end of a transaction, so that an operation may write in any order.
CREATE TABLE resources (
    scope     text COLLATE "C" NOT NULL
              REFERENCES rest_apis (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    id        text COLLATE "C" NOT NULL,
    sequence  bigint GENERATED ALWAYS AS IDENTITY,
    document  jsonb NOT NULL,
    path      text COLLATE "C" NOT NULL GENERATED ALWAYS AS (coalesce(document ->> 'path', '')) STORED,
    parent_id text COLLATE "C" NOT NULL GENERATED ALWAYS AS (coalesce(document ->> 'parentId', '')) STORED,
    path_part text COLLATE "C" NOT NULL GENERATED ALWAYS AS (coalesce(document ->> 'pathPart', '')) STORED,
    PRIMARY KEY (scope, id)
);
CREATE UNIQUE INDEX resources_by_part ON resources (scope, parent_id, path_part);
CREATE INDEX resources_by_path ON resources (scope, path, id);

CREATE TABLE methods (
    scope    text COLLATE "C" NOT NULL
             REFERENCES rest_apis (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    id       text COLLATE "C" NOT NULL,
    sequence bigint GENERATED ALWAYS AS IDENTITY,
    document jsonb NOT NULL,
    PRIMARY KEY (scope, id)
);
CREATE UNIQUE INDEX methods_by_creation ON methods (scope, sequence);

CREATE TABLE models (
    scope    text COLLATE "C" NOT NULL
             REFERENCES rest_apis (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    id       text COLLATE "C" NOT NULL,
    sequence bigint GENERATED ALWAYS AS IDENTITY,
    document jsonb NOT NULL,
    PRIMARY KEY (scope, id)
);
CREATE UNIQUE INDEX models_by_creation ON models (scope, sequence);

CREATE TABLE deployments (
    scope    text COLLATE "C" NOT NULL
             REFERENCES rest_apis (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    id       text COLLATE "C" NOT NULL,
    sequence bigint GENERATED ALWAYS AS IDENTITY,
    document jsonb NOT NULL,
    snapshot text COLLATE "C" GENERATED ALWAYS AS (document ->> 'snapshot') STORED,
    PRIMARY KEY (scope, id)
);
CREATE UNIQUE INDEX deployments_by_creation ON deployments (scope, sequence);
CREATE INDEX deployments_by_snapshot ON deployments (snapshot);

CREATE TABLE stages (
    scope    text COLLATE "C" NOT NULL
             REFERENCES rest_apis (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    id       text COLLATE "C" NOT NULL,
    sequence bigint GENERATED ALWAYS AS IDENTITY,
    document jsonb NOT NULL,
    PRIMARY KEY (scope, id)
);
CREATE UNIQUE INDEX stages_by_creation ON stages (scope, sequence);

CREATE TABLE api_keys (
    scope    text COLLATE "C" NOT NULL CHECK (scope = ''),
    id       text COLLATE "C" NOT NULL UNIQUE,
    sequence bigint GENERATED ALWAYS AS IDENTITY,
    document jsonb NOT NULL,
    PRIMARY KEY (scope, id)
);
CREATE UNIQUE INDEX api_keys_by_creation ON api_keys (scope, sequence);
CREATE INDEX api_keys_by_name ON api_keys ((document ->> 'name') COLLATE "C");
CREATE INDEX api_keys_by_customer ON api_keys ((document ->> 'customerId'));

-- The value of an API key: encrypted, and found by its HMAC. Neither tells the value without the master key.
CREATE TABLE api_key_values (
    key_id text COLLATE "C" PRIMARY KEY
           REFERENCES api_keys (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    lookup text COLLATE "C" NOT NULL UNIQUE,
    sealed bytea NOT NULL
);

CREATE TABLE usage_plans (
    scope    text COLLATE "C" NOT NULL CHECK (scope = ''),
    id       text COLLATE "C" NOT NULL UNIQUE,
    sequence bigint GENERATED ALWAYS AS IDENTITY,
    document jsonb NOT NULL,
    PRIMARY KEY (scope, id)
);
CREATE UNIQUE INDEX usage_plans_by_creation ON usage_plans (scope, sequence);
CREATE INDEX usage_plans_by_stage ON usage_plans USING gin ((document -> 'apiStages') jsonb_path_ops);

CREATE TABLE usage_plan_keys (
    scope    text COLLATE "C" NOT NULL
             REFERENCES usage_plans (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    id       text COLLATE "C" NOT NULL
             REFERENCES api_keys (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    sequence bigint GENERATED ALWAYS AS IDENTITY,
    document jsonb NOT NULL,
    PRIMARY KEY (scope, id)
);
CREATE UNIQUE INDEX usage_plan_keys_by_creation ON usage_plan_keys (scope, sequence);
CREATE INDEX usage_plan_keys_by_key ON usage_plan_keys (id);
