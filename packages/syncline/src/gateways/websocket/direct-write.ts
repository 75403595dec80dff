/**
 * Writes to a socket past its stream, as long as the system takes everything at once: what nearly every write does.
 *
 * A stream makes an object of the system's for each write, and asks what only matters when something waits. That is a
 * sixth of what a write to a room of a hundred costs (`bench`: G3). What the system does not take at once is the stream's
 * business again.
 *
 * It uses two things of Node's that are not documented: the handle of a socket, and `stream_wrap`. Where they are
 * missing, forbidden (`--permission`) or other than known, the stream writes.
 */
import { Socket } from 'node:net'

/** The request of a write: of Node's, and one serves all writes that are done at once. */
interface WriteRequest {
  oncomplete: () => void
}

/** A socket of the system. */
interface Handle {
  /** 0, or the number of an error: nothing was written then. */
  writeBuffer(request: WriteRequest, bytes: Uint8Array): number
}

interface StreamWrap {
  readonly WriteWrap: new () => WriteRequest
  /** What Node knows of the last write, by number. */
  readonly streamBaseState: Int32Array
  /** Whether the system did not take everything at once. */
  readonly kLastWriteWasAsync: number
}

type WithHandle = Socket & { readonly _handle?: Partial<Handle> | null; readonly encrypted?: boolean }

/** Larger pieces are the stream's: until the system has taken the rest of one, nobody counts it. */
const LARGEST = 16_384

const NOTHING = Buffer.alloc(0)

const system = streamWrap()
let request = system && newRequest(system)
/** Of whose last piece the system has not taken everything yet. */
const behind = new Set<Socket>()

/** True when nothing is left to do for this piece; false when nothing was written, and the stream has to. */
export function writeDirectly(socket: object, bytes: Buffer): boolean {
  if (!system || !request || bytes.length > LARGEST || !isPlain(socket)) return false
  const { _handle: handle } = socket as WithHandle
  if (!handle?.writeBuffer || handle.writeBuffer(request, bytes) !== 0) return false
  if (system.streamBaseState[system.kLastWriteWasAsync] !== 0) awaitRest(socket, system)
  return true
}

/**
 * Whether nothing waits in the stream, and nothing comes between it and the system. One that was destroyed has no handle;
 * `writable` would ask six things of the stream to say so.
 */
function isPlain(socket: object): socket is Socket {
  return (
    socket instanceof Socket &&
    (socket as WithHandle).encrypted !== true &&
    !socket.writableEnded &&
    !socket.connecting &&
    socket.writableLength === 0 &&
    (behind.size === 0 || !behind.has(socket))
  )
}

/** The request is the system's now. What is written from here on waits in the stream, behind a piece without bytes. */
function awaitRest(socket: Socket, wrap: StreamWrap): void {
  request = newRequest(wrap)
  behind.add(socket)
  socket.write(NOTHING, () => behind.delete(socket))
}

function newRequest({ WriteWrap }: StreamWrap): WriteRequest {
  const made = new WriteWrap()
  // When it fails, so does the piece behind it, of which the stream tells.
  made.oncomplete = () => {}
  return made
}

function streamWrap(): StreamWrap | null {
  try {
    const { binding } = process as unknown as { binding(name: string): Partial<StreamWrap> }
    const { WriteWrap, streamBaseState, kLastWriteWasAsync } = binding('stream_wrap')
    if (!WriteWrap || !(streamBaseState instanceof Int32Array) || kLastWriteWasAsync === undefined)
      return null
    return { WriteWrap, streamBaseState, kLastWriteWasAsync }
  } catch {
    return null
  }
}
