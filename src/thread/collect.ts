/**
 * One collection on demand. What a thread needed for its start is garbage once it runs: a third of its heap, and V8
 * would come to it when the heap has grown to a multiple, which in a thread that mostly waits is never. `bin/thanhloc`
 * makes the call available; in a process started otherwise nothing happens.
 */
export function collectGarbage(): void {
  // Only this kind also gives back what it frees, and it takes some 30 ms: for moments when nobody waits.
  globalThis.gc?.({ execution: 'sync', flavor: 'last-resort', type: 'major' })
}
