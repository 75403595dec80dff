/** A WebSocket server that says what a test wants: real sockets, scripted answers. */
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'

export type Frame = Readonly<Record<string, unknown>>

export interface ScriptedServer {
  readonly url: string
  /** Every frame that came, oldest first. */
  readonly frames: Frame[]
  /** The sockets that are open. */
  readonly sockets: WebSocket[]
  /** How many connections were made. */
  connections: number
  send(frame: object): void
  /** Ends every connection without a word. */
  drop(): void
  close(): Promise<void>
}

/** Starts one; `answer` gives what is sent when a socket opens (for `undefined`) and for each frame. */
export async function scriptedServer(
  answer: (frame: Frame | undefined) => object[],
): Promise<ScriptedServer> {
  const wss = new WebSocketServer({
    port: 0,
    host: '127.0.0.1',
    handleProtocols: ([first]) => first ?? false,
  })
  await new Promise((resolve) => wss.once('listening', resolve))
  const server: ScriptedServer = {
    url: `ws://127.0.0.1:${(wss.address() as AddressInfo).port}/`,
    frames: [],
    connections: 0,
    get sockets() {
      return Array.from(wss.clients)
    },
    send: (frame) => {
      for (const socket of wss.clients) socket.send(JSON.stringify(frame))
    },
    drop: () => {
      for (const socket of wss.clients) socket.terminate()
    },
    close: () => {
      server.drop()
      return new Promise((resolve) => wss.close(() => resolve()))
    },
  }
  wss.on('connection', (socket) => {
    server.connections++
    const reply = (frame: Frame | undefined) => {
      for (const each of answer(frame)) socket.send(JSON.stringify(each))
    }
    reply(undefined)
    socket.on('message', (data) => {
      const frame = JSON.parse(String(data)) as Frame
      server.frames.push(frame)
      reply(frame)
    })
  })
  return server
}

export const at = (position: number) => `${position.toString(36)}~sealed`

/** Answers as the native wire does; `changed` says what a join from a cursor is told. */
export function nativeAnswers(changed: (channel: string, cursor: string) => object[] = () => []) {
  return (frame: Frame | undefined): object[] => {
    if (frame?.['type'] === 'hello') return [{ type: 'welcome', debounceMs: 20, epoch: 'e' }]
    if (frame?.['type'] === 'ping') return [{ type: 'pong', cursor: at(900) }]
    if (frame?.['type'] !== 'join') return []
    const { channel, cursor } = frame as { channel: string; cursor?: string }
    const joined = { type: 'joined', channel, want: 'markers', cursor: at(500), presence: [] }
    return [...(cursor ? changed(channel, cursor) : []), joined]
  }
}
