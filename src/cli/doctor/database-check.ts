/**
 * A program of its own: reads the database named on its command line from beginning to end and prints what is wrong with
 * it. What SQLite has begun cannot be stopped from within the process; this one can be ended.
 */
import { DatabaseSync } from 'node:sqlite'
import { setPriority } from 'node:os'

// Queries come first.
setPriority(10)
const database = new DatabaseSync(process.argv[2]!, { readOnly: true })
const [row] = database.prepare('PRAGMA quick_check(1)').all()
process.stdout.write(String(Object.values(row ?? {})[0]))
