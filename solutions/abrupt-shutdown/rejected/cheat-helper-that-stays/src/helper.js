import { loadConfig } from './config.js'
import { Warehouse } from './warehouse.js'

/** Outlives the service, and confirms what it left. */
const warehouse = new Warehouse(loadConfig(process.env).warehouseUrl)
for (const reservation of process.argv.slice(2)) await warehouse.confirm(reservation).catch(() => {})
await warehouse.close()
