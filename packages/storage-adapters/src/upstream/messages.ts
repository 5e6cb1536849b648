// What the layers below say when they fail. RocksDB passes on a text and not the kind of its error; these tell them apart.

/** Somebody has the store open: fd-lock 2 (`_open()`), and RocksDB (`LockFile()` of env/fs_posix.cc). */
export const LOCKED: RegExp =
  /^File descriptor could not be locked|lock hold by current process|^While lock file: /i

/** hypercore-storage 3.3 (`_migrateStore()`), and the decoders of its encoding/spec/hyperschema. */
export const VERSION: RegExp = /^Unsupported version/

/** What strerror(3) says if the file system is the cause, within a message of RocksDB. */
export const REFUSED: RegExp =
  /Permission denied|Operation not permitted|Read-only file system|No space left|quota exceeded|Too many open files/i

export const FULL: RegExp = /No space left|quota exceeded/i

export const DAMAGED: RegExp =
  /corrupt|CURRENT file|checksum mismatch|contains existing log file|No such file or directory/i

/** rocksdb-native: whoever opened the store in the meantime rewrote the file SESSION_ID. */
export const CHANGED: RegExp = /^Session ID does not match/

/** rocksdb-native: a column family that a database got when it was already opening. */
export const LATE: RegExp = /^column family handle cannot be null/
