/** Step 5: on whose word an entry blocks, as it was when it was hit. */

export const BASES_STEP = `
  ALTER TABLE list ADD COLUMN document TEXT NOT NULL DEFAULT '';  -- its number, as configured; empty: none

  -- Of entries of lists of approvals: where in which document each stands and who approved it. It stays when the approval
  -- is withdrawn: it is what hits before that were blocked by.
  CREATE TABLE entry_basis (
    indicator_id INTEGER NOT NULL REFERENCES indicator (id) ON DELETE CASCADE,
    list_id INTEGER NOT NULL REFERENCES list (id),
    told TEXT NOT NULL,                           -- JSON: ImportOrigin
    PRIMARY KEY (indicator_id, list_id)
  ) STRICT, WITHOUT ROWID;
  `
