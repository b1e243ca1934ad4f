-- The other resources of the management API, in the form of migration 0001.

CREATE TABLE authorizers (
    scope    text COLLATE "C" NOT NULL
             REFERENCES rest_apis (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    id       text COLLATE "C" NOT NULL,
    sequence bigint GENERATED ALWAYS AS IDENTITY,
    document jsonb NOT NULL,
    PRIMARY KEY (scope, id)
);
CREATE UNIQUE INDEX authorizers_by_creation ON authorizers (scope, sequence);

CREATE TABLE request_validators (
    scope    text COLLATE "C" NOT NULL
             REFERENCES rest_apis (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    id       text COLLATE "C" NOT NULL,
    sequence bigint GENERATED ALWAYS AS IDENTITY,
    document jsonb NOT NULL,
    PRIMARY KEY (scope, id)
);
CREATE UNIQUE INDEX request_validators_by_creation ON request_validators (scope, sequence);

CREATE TABLE gateway_responses (
    scope    text COLLATE "C" NOT NULL
             REFERENCES rest_apis (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    id       text COLLATE "C" NOT NULL,
    sequence bigint GENERATED ALWAYS AS IDENTITY,
    document jsonb NOT NULL,
    PRIMARY KEY (scope, id)
);
CREATE UNIQUE INDEX gateway_responses_by_creation ON gateway_responses (scope, sequence);

CREATE TABLE documentation_parts (
    scope    text COLLATE "C" NOT NULL
             REFERENCES rest_apis (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    id       text COLLATE "C" NOT NULL,
    sequence bigint GENERATED ALWAYS AS IDENTITY,
    document jsonb NOT NULL,
    PRIMARY KEY (scope, id)
);
CREATE UNIQUE INDEX documentation_parts_by_creation ON documentation_parts (scope, sequence);
CREATE UNIQUE INDEX documentation_parts_by_location ON documentation_parts (scope, (document -> 'location'));

CREATE TABLE documentation_versions (
    scope    text COLLATE "C" NOT NULL
             REFERENCES rest_apis (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    id       text COLLATE "C" NOT NULL,
    sequence bigint GENERATED ALWAYS AS IDENTITY,
    document jsonb NOT NULL,
    PRIMARY KEY (scope, id)
);
CREATE UNIQUE INDEX documentation_versions_by_creation ON documentation_versions (scope, sequence);

CREATE TABLE client_certificates (
    scope    text COLLATE "C" NOT NULL CHECK (scope = ''),
    id       text COLLATE "C" NOT NULL UNIQUE,
    sequence bigint GENERATED ALWAYS AS IDENTITY,
    document jsonb NOT NULL,
    PRIMARY KEY (scope, id)
);
CREATE UNIQUE INDEX client_certificates_by_creation ON client_certificates (scope, sequence);

CREATE TABLE vpc_links (
    scope    text COLLATE "C" NOT NULL CHECK (scope = ''),
    id       text COLLATE "C" NOT NULL UNIQUE,
    sequence bigint GENERATED ALWAYS AS IDENTITY,
    document jsonb NOT NULL,
    PRIMARY KEY (scope, id)
);
CREATE UNIQUE INDEX vpc_links_by_creation ON vpc_links (scope, sequence);

CREATE TABLE domain_names (
    scope    text COLLATE "C" NOT NULL CHECK (scope = ''),
    id       text COLLATE "C" NOT NULL UNIQUE,
    sequence bigint GENERATED ALWAYS AS IDENTITY,
    document jsonb NOT NULL,
    PRIMARY KEY (scope, id)
);
CREATE UNIQUE INDEX domain_names_by_creation ON domain_names (scope, sequence);

CREATE TABLE domain_name_access_associations (
    scope    text COLLATE "C" NOT NULL CHECK (scope = ''),
    id       text COLLATE "C" NOT NULL UNIQUE,
    sequence bigint GENERATED ALWAYS AS IDENTITY,
    document jsonb NOT NULL,
    PRIMARY KEY (scope, id)
);
CREATE UNIQUE INDEX domain_name_access_associations_by_creation ON domain_name_access_associations (scope, sequence);

CREATE TABLE base_path_mappings (
    scope    text COLLATE "C" NOT NULL
             REFERENCES domain_names (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    id       text COLLATE "C" NOT NULL,
    sequence bigint GENERATED ALWAYS AS IDENTITY,
    document jsonb NOT NULL,
    PRIMARY KEY (scope, id)
);
CREATE UNIQUE INDEX base_path_mappings_by_creation ON base_path_mappings (scope, sequence);
CREATE INDEX base_path_mappings_by_api ON base_path_mappings ((document ->> 'restApiId'));

-- Who changed what.
CREATE TABLE audit_entries (
    scope    text COLLATE "C" NOT NULL CHECK (scope = ''),
    id       text COLLATE "C" NOT NULL,
    sequence bigint GENERATED ALWAYS AS IDENTITY,
    document jsonb NOT NULL,
    PRIMARY KEY (scope, id)
);
CREATE UNIQUE INDEX audit_entries_by_creation ON audit_entries (scope, sequence);
CREATE INDEX audit_entries_by_time ON audit_entries (((document ->> 'time')::bigint));
CREATE INDEX audit_entries_by_resource ON audit_entries ((document ->> 'resource'), sequence);

-- What keeps a client certificate or a VPC link from being deleted.
CREATE INDEX stages_by_client_certificate ON stages ((document ->> 'clientCertificateId'))
    WHERE (document ->> 'clientCertificateId') IS NOT NULL;
CREATE INDEX deployments_by_vpc_link ON deployments USING gin ((document -> 'vpcLinks'))
    WHERE (document -> 'vpcLinks') IS NOT NULL;

-- Private keys and the like: encrypted, by the name of what they belong to.
CREATE TABLE secrets (
    owner  text COLLATE "C" PRIMARY KEY,
    sealed bytea NOT NULL
);
