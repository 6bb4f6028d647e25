CREATE TABLE shows (
  id integer PRIMARY KEY,
  title text NOT NULL,
  on_sale boolean NOT NULL DEFAULT true,
  sold integer NOT NULL DEFAULT 0
);

CREATE TABLE seats (
  show_id integer NOT NULL REFERENCES shows,
  seat text NOT NULL,
  PRIMARY KEY (show_id, seat)
);

CREATE TABLE bookings (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  show_id integer NOT NULL REFERENCES shows,
  customer text NOT NULL,
  made_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE tickets (
  booking_id integer NOT NULL REFERENCES bookings ON DELETE CASCADE,
  show_id integer NOT NULL,
  seat text NOT NULL,
  CONSTRAINT tickets_seat_exists FOREIGN KEY (show_id, seat) REFERENCES seats,
  -- At the end of the transaction, so that the box office can swap the seats of two bookings in one.
  CONSTRAINT tickets_seat_once UNIQUE (show_id, seat) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX tickets_of_booking ON tickets (booking_id);
CREATE INDEX bookings_of_customer ON bookings (show_id, customer);
