//! The tables in the hall's database: made by the program, versioned, never guessed at.

use tokio_postgres::Client;

use crate::HallError;

/// Version that this program makes and knows.
pub const VERSION: i32 = 2;
/// Who made it, so that a schema of somebody else under our name is recognised.
const PRODUCT: &str = "gradbooth hall";
/// Key of the advisory lock: only one booth makes or changes the tables at a time.
const MIGRATION_LOCK: i64 = 0x6772_6164_6861_6c6c;

/// What each version adds. Only ever appended to.
const STEPS: &[&str] = &["
CREATE TABLE gradbooth.batch (
    key text PRIMARY KEY CHECK (length(key) <= 64),
    identities boolean NOT NULL,
    last_pos bigint NOT NULL DEFAULT 0 CHECK (last_pos >= 0),
    next_number bigint NOT NULL DEFAULT 1 CHECK (next_number >= 1),
    made_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE gradbooth.station (
    batch text NOT NULL REFERENCES gradbooth.batch,
    station text NOT NULL CHECK (length(station) <= 64),
    booth text NOT NULL CHECK (length(booth) <= 64),
    seen_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (batch, station),
    UNIQUE (batch, booth)
);
CREATE TABLE gradbooth.fact (
    batch text NOT NULL REFERENCES gradbooth.batch,
    pos bigint NOT NULL CHECK (pos >= 1),
    station text NOT NULL,
    seq bigint NOT NULL CHECK (seq >= 1),
    ticket_station text,
    ticket_seq bigint,
    body text NOT NULL CHECK (octet_length(body) <= 4096),
    taken_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (station, seq),
    UNIQUE (batch, pos)
);
CREATE INDEX fact_by_ticket ON gradbooth.fact (ticket_station, ticket_seq);
CREATE TABLE gradbooth.ticket (
    station text NOT NULL,
    seq bigint NOT NULL,
    batch text NOT NULL REFERENCES gradbooth.batch,
    number bigint NOT NULL,
    code text,
    stage text NOT NULL,
    booth text,
    priority boolean NOT NULL,
    returns bigint NOT NULL,
    reserved_to text,
    PRIMARY KEY (station, seq)
);
CREATE INDEX ticket_waiting ON gradbooth.ticket (batch, priority DESC, (returns = 0), number) WHERE stage = 'waiting';
CREATE INDEX ticket_by_number ON gradbooth.ticket (batch, number);
CREATE INDEX ticket_by_code ON gradbooth.ticket (batch, code);
CREATE INDEX ticket_at_booth ON gradbooth.ticket (batch, booth) WHERE booth IS NOT NULL;
CREATE TABLE gradbooth.number_range (
    batch text NOT NULL REFERENCES gradbooth.batch,
    station text NOT NULL,
    first bigint NOT NULL,
    last bigint NOT NULL CHECK (last >= first),
    granted_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (batch, first)
);
", "
ALTER TABLE gradbooth.batch
    ADD COLUMN title text NOT NULL DEFAULT '' CHECK (length(title) <= 300),
    ADD COLUMN plan text CHECK (octet_length(plan) <= 131072),
    ADD COLUMN proof text CHECK (length(proof) <= 64);
"];

/// Makes the tables or brings them up to date, in one transaction. A newer or a foreign schema is left as it is.
pub(crate) async fn migrate(client: &mut Client) -> Result<(), HallError> {
    let tx = client.transaction().await?;
    tx.execute("SELECT pg_advisory_xact_lock($1)", &[&MIGRATION_LOCK]).await?;
    let there: bool = tx
        .query_one("SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = 'gradbooth')", &[])
        .await?
        .try_get(0)?;
    let found = if there {
        let columns: i64 = tx
            .query_one(
                "SELECT count(*) FROM information_schema.columns WHERE table_schema = 'gradbooth'
                    AND table_name = 'meta' AND ((column_name = 'product' AND data_type = 'text')
                    OR (column_name = 'version' AND data_type = 'integer'))",
                &[],
            )
            .await?
            .try_get(0)?;
        if columns != 2 {
            return Err(HallError::ForeignSchema);
        }
        let rows = tx.query("SELECT product, version FROM gradbooth.meta LIMIT 2", &[]).await?;
        let [row] = rows.as_slice() else { return Err(HallError::ForeignSchema) };
        if row.try_get::<_, String>(0)? != PRODUCT {
            return Err(HallError::ForeignSchema);
        }
        row.try_get::<_, i32>(1)?
    } else {
        tx.batch_execute(
            "CREATE SCHEMA gradbooth; CREATE TABLE gradbooth.meta (product text NOT NULL, version integer NOT NULL)",
        )
        .await?;
        tx.execute("INSERT INTO gradbooth.meta VALUES ($1, 0)", &[&PRODUCT]).await?;
        0
    };
    if found > VERSION {
        return Err(HallError::TooNew { found, known: VERSION });
    }
    let done = usize::try_from(found).map_err(|_| HallError::ForeignSchema)?;
    for step in STEPS.iter().skip(done) {
        tx.batch_execute(step).await?;
    }
    tx.execute("UPDATE gradbooth.meta SET version = $1 WHERE version <> $1", &[&VERSION]).await?;
    Ok(tx.commit().await?)
}
