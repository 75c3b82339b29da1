//! Several booths in one hall: queue facts shared through PostgreSQL, and alone without it.
