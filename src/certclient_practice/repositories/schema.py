"""The schema as migrations: `MIGRATIONS[n]` upgrades schema version n to n + 1.

A published migration never changes; a schema change is a new entry at the end. Times are whole
seconds since 1970 (UTC). `sealed` columns are encrypted (see `vault.py`).
"""

from __future__ import annotations

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE customers (
            user_id TEXT PRIMARY KEY,
            suffix TEXT NOT NULL,
            sealed_pin BLOB,
            sealed_password BLOB,
            secret_failures INTEGER NOT NULL DEFAULT 0,
            created INTEGER NOT NULL
        ) STRICT""",
        """CREATE TABLE issue_codes (
            id INTEGER PRIMARY KEY,
            user_id TEXT NOT NULL REFERENCES customers(user_id),
            sealed_code BLOB,
            state TEXT NOT NULL,
            reissue INTEGER NOT NULL,
            failures INTEGER NOT NULL DEFAULT 0,
            created INTEGER NOT NULL,
            expires INTEGER NOT NULL
        ) STRICT""",
        "CREATE INDEX issue_codes_user ON issue_codes(user_id)",
        """CREATE TABLE certificates (
            serial TEXT PRIMARY KEY,
            user_id TEXT NOT NULL REFERENCES customers(user_id),
            der BLOB NOT NULL,
            spki BLOB NOT NULL,
            not_after INTEGER NOT NULL,
            state TEXT NOT NULL,
            reason TEXT NOT NULL DEFAULT '',
            issued INTEGER NOT NULL,
            changed INTEGER NOT NULL,
            confirm_by INTEGER,
            was_confirmed INTEGER NOT NULL DEFAULT 0,
            transaction_id BLOB NOT NULL DEFAULT x''
        ) STRICT""",
        "CREATE INDEX certificates_user ON certificates(user_id)",
        "CREATE INDEX certificates_spki ON certificates(spki)",
        """CREATE TABLE transactions (
            id BLOB PRIMARY KEY,
            requester TEXT NOT NULL,
            user_id TEXT NOT NULL REFERENCES customers(user_id),
            kind TEXT NOT NULL,
            state TEXT NOT NULL,
            spki BLOB NOT NULL,
            polls_left INTEGER NOT NULL,
            implicit_confirm INTEGER NOT NULL,
            code_id INTEGER REFERENCES issue_codes(id),
            old_serial TEXT NOT NULL,
            serial TEXT NOT NULL,
            created INTEGER NOT NULL
        ) STRICT""",
        """CREATE TABLE responses (
            transaction_id BLOB NOT NULL REFERENCES transactions(id),
            request_hash BLOB NOT NULL,
            nonce BLOB NOT NULL,
            der BLOB NOT NULL,
            created INTEGER NOT NULL,
            PRIMARY KEY (transaction_id, request_hash)
        ) STRICT""",
    ),
    (
        "ALTER TABLE customers ADD COLUMN contract_id TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE customers ADD COLUMN email TEXT NOT NULL DEFAULT ''",
        """CREATE TABLE tickets (
            digest BLOB PRIMARY KEY,
            user_id TEXT NOT NULL REFERENCES customers(user_id),
            session TEXT NOT NULL,
            state TEXT NOT NULL,
            created INTEGER NOT NULL,
            expires INTEGER NOT NULL
        ) STRICT""",
        "CREATE INDEX tickets_session ON tickets(session)",
        """CREATE TABLE mails (
            id INTEGER PRIMARY KEY,
            serial TEXT NOT NULL REFERENCES certificates(serial),
            days INTEGER NOT NULL,
            recipient TEXT NOT NULL,
            message_id TEXT NOT NULL UNIQUE,
            state TEXT NOT NULL,
            attempts INTEGER NOT NULL DEFAULT 0,
            next_attempt INTEGER NOT NULL,
            last_reply TEXT NOT NULL DEFAULT '',
            created INTEGER NOT NULL,
            changed INTEGER NOT NULL,
            UNIQUE (serial, days)
        ) STRICT""",
        "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
    ),
    ("ALTER TABLE transactions ADD COLUMN modified INTEGER NOT NULL DEFAULT 0",),
    (
        # Looked at in every transaction (`Register.revoke_overdue`); has a row only while a
        # certificate waits for its confirmation.
        """CREATE INDEX certificates_confirm_by ON certificates(confirm_by)
             WHERE confirm_by IS NOT NULL""",
    ),
    (
        # What a CRL lists (`Register.ended`).
        """CREATE INDEX certificates_ended ON certificates(changed, serial, reason, state)
             WHERE state IN ('revoked', 'superseded')""",
    ),
    # Wrong PINs on the page of 取得: whoever knows an ID must not be able to stop its logins.
    ("ALTER TABLE customers ADD COLUMN obtain_failures INTEGER NOT NULL DEFAULT 0",),
    (
        # Unknown IDs are counted as well, together in one row: to count takes as long for them.
        """CREATE TABLE obtain_failures (
            counted_as TEXT PRIMARY KEY,
            number INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID""",
        """INSERT INTO obtain_failures (counted_as, number)
             SELECT user_id, obtain_failures FROM customers WHERE obtain_failures > 0""",
        "ALTER TABLE customers DROP COLUMN obtain_failures",
    ),
)
