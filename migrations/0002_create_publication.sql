-- What workers must learn, and how far they were told.

-- Deployment documents by the SHA-256 of their bytes.
CREATE TABLE blobs (
    hash  text COLLATE "C" PRIMARY KEY,
    bytes bytea NOT NULL
);
-- They are long JSON texts; lz4 costs a tenth of the default's time.
ALTER TABLE blobs ALTER COLUMN bytes SET COMPRESSION lz4;

-- A document goes with the last deployment that has it. Documents name their API, and deployments of one
-- API are made and deleted one at a time, so nobody takes up a hash in the moment in which it goes.
CREATE FUNCTION drop_unused_blob() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM blobs
    WHERE hash = OLD.snapshot AND NOT EXISTS (SELECT FROM deployments WHERE snapshot = OLD.snapshot);
    RETURN NULL;
END
$$;
CREATE TRIGGER deployments_drop_blobs AFTER DELETE ON deployments
    FOR EACH ROW EXECUTE FUNCTION drop_unused_blob();

CREATE TABLE outbox (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind       text NOT NULL CHECK (kind IN ('stage', 'usage_plan', 'api_key')),
    reference  text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE FUNCTION announce_outbox() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('turnpike_outbox', '');
    RETURN NULL;
END
$$;
CREATE TRIGGER outbox_is_announced AFTER INSERT ON outbox
    FOR EACH STATEMENT EXECUTE FUNCTION announce_outbox();

CREATE SEQUENCE publication_revision;

CREATE TABLE publication (
    one_row  boolean PRIMARY KEY DEFAULT true CHECK (one_row),
    epoch    text NOT NULL DEFAULT '',
    revision bigint NOT NULL DEFAULT 0
);
INSERT INTO publication DEFAULT VALUES;
