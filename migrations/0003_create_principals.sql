-- Who may call the management API.

CREATE TABLE principals (
    id         text COLLATE "C" PRIMARY KEY,
    name       text NOT NULL,
    arn        text NOT NULL UNIQUE,
    account_id text NOT NULL,
    is_root    boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX principals_one_root ON principals (account_id) WHERE is_root;

CREATE TABLE access_keys (
    id                text COLLATE "C" PRIMARY KEY,
    principal_id      text COLLATE "C" NOT NULL REFERENCES principals (id) ON DELETE CASCADE,
    sequence          bigint GENERATED ALWAYS AS IDENTITY,
    sealed_secret     bytea NOT NULL,
    is_active         boolean NOT NULL DEFAULT true,
    session_token_mac bytea,
    expires_at        timestamptz,
    created_at        timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX access_keys_by_principal ON access_keys (principal_id, sequence);

-- Lets every control plane see cheaply whether its copy in memory is still right.
CREATE TABLE principal_revision (
    one_row  boolean PRIMARY KEY DEFAULT true CHECK (one_row),
    revision bigint NOT NULL DEFAULT 0
);
INSERT INTO principal_revision DEFAULT VALUES;

CREATE FUNCTION count_principal_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE principal_revision SET revision = revision + 1;
    RETURN NULL;
END
$$;
CREATE TRIGGER principals_are_counted AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON principals
    FOR EACH STATEMENT EXECUTE FUNCTION count_principal_change();
CREATE TRIGGER access_keys_are_counted AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON access_keys
    FOR EACH STATEMENT EXECUTE FUNCTION count_principal_change();
