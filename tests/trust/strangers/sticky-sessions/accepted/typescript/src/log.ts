type Fields = Record<string, unknown>

export type Log = {
  info: (message: string, fields?: Fields) => void
  warn: (message: string, fields?: Fields) => void
  error: (message: string, fields?: Fields) => void
}

export function createLog(base: Fields): Log {
  const write = (level: string, message: string, fields: Fields = {}): void => {
    process.stdout.write(JSON.stringify({ at: new Date().toISOString(), level, ...base, message, ...fields }) + '\n')
  }
  return {
    info: (message, fields) => write('info', message, fields),
    warn: (message, fields) => write('warn', message, fields),
    error: (message, fields) => write('error', message, fields)
  }
}
