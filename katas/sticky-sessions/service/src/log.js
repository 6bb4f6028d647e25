export function createLog(base) {
  const write = (level, message, fields = {}) => {
    process.stdout.write(JSON.stringify({ at: new Date().toISOString(), level, ...base, message, ...fields }) + '\n')
  }
  return {
    info: (message, fields) => write('info', message, fields),
    warn: (message, fields) => write('warn', message, fields),
    error: (message, fields) => write('error', message, fields)
  }
}
