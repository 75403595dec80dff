/** The calls that `docs/protocol.md` lists are the calls that there are, and they are for whom it says. */
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { CALLS, COLLECTION_METHODS, RECORD_METHODS } from '../../src/gateways/http/route.ts'
import { HTTP_CALLS, type HttpCall } from '../protocol/http-calls.ts'
import { OPERATOR_TOKEN, type StageServer, startStage } from './stage-server.ts'

let stage: StageServer
beforeAll(async () => {
  stage = await startStage(Object.values(inject('servers'))[0] as string)
})
afterAll(() => stage.close())

const withoutQuery = ({ call }: HttpCall) => call.replace(/\?.*/, '')

test('every call that is routed is listed, and no other', () => {
  const below = Object.entries(CALLS).flatMap(([name, methods]) =>
    Object.keys(methods).map((method) => `${method} /sync/${name}`),
  )
  const records = [
    ...COLLECTION_METHODS.split(', ').map((method) => `${method} /api/{table}`),
    ...RECORD_METHODS.split(', ').map((method) => `${method} /api/{table}/{id}`),
  ].filter((call) => !call.startsWith('PATCH'))

  const listed = HTTP_CALLS.map(withoutQuery)

  expect(listed.toSorted()).toEqual(
    [...below, ...records, 'GET /health', 'GET /api/{table}/{id}/{table}'].toSorted(),
  )
})

test.each(HTTP_CALLS)('$call is for $who', async (listed) => {
  const [method, path] = withoutQuery(listed)
    .replace('{id}/{table}', 'p1/cameras')
    .replace('{table}', 'productions')
    .replace('{id}', 'none')
    .split(' ') as [string, string]
  const statusFor = async (headers: Record<string, string>) =>
    (await fetch(stage.url + path, { method, headers })).status

  const stranger = await statusFor({})
  const user = await statusFor({ authorization: `Bearer ${await stage.tokenOf('ben')}` })
  const operator = await statusFor({ authorization: `Bearer ${OPERATOR_TOKEN}` })

  const isLetIn = [stranger, user, operator].map((status) => status !== 401)
  expect(isLetIn).toEqual(
    { everybody: [true, true, true], users: [false, true, false], operator: [false, false, true] }[
      listed.who
    ],
  )
})
