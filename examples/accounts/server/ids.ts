/** Ids as they leave the server, by model; the `ids` of Syncline. */
export interface Ids {
  encode(model: string, id: string): string
  /** Null when the text is not an id, or not spelled as `encode` spells it. */
  decode(model: string, text: string): string | null
}
