/**
 * Loaded before the module of a thread that nobody waits for at the start: it gives way while it loads, to the threads
 * that the first answer needs. On one core that is a quarter of the time to it (benchmark: compare.py load).
 */
import { giveWay } from './give-way.ts'

// What forbids it is said later: there is no log yet, and the thread calls it again when it has one.
giveWay({ warn: () => {} })
