// @ts-nocheck -- express comes without types
import express from 'express'

import { book, cancel } from './bookings.ts'
import { Busy } from './database.ts'
import { log } from './log.ts'
import { findShow } from './shows.ts'

const STATUS = {
  no_such_show: 404,
  no_such_booking: 404,
  no_such_seat: 422,
  not_on_sale: 422,
  seat_taken: 409,
  too_many_seats: 422,
}

const isId = (value) => Number.isInteger(value) && value > 0 && value < 2 ** 31

function problemWith(body) {
  if (!isId(body?.showId)) return 'showId: a whole number'
  if (typeof body.customer !== 'string' || !/^\S{1,100}$/.test(body.customer)) return 'customer: 1 to 100 characters'
  const { seats } = body
  if (!Array.isArray(seats) || seats.length === 0 || seats.length > 20) return 'seats: 1 to 20 of them'
  if (!seats.every((seat) => /^[A-Z]\d{1,2}$/.test(seat))) return 'seats: a letter and a number each'
  if (new Set(seats).size < seats.length) return 'seats: each of them once'
  return null
}

const refuse = (res, refused) => res.status(STATUS[refused] ?? 400).json({ error: refused })

function isDatabaseAway(error) {
  if (['ECONNREFUSED', 'ECONNRESET', 'EPIPE'].includes(error.code) || /^(08|57)/.test(error.code ?? '')) return true
  return /^Connection terminated|not queryable/.test(error.message)
}

export function createApp(instance, database) {
  const app = express()
  app.disable('x-powered-by')
  app.use(express.json({ limit: '16kb' }))

  app.get('/healthz', (_req, res) => res.json({ status: 'ok', instance }))

  app.get('/shows/:id', async (req, res) => {
    const showId = Number(req.params.id)
    const show = isId(showId) ? await findShow(database, showId) : undefined
    if (show === undefined) return refuse(res, 'no_such_show')
    res.json(show)
  })

  app.post('/bookings', async (req, res) => {
    const problem = problemWith(req.body)
    if (problem) return res.status(400).json({ error: problem })
    const left = new AbortController()
    res.once('close', () => res.writableFinished || left.abort())
    const outcome = await book(database, req.body, left.signal)
    if ('refused' in outcome) return refuse(res, outcome.refused)
    res.status(201).json(outcome.done)
  })

  app.delete('/bookings/:id', async (req, res) => {
    const bookingId = Number(req.params.id)
    if (!isId(bookingId)) return refuse(res, 'no_such_booking')
    const outcome = await cancel(database, bookingId)
    if ('refused' in outcome) return refuse(res, outcome.refused)
    res.status(204).end()
  })

  app.use((error, _req, res, _next) => {
    if (error instanceof Busy || isDatabaseAway(error)) return res.status(503).json({ error: 'unavailable' })
    if (error.status >= 400 && error.status < 500) return res.status(error.status).json({ error: error.message })
    log('error', 'unexpected', { reason: error.stack })
    res.status(500).json({ error: 'internal error' })
  })

  return app
}
