import type { End } from '../wire/exchange.ts'

/** Bytes as they are stored: text where they are UTF-8, else base64; a long request body only by its digest. */
export type StoredBytes = string | { base64: string } | { bytes: number; sha256: string }

export type StoredExchange = {
  request: {
    method: string
    path: string
    headers: Record<string, string>
    body?: StoredBytes
    /** Wrong on purpose; recordings of before 2026-11-26 also say for which versions a field was ahead of them. */
    wrong?: boolean | { before?: string; from?: string }
    /** It only clears up. */
    aside?: true
    foreign?: boolean
  }
  /** Absent when no response began. */
  response?: { status: number; headers: [string, string][]; chunks: [t: number, bytes: StoredBytes][] }
  end: End
}

/** The exchanges by statement id; `setup` for those of the harness itself. */
export type StoredArea = Record<string, StoredExchange[]>
