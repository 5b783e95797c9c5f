/**
 * The part of the global WebAssembly that Highwater uses: a module, its instance, and shared memory.
 *
 * TypeScript declares it in its DOM library only, which would also declare `window` and other globals that
 * Node lacks. `shared` is required here: no code of ours has a use for private WebAssembly memory.
 */
declare namespace WebAssembly {
  class Module {
    /** Compiles synchronously. */
    constructor(bytes: Uint8Array)
    /** The brand that keeps other objects from passing as a module. */
    private readonly module: never
  }

  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, Memory>>)
    readonly exports: Readonly<Record<string, unknown>>
  }

  class Memory {
    /** Sizes count pages of 64 KiB, at most 65,536; pages are committed on first touch. */
    constructor(size: { initial: number; maximum: number; shared: true })
    readonly buffer: SharedArrayBuffer
  }
}
