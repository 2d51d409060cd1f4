/**
 * The pairs of a case: what a client hit of a campaign while the case was fed. By every campaign their lists ever had,
 * because a list may have been given another one since.
 */

/** Needs `:client`, `:campaign`, `:firstMs`, `:lastMs` of the case; gives `indicator_id`, `first_at`, `last_at` of each pair. */
export const CAMPAIGN_PAIRS = `
  SELECT h.indicator_id, min(h.first_at) AS first_at, max(h.last_at) AS last_at
  FROM hit AS h JOIN list_set AS s ON s.id = h.list_set_id
  WHERE h.client_id = :client AND h.first_at <= :lastMs AND h.last_at >= :firstMs AND (
    s.lists = '[]' AND :campaign = '' OR EXISTS (
      SELECT 1 FROM json_each(s.lists) AS j JOIN list_campaign AS c ON c.list_id = j.value WHERE c.campaign = :campaign))
  GROUP BY h.indicator_id`
