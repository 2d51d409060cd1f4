/** Writes the JSON of the dashboards beside them; part of `npm run generate`. With `--check`: writes nothing. */
import { writeOrCompare } from '../src/config/generated-files.ts'
import { dashboardFiles } from './dashboards.ts'

writeOrCompare(import.meta.dirname, dashboardFiles(), 'dashboards/*.ts')
