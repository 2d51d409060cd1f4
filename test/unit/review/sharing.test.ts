import { expect, it } from 'vitest'
import { askShared } from '../../../src/review/sharing.ts'

it('puts together what the threads tell: at least what one of them has seen, at most all of it', async () => {
  const found = await askShared(
    ['192.0.2.1', 'no address', '2001:db8::/32'],
    ['evil.vn'],
    3,
    async (thread, asked) => {
      expect(asked.addresses.map(({ prefixLength }) => prefixLength)).toEqual([32, 32])
      expect(asked.except).toEqual(['evil.vn'])
      return [
        { names: 10, owners: [3, 0] },
        { names: 4, owners: [2, 1] },
        { names: 0, owners: [0, 0] },
      ][thread]!
    },
  )
  expect(found).toEqual({
    threads: 3,
    answered: 3,
    names: 14,
    owners: [{ least: 3, most: 5 }, { least: 0, most: 0 }, { least: 1, most: 1 }], // prettier-ignore
  })
})

it('says how many threads did not answer, and that nothing is known where none did', async () => {
  const ask = (thread: number) => thread === 0 ? Promise.resolve({ names: 7, owners: [6] }) : Promise.reject(new Error('dead')) // prettier-ignore
  expect(await askShared(['192.0.2.1'], [], 2, ask)).toEqual({
    threads: 2,
    answered: 1,
    names: 7,
    owners: [{ least: 6, most: 6 }],
  })
  expect(await askShared(['192.0.2.1'], [], 2, () => Promise.reject(new Error('dead')))).toEqual({
    threads: 2,
    answered: 0,
    names: 0,
    owners: [{ least: 0, most: 0 }],
  })
})
