import { once } from 'node:events'
import { type AddressInfo, createServer, connect, Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import { afterEach, expect, test, vi } from 'vitest'
import { writeDirectly } from './direct-write.ts'

const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

/** Both ends of a connection; nobody reads the other one yet. */
async function pair(): Promise<{ socket: Socket; other: Socket }> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const accepted = once(server, 'connection') as Promise<[Socket]>
  const other = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [socket] = await accepted
  other.pause()
  ends.push(() => void [socket, other, server].map((one) => ('destroy' in one ? one.destroy() : one.close())))
  return { socket, other }
}

/** Reads until so many bytes have come, and no further. */
function read(other: Socket, bytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let come = 0
  return new Promise((resolve) => {
    const onData = (chunk: Buffer) => {
      chunks.push(chunk)
      come += chunk.length
      if (come < bytes) return
      other.off('data', onData).pause()
      resolve(Buffer.concat(chunks))
    }
    other.on('data', onData).resume()
  })
}

/** Pieces that are told apart. */
const piece = (number: number) => Buffer.alloc(10_000, number % 251)

/** Writes pieces until the system takes no more at once. */
function fill(socket: Socket): Buffer[] {
  const written: Buffer[] = []
  while (written.length < 10_000 && writeDirectly(socket, piece(written.length)))
    written.push(piece(written.length))
  return written
}

test('what the system takes is written at once, and the stream has nothing to do', async () => {
  const { socket, other } = await pair()

  expect(writeDirectly(socket, Buffer.from('a'))).toBe(true)
  expect(writeDirectly(socket, Buffer.from('b'))).toBe(true)

  expect(socket.writableLength).toBe(0)
  expect((await read(other, 2)).toString()).toBe('ab')
})

test('L2: what the system does not take at once is written before what the stream is given then', async () => {
  const { socket, other } = await pair()
  const written = fill(socket)
  const after = [Buffer.from('after'), Buffer.from('wards')]
  for (const bytes of after) {
    expect(writeDirectly(socket, bytes)).toBe(false)
    socket.write(bytes)
  }
  const all = Buffer.concat([...written, ...after])

  const come = await read(other, all.length)

  expect(come.equals(all)).toBe(true)
})

test('W4: whoever reads again is written to directly again', async () => {
  const { socket, other } = await pair()
  for (let turn = 0; turn < 3; turn++) {
    const written = Buffer.concat(fill(socket))
    const come = await read(other, written.length)

    expect(come.equals(written)).toBe(true)
    await expect.poll(() => writeDirectly(socket, Buffer.from('x'))).toBe(true)
    await read(other, 1)
  }
})

test('an end comes behind what was written, also while the system has not taken all of it', async () => {
  const { socket, other } = await pair()
  const written = Buffer.concat(fill(socket))

  socket.end('end')
  const chunks: Buffer[] = []
  for await (const chunk of other) chunks.push(chunk)

  expect(Buffer.concat(chunks).equals(Buffer.concat([written, Buffer.from('end')]))).toBe(true)
  expect(writeDirectly(socket, Buffer.from('late'))).toBe(false)
})

test('a connection that is gone while the system has not taken all ends, and is no error of the process', async () => {
  const { socket, other } = await pair()
  const closed = new Promise((resolve) => socket.on('error', () => {}).on('close', resolve))
  fill(socket)

  other.resetAndDestroy()
  await closed

  expect(writeDirectly(socket, Buffer.from('late'))).toBe(false)
})

test('what is no plain socket, or has something waiting, is left to its stream', async () => {
  const { socket } = await pair()
  const large = Buffer.alloc(20_000)

  expect(writeDirectly(new Duplex(), Buffer.from('a'))).toBe(false)
  expect(writeDirectly({ write: () => true }, Buffer.from('a'))).toBe(false)
  expect(writeDirectly(new Socket(), Buffer.from('a'))).toBe(false)
  expect(writeDirectly(socket, large)).toBe(false)
  socket.cork()
  socket.write('waits')
  expect(writeDirectly(socket, Buffer.from('a'))).toBe(false)
  expect(writeDirectly(new TLSSocket(socket), Buffer.from('a'))).toBe(false)
})

test('where Node gives nothing of its own, the stream writes', async () => {
  const { socket } = await pair()
  const answers = [
    () => {
      throw new Error('ERR_ACCESS_DENIED')
    },
    () => ({}),
    () => ({ WriteWrap: class {}, streamBaseState: [0, 0, 0, 0], kLastWriteWasAsync: 3 }),
  ]

  for (const answer of answers) {
    vi.resetModules()
    const spy = vi
      .spyOn(process as unknown as { binding: () => unknown }, 'binding')
      .mockImplementation(answer)
    const fresh = await import('./direct-write.ts')
    spy.mockRestore()

    expect(fresh.writeDirectly(socket, Buffer.from('a'))).toBe(false)
  }
})
