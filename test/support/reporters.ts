/** What vitest says, and where: THANHLOC_TEST_REPORT=file has the results written there too, as JSON. */
const report = process.env['THANHLOC_TEST_REPORT']
const json: ['json', { outputFile: string }][] =
  report === undefined ? [] : [['json', { outputFile: report }]]

export const reporters: ('default' | ['json', { outputFile: string }])[] = ['default', ...json]
