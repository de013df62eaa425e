const BOUNDARY = 'ollama-conformance'

/** The fields of a form, `file` as a file; it is the same bytes each time. */
export function formBody(fields: Record<string, string>): { contentType: string; body: string } {
  const parts = Object.entries(fields).map(([name, value]) => {
    const file = name === 'file' ? '; filename="file"\r\nContent-Type: application/octet-stream' : ''
    return `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n${value}\r\n`
  })
  return {
    contentType: `multipart/form-data; boundary=${BOUNDARY}`,
    body: `${parts.join('')}--${BOUNDARY}--\r\n`,
  }
}

/** The fields of a form that `formBody` made; undefined for another content type. */
export function formFields(contentType: string, body: string): Record<string, string> | undefined {
  const [, boundary] = contentType.match(/^multipart\/form-data; boundary=(.+)$/) ?? []
  if (boundary === undefined) return undefined
  const parts = body.split(`--${boundary}`).slice(1, -1)
  return Object.fromEntries(
    parts.map((part) => {
      const end = part.indexOf('\r\n\r\n')
      return [part.slice(0, end).match(/ name="([^"]*)"/)?.[1] ?? '', part.slice(end + 4, -2)]
    }),
  )
}
