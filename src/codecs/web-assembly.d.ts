/** The part of WebAssembly that this project uses, which the types of a server do not name. */
declare namespace WebAssembly {
  class Module {
    constructor(octets: Uint8Array<ArrayBuffer>);
  }

  class Memory {
    readonly buffer: ArrayBuffer;
  }

  class Instance {
    constructor(module: Module);
    readonly exports: Readonly<Record<string, unknown>>;
  }
}
