/**
 * Metrics of a server in every trouble there is, for alarms to be seen by. Counters grow with each scrape, as troubles do.
 */
const LE = ['0.005', '0.25', '2.5', '+Inf']

/** Levels, as they stand. `now`: seconds since 1970. */
const levels = (now: number): Readonly<Record<string, number>> => ({
  thanhloc_self_query_success: 0,
  thanhloc_snapshot_generation: 0,
  'thanhloc_upstreams_usable{group="general"}': 0,
  'thanhloc_upstream_up{upstream="192.0.2.1:53"}': 0,
  'thanhloc_list_up{list="apt32"}': 0,
  'thanhloc_list_stale{list="apt32"}': 1,
  'thanhloc_list_entries{list="apt32"}': 99,
  thanhloc_blocking_paused: 1,
  'thanhloc_cases{state="reinfected"}': 2,
  thanhloc_urgent_cases: 3,
  'thanhloc_identity_source_up{source="lease",file="/var/lib/misc/dnsmasq.leases"}': 0,
  'thanhloc_store_state{state="full"}': 1,
  'thanhloc_store_state{state="corrupt-moved"}': 1,
  thanhloc_hits_pending: 20_000,
  'thanhloc_disk_free_bytes{directory="data"}': 5e7,
  'thanhloc_disk_size_bytes{directory="data"}': 1e10,
  thanhloc_backup_last_success_timestamp_seconds: now - 20 * 86_400,
  thanhloc_config_refused: 1,
  'thanhloc_component_health{component="memory"}': 2,
  'thanhloc_component_health{component="config"}': 1,
  thanhloc_clock_timestamp_seconds: now - 3600,
  'thanhloc_node_clock_ahead_seconds{node="dns-b"}': -60,
  'thanhloc_node_up{node="dns-b"}': 0,
  'thanhloc_alerts_pending{channel="soc"}': 3,
  'thanhloc_alerts_last_success_timestamp_seconds{channel="soc"}': now - 86_400,
  thanhloc_alerts_up: 0,
  thanhloc_admin_closed: 1,
  thanhloc_admin_certificate_end_timestamp_seconds: now + 3 * 86_400,
  thanhloc_accounts_up: 0,
  thanhloc_import_oldest_undecided_timestamp_seconds: now - 4 * 86_400,
  thanhloc_notice_connected: 0,
})

/** What a scrape adds. */
const STEPS: Readonly<Record<string, number>> = {
  'thanhloc_queries_total{transport="udp"}': 300,
  'thanhloc_answers_total{outcome="failed"}': 100,
  'thanhloc_answers_total{outcome="refused"}': 100,
  'thanhloc_answers_total{outcome="cached"}': 100,
  thanhloc_rate_limited_total: 2000,
  thanhloc_udp_receive_drops_total: 100,
  'thanhloc_upstream_failures_total{upstream="192.0.2.1:53",reason="timeout"}': 50,
  'thanhloc_upstream_requests_total{upstream="192.0.2.1:53"}': 100,
  thanhloc_upstream_mismatched_total: 2000,
  thanhloc_cases_opened_total: 1,
  thanhloc_bypass_queries_total: 100,
  thanhloc_hits_folded_total: 100,
  thanhloc_hits_lost_total: 100,
  'thanhloc_thread_restarts_total{thread="store"}': 10,
  process_start_time_seconds: 1,
  'thanhloc_alerts_failed_total{channel="soc"}': 1,
  'thanhloc_alerts_given_up_total{channel="soc"}': 1,
  'thanhloc_alerts_dropped_total{channel="soc"}': 1,
  'thanhloc_sign_in_failures_total{reason="password"}': 100,
  thanhloc_audit_trail_head: -100,
  thanhloc_log_lines_dropped_total: 100,
  ...Object.fromEntries(
    ['cached', 'forwarded'].flatMap((outcome) => [
      ...LE.map((le) => [
        `thanhloc_answer_duration_seconds_bucket{outcome="${outcome}",le="${le}"}`,
        le === '0.005' || le === '0.25' ? 10 : 100,
      ]),
      [`thanhloc_answer_duration_seconds_count{outcome="${outcome}"}`, 100],
    ]),
  ),
}

/** The text of scrape number `scrape`, at `now` seconds since 1970. */
export function ailingMetrics(scrape: number, now: number): string {
  const counted = Object.entries(STEPS).map(([series, step]) => [series, 100_000 + step * scrape] as const)
  return [...Object.entries(levels(now)), ...counted]
    .map(([series, value]) => `${series} ${value}\n`)
    .join('')
}
