/** One message as text, encoded for each wire at most once, however many connections it goes to. */

/** Turns a message's text into the bytes of one wire; a module's function, so that its identity is the wire's. */
export type Encode = (text: string) => Buffer

export class Frame {
  readonly text: string
  #encode: Encode | undefined
  #bytes: Buffer | undefined
  #others: Map<Encode, Buffer> | undefined

  constructor(text: string) {
    this.text = text
  }

  /** The bytes of this message on one wire. */
  as(encode: Encode): Buffer {
    // One wire is the rule, so its bytes stand in a field: this runs once per member of a room.
    if (this.#encode === encode) return this.#bytes as Buffer
    if (this.#encode === undefined) {
      this.#encode = encode
      return (this.#bytes = encode(this.text))
    }
    this.#others ??= new Map()
    const bytes = this.#others.get(encode) ?? encode(this.text)
    this.#others.set(encode, bytes)
    return bytes
  }
}

/** A frame from a message that few connections get. */
export function frameOf(message: object): Frame {
  return new Frame(JSON.stringify(message))
}
