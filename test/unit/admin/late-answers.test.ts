import { fastify } from 'fastify'
import { expect, onTestFinished, test } from 'vitest'
import { compileAnswersLate } from '../../../src/admin/late-answers.ts'

test('what writes an answer is compiled when it is first needed, once for GET and HEAD', async () => {
  const app = fastify()
  onTestFinished(() => app.close())
  const compiled: string[] = []
  app.setSerializerCompiler(({ url, httpStatus }) => {
    compiled.push(`${url} ${httpStatus}`)
    return (answer) => JSON.stringify(answer)
  })
  compileAnswersLate(app)
  const schema = { response: { 200: { type: 'object' }, 404: { type: 'object' } } }
  app.get('/api/v1/one', { schema }, async () => ({ one: 1 }))
  app.get('/probe', { schema: structuredClone(schema) }, async () => ({}))
  await app.ready()
  expect(compiled.filter((one) => one.startsWith('/api'))).toEqual([])
  expect((await app.inject({ url: '/api/v1/one' })).json()).toEqual({ one: 1 })
  expect((await app.inject({ method: 'HEAD', url: '/api/v1/one' })).headers['content-length']).toBe('9')
  await app.inject({ url: '/api/v1/one' })
  expect(compiled.filter((one) => one.startsWith('/api'))).toEqual(['/api/v1/one 200'])
})
