/** 1234567 → '1,234,567' */
export function count(number) {
  return number.toLocaleString('en')
}

/** Bytes → '1.2 MB', of a million bytes each. */
export function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`
}

/** Counts as a Tally reports them → '303 of 2,013 files, 14.0 of 64.3 MB' */
export function progressText({ files, fileBytes, totalFiles, totalBytes }) {
  return `${count(files)} of ${count(totalFiles)} files, ${(fileBytes / 1e6).toFixed(1)} of ${megabytes(totalBytes)}`
}
