/**
 * Step 3: from hits to cleaned machines. Cases and their history, what is silenced, numbered events for those who tell
 * people, how long things are kept and what was deleted.
 */

export const CASES_STEP = `
  -- Client × campaign; '' stands for lists without one.
  CREATE TABLE campaign_case (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    client_id INTEGER NOT NULL REFERENCES client (id),
    campaign TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'new',            -- new, confirmed, cleaning, cleaned, reinfected, false-alarm
    version INTEGER NOT NULL DEFAULT 1,           -- moves with every change but those of the sums
    opened_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    first_hit_at INTEGER NOT NULL,
    last_hit_at INTEGER NOT NULL,
    last_hit_minute INTEGER NOT NULL,             -- of last_hit_at: what lists are sorted by, because it seldom moves
    hit_count INTEGER NOT NULL,
    assignee TEXT,
    reinfection_count INTEGER NOT NULL DEFAULT 0,
    cleaned_at INTEGER,                           -- when it was last reported clean
    false_alarm_until INTEGER,
    priority TEXT NOT NULL DEFAULT 'normal',      -- normal, high
    priority_day INTEGER NOT NULL DEFAULT 0,      -- days since 1970, local: of the last priority-hit event
    note_count INTEGER NOT NULL DEFAULT 0,
    node_id INTEGER NOT NULL REFERENCES node (id), -- that saw the first hit
    UNIQUE (client_id, campaign)
  ) STRICT;
  CREATE INDEX case_by_recent ON campaign_case (last_hit_minute, id);
  CREATE INDEX case_by_change ON campaign_case (changed_at, id);
  CREATE INDEX case_by_campaign ON campaign_case (campaign, id);
  CREATE INDEX case_by_assignee ON campaign_case (assignee, id) WHERE assignee IS NOT NULL;
  CREATE INDEX case_of_priority ON campaign_case (id) WHERE priority = 'high';

  -- What became of a case, by whom and why. Only added to; it goes with its case.
  CREATE TABLE case_change (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    case_id INTEGER NOT NULL REFERENCES campaign_case (id) ON DELETE CASCADE,
    at INTEGER NOT NULL,
    cause TEXT NOT NULL,                          -- officer, hit, merge, clock
    actor TEXT,                                   -- NULL: the program
    from_state TEXT,                              -- NULL: it was opened
    to_state TEXT NOT NULL,
    note TEXT NOT NULL DEFAULT '',
    assignee TEXT,                                -- from then on; NULL: as before, '': nobody
    until_at INTEGER,                             -- of a false alarm
    indicator TEXT                                -- whose hit it was
  ) STRICT;
  CREATE INDEX case_change_by_case ON case_change (case_id, id);
  CREATE TRIGGER case_change_stays BEFORE UPDATE OF id, at, cause, actor, from_state, to_state, note, assignee, until_at,
    indicator ON case_change
  BEGIN
    SELECT raise(ABORT, 'the history of a case is only added to');
  END;

  -- Cases of clients found to be one: the id that is gone, and the case that goes on.
  CREATE TABLE case_alias (
    old_id INTEGER PRIMARY KEY,
    case_id INTEGER NOT NULL REFERENCES campaign_case (id) ON DELETE CASCADE
  ) STRICT;
  CREATE INDEX case_alias_by_case ON case_alias (case_id);

  -- Hits of a pair that open nothing, until then.
  CREATE TABLE silence (
    client_id INTEGER NOT NULL REFERENCES client (id) ON DELETE CASCADE,
    indicator_id INTEGER NOT NULL REFERENCES indicator (id),
    until_at INTEGER NOT NULL,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    reason TEXT NOT NULL,
    case_id INTEGER,                              -- whose false alarm it is; NULL: set by itself
    PRIMARY KEY (client_id, indicator_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX silence_by_indicator ON silence (indicator_id);
  CREATE INDEX silence_by_case ON silence (case_id) WHERE case_id IS NOT NULL;

  -- Every campaign a list belonged to: cases stay with the one they were opened under.
  CREATE TABLE list_campaign (
    list_id INTEGER NOT NULL REFERENCES list (id),
    campaign TEXT NOT NULL,
    PRIMARY KEY (list_id, campaign)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX list_campaign_by_name ON list_campaign (campaign);

  -- How regular the hits of a pair are; see rhythm.ts.
  CREATE TABLE pair_rhythm (
    client_id INTEGER NOT NULL REFERENCES client (id) ON DELETE CASCADE,
    indicator_id INTEGER NOT NULL,
    histogram BLOB NOT NULL,
    PRIMARY KEY (client_id, indicator_id)
  ) STRICT, WITHOUT ROWID;

  -- Units with an address on the botnet list.
  CREATE TABLE listed_unit (unit TEXT PRIMARY KEY, since_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;

  -- What happened, for those who tell it on. Bounded: the oldest go.
  CREATE TABLE event (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,                           -- case-opened, case-changed, case-reinfected, priority-hit, pair-new
    case_id INTEGER,
    client_id INTEGER NOT NULL,
    campaign TEXT NOT NULL,
    unit TEXT,
    host_name TEXT,
    address BLOB NOT NULL,
    indicator TEXT,
    list TEXT,
    state TEXT,
    actor TEXT
  ) STRICT;
  CREATE INDEX event_of_cases ON event (id) WHERE kind <> 'pair-new';

  -- The key is drawn with the log: numbers of another one mean nothing here. Of events up to a horizon some are gone.
  CREATE TABLE event_log (
    one INTEGER PRIMARY KEY CHECK (one = 0),
    key TEXT NOT NULL,
    horizon INTEGER NOT NULL DEFAULT 0,           -- of all
    case_horizon INTEGER NOT NULL DEFAULT 0       -- of all but pair-new
  ) STRICT;
  INSERT INTO event_log (one, key) VALUES (0, lower(hex(randomblob(8))));

  -- Orders to delete nothing. Kept when they have been lifted.
  CREATE TABLE hold (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document TEXT NOT NULL,
    scope TEXT NOT NULL,                          -- all, unit, campaign, client
    target TEXT NOT NULL,
    reason TEXT NOT NULL,
    actor TEXT NOT NULL,
    set_at INTEGER NOT NULL,
    released_at INTEGER,
    released_by TEXT,
    release_reason TEXT
  ) STRICT;
  CREATE INDEX hold_in_force ON hold (scope, target) WHERE released_at IS NULL;

  -- What was deleted, by which rule. One row a day, kind and rule.
  CREATE TABLE deletion (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    what TEXT NOT NULL,                           -- hits, pairs, clients, cases, addresses, hours, bindings, …
    rule TEXT NOT NULL,                           -- keep.hits 12 months
    older_than_at INTEGER NOT NULL,
    from_at INTEGER NOT NULL,                     -- when the first of it went
    to_at INTEGER NOT NULL,
    amount INTEGER NOT NULL,
    UNIQUE (what, rule, older_than_at)
  ) STRICT;

  INSERT INTO list_campaign SELECT id, coalesce(campaign, '') FROM list;
  -- Hits that are there already open their cases; client by client, because a sort of all of them would take the memory.
  CREATE TEMP TABLE set_campaign (campaign TEXT, id INTEGER, PRIMARY KEY (campaign, id)) WITHOUT ROWID;
  INSERT OR IGNORE INTO set_campaign SELECT coalesce(l.campaign, ''), s.id
    FROM list_set AS s, json_each(s.lists) AS j JOIN list AS l ON l.id = j.value;
  INSERT INTO campaign_case (client_id, campaign, opened_at, changed_at, first_hit_at, last_hit_at, last_hit_minute,
      hit_count, node_id)
    SELECT client_id, campaign, sums ->> 0, sums ->> 0, sums ->> 0, sums ->> 1, (sums ->> 1) / 60000, sums ->> 2, 0
    FROM (SELECT p.client_id, p.campaign, (
        SELECT json_array(min(h.first_at), max(h.last_at), sum(h.blocked_count + h.logged_count)) FROM hit AS h
        WHERE h.client_id = p.client_id
          AND h.list_set_id IN (SELECT id FROM set_campaign WHERE campaign = p.campaign)) AS sums
      FROM (SELECT DISTINCT cl.client_id, coalesce(l.campaign, '') AS campaign
        FROM client_list AS cl JOIN list AS l ON l.id = cl.list_id) AS p)
    WHERE sums ->> 0 IS NOT NULL ORDER BY sums ->> 0;
  DROP TABLE set_campaign;
  INSERT INTO case_change (case_id, at, cause, to_state) SELECT id, opened_at, 'hit', 'new' FROM campaign_case;
  `
