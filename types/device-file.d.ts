// Compile-only: device-file 2.3.1 ships no types.
declare module 'device-file' {
  class DeviceFile {
    constructor(
      filename: string,
      opts?: { create?: boolean; wait?: boolean; lock?: boolean; data?: Record<string, string | null> }
    )
    /** null until it is opened */
    readonly lock: { close(): Promise<void> } | null
    ready(): Promise<void>
    suspend(): Promise<void>
    resume(): Promise<void>
    close(): Promise<void>
  }
  export = DeviceFile
}
