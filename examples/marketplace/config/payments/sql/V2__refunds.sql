CREATE TABLE refund (
    id           uuid PRIMARY KEY,
    payment_id   uuid NOT NULL REFERENCES payment (id),
    amount_cents bigint NOT NULL CHECK (amount_cents > 0),
    reason       text,
    created_at   timestamptz NOT NULL DEFAULT now()
);
