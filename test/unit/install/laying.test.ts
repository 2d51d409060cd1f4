import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { configurationStep, layingSteps, switchStep } from '../../../src/install/laying.ts'
import { placesUnder, type Places } from '../../../src/install/places.ts'
import { runSteps } from '../../../src/install/step.ts'
import { leftOver, versionsOf } from '../../../src/install/versions.ts'
import { writeProject } from './project.ts'

let directory: string
let places: Places
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'thanhloc-'))
  places = placesUnder(join(directory, 'machine'))
})
afterEach(() => rmSync(directory, { recursive: true }))

/** Lays down a project of `version` as an installation does; how many steps had something to do, and what was said. */
async function install(
  version: string,
  lists?: Readonly<Record<string, string>>,
  isDryRun = false,
): Promise<{ pending: number; said: string[] }> {
  const root = join(directory, version)
  if (!existsSync(root) || lists !== undefined) writeProject(root, version, lists)
  const said: string[] = []
  const steps = [
    ...layingSteps(places, { root, version, processor: 'x64' }),
    configurationStep(places, root, () => `# of ${version}\n`),
    switchStep(places, version),
  ]
  return { pending: await runSteps(steps, isDryRun, (line) => said.push(line)), said }
}

function running(): string {
  return readFileSync(join(places.command, '../../lib/thanhloc/current/src/main.ts'), 'utf8')
}

describe('an installation', () => {
  it('lays down program, unit, configuration and lists, and the command leads to the program', async () => {
    expect((await install('1.0.0')).pending).toBe(4)
    expect(running()).toBe('// 1.0.0\n')
    expect(readFileSync(places.unit, 'utf8')).toContain('1.0.0')
    expect(readFileSync(places.configFile, 'utf8')).toBe('# of 1.0.0\n')
    expect(readFileSync(join(places.blocklists, 'a.txt'), 'utf8')).toBe('a.example\n')
    expect(realpathSync(places.command)).toBe(realpathSync(join(places.program, '1.0.0/bin/thanhloc')))
    expect(statSync(places.command).mode & 0o777).toBe(0o755)
    expect(statSync(join(places.current, 'src/main.ts')).mode & 0o777).toBe(0o644)
    expect(existsSync(join(places.current, 'node_modules/made-with'))).toBe(false)
  })

  it('has nothing left to do the second time', async () => {
    await install('1.0.0')
    const { pending, said } = await install('1.0.0')
    expect(pending).toBe(0)
    expect(said.every((line) => line.endsWith('as it should be'))).toBe(true)
  })

  it('says each step and changes nothing as a dry run', async () => {
    const { pending, said } = await install('1.0.0', undefined, true)
    expect(pending).toBe(4)
    expect(said.join('\n')).toContain(places.configFile)
    expect(existsSync(join(directory, 'machine'))).toBe(false)
  })

  it('puts right what somebody took away', async () => {
    await install('1.0.0')
    rmSync(places.unit)
    rmSync(join(places.current, 'src/main.ts'))
    expect((await install('1.0.0')).pending).toBe(3)
    expect(running()).toBe('// 1.0.0\n')
    expect(existsSync(places.unit)).toBe(true)
  })
})

describe('another version', () => {
  it('comes beside the one that runs, which stays as the one before', async () => {
    await install('1.0.0')
    await install('1.1.0')
    expect(running()).toBe('// 1.1.0\n')
    expect(versionsOf(places)).toEqual({ current: '1.1.0', previous: '1.0.0' })
    await install('1.2.0')
    expect(versionsOf(places)).toEqual({ current: '1.2.0', previous: '1.1.0' })
    expect(leftOver(places)).toEqual(['1.0.0'])
  })

  it('of the same name is taken all the same, and the one that runs put aside', async () => {
    await install('1.0.0')
    writeFileSync(join(directory, '1.0.0/src/main.ts'), '// mended\n')
    await install('1.0.0')
    expect(running()).toBe('// mended\n')
    expect(versionsOf(places)).toEqual({ current: '1.0.0', previous: '1.0.0.kept' })
    expect(readFileSync(join(places.previous, 'src/main.ts'), 'utf8')).toBe('// 1.0.0\n')
  })

  it('leaves the configuration and a changed list alone, and renews the others', async () => {
    await install('1.0.0', { 'a.txt': 'a1\n', 'b.txt': 'b1\n' })
    writeFileSync(join(places.blocklists, 'b.txt'), 'b1\nmine\n')
    writeFileSync(places.configFile, '# mine\n')
    await install('1.1.0', { 'a.txt': 'a2\n', 'b.txt': 'b2\n', 'c.txt': 'c\n' })
    expect(readFileSync(join(places.blocklists, 'a.txt'), 'utf8')).toBe('a2\n')
    expect(readFileSync(join(places.blocklists, 'b.txt'), 'utf8')).toBe('b1\nmine\n')
    expect(readFileSync(join(places.blocklists, 'c.txt'), 'utf8')).toBe('c\n')
    expect(readFileSync(places.configFile, 'utf8')).toBe('# mine\n')
  })
})
