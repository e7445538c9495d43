/** The bits of a packet header, in which a zero is stuffed after an octet of ones: ISO/IEC 15444-1 B.10.1. */
export class PacketBits {
  readonly #octets: Uint8Array;
  #at: number;
  #octet = 0;
  #left = 0;

  constructor(octets: Uint8Array, at: number) {
    this.#octets = octets;
    this.#at = at;
  }

  next(): number {
    if (this.#left === 0) {
      this.#left = this.#octet === 0xff ? 7 : 8;
      // Past the end there are zeros, which come to nothing; the position tells.
      this.#octet = this.#octets[this.#at] ?? 0;
      this.#at++;
    }
    this.#left--;
    return (this.#octet >> this.#left) & 1;
  }

  number(bits: number): number {
    let value = 0;
    for (let i = 0; i < bits; i++) value = value * 2 + this.next();
    return value;
  }

  /** Where the octets go on after the header, which ends with an octet and is never all ones. */
  get end(): number {
    return this.#octet === 0xff ? this.#at + 1 : this.#at;
  }
}
