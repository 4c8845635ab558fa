-- The secret that this database is used with. A node with another secret would refuse the tokens of its peers, and a
-- secret that was lost must not be replaced unnoticed: everybody would be signed out.

CREATE TABLE secret_fingerprint (
    id          BIGINT      NOT NULL PRIMARY KEY CHECK (id = 1), -- there is one row at most
    fingerprint TEXT        NOT NULL, -- 64 bits that HKDF-SHA-256 derives from the secret under a label of their own, in hexadecimal
    recorded_at TIMESTAMPTZ NOT NULL  -- when a node first started with this secret
);
