CREATE TABLE payment (
    id           uuid PRIMARY KEY,
    order_id     uuid NOT NULL,
    provider     text NOT NULL CHECK (provider IN ('stripe', 'paypal')),
    provider_ref text NOT NULL UNIQUE,
    amount_cents bigint NOT NULL CHECK (amount_cents >= 0),
    currency     char(3) NOT NULL,
    status       text NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX payment_order_id_idx ON payment (order_id);
