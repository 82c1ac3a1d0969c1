/** Slots: some hundreds of names and codes per field find place, mostly without meeting. A power of two. */
const SLOTS = 4_096;
/** Texts that did not come again, before no more are kept; each that does come again gives one back. */
const PATIENCE = 4_096;

/**
 * Makes text of ASCII bytes, and gives the same string again for the same bytes where it remembers it: fields that are
 * dimensions have few values, and a string that is made once costs neither memory nor a new hash.
 */
export class TextInterner {
  private readonly texts = new Array<string | undefined>(SLOTS).fill(undefined);
  private patience = PATIENCE;

  /** The text of bytes[start, end), all of them ASCII; `hash` is any function of them. */
  textOf(bytes: Buffer, start: number, end: number, hash: number): string {
    const slot = hash & (SLOTS - 1);
    const known = this.texts[slot];
    if (known !== undefined && isText(known, bytes, start, end)) {
      if (this.patience < PATIENCE) this.patience += 1;
      return known;
    }
    const text = bytes.toString('latin1', start, end);
    if (this.patience > 0) {
      this.patience -= 1;
      this.texts[slot] = text;
    }
    return text;
  }
}

function isText(text: string, bytes: Buffer, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) !== bytes[start + index]) return false;
  return true;
}
