/** Printed on the door as well; the season's change with a release. */
export const HOURS = Object.freeze({
  weekdays: { opens: '06:30', closes: '21:30' },
  saturday: { opens: '08:00', closes: '18:00' },
  sunday: { opens: '09:00', closes: '17:00' }
})
