/** What was listed does not fit the slot or its layout; the snapshot in force stays as it is. */
export class SnapshotFullError extends Error {
  readonly code = 'SINK_SNAPSHOT_FULL'

  constructor(reason: string) {
    super(`building the policy snapshot: ${reason}`)
    this.name = 'SnapshotFullError'
  }
}
