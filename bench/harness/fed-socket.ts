/**
 * A WebSocket without a network: it greets the client, answers one join with these rows, and then delivers the frames
 * it is fed in the caller's own turn. What a page does with a frame is all that is left to measure.
 */

/** Cameras as the `rows` message brings them. */
export interface FedRows {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly unknown[])[]
}

export interface FedSocket {
  /** What `createClient` takes as `WebSocket`. */
  readonly WebSocket: unknown
  /** Delivers a frame. */
  feed(frame: string): void
}

export function fedSocket(cameras: FedRows): FedSocket {
  let deliver: (frame: string) => void = () => {}
  class Socket {
    onopen: (() => void) | null = null
    onmessage: ((event: { data: string }) => void) | null = null
    onclose: (() => void) | null = null
    onerror: (() => void) | null = null

    constructor() {
      deliver = (data) => this.onmessage?.({ data })
      setTimeout(() => this.onopen?.())
    }

    send(text: string): void {
      const message = JSON.parse(text) as { type: string; channel?: string }
      const answers = answersTo(message, cameras).map((answer) => JSON.stringify(answer))
      setTimeout(() => answers.forEach(deliver))
    }

    close(): void {
      deliver = () => {}
    }
  }
  return { WebSocket: Socket, feed: (frame) => deliver(frame) }
}

function answersTo({ type, channel }: { type: string; channel?: string }, cameras: FedRows): object[] {
  if (type === 'hello') {
    const welcome = {
      type: 'welcome',
      user: { id: 'user-1', name: 'user-1' },
      protocol: 1,
      epoch: 'epoch',
      lastOp: 0,
      limits: {},
      time: new Date().toISOString(),
      debounceMs: 300,
    }
    return [welcome, { type: 'ack', lastOp: 0, rejected: [], conflicts: [] }]
  }
  if (type !== 'join') return []
  return [
    { type: 'rows', channel, model: 'camera', ...cameras, more: false, cursor: 'cursor-0' },
    { type: 'joined', channel, want: 'rows', cursor: 'cursor-0', presence: [] },
  ]
}
