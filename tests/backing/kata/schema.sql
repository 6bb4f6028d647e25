CREATE TABLE words (word text PRIMARY KEY, at timestamptz NOT NULL DEFAULT now());
INSERT INTO words (word) VALUES ('seeded');
