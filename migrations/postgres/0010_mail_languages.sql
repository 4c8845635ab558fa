-- Apart from 0009: transactions lock users before outbox, and a migration that holds both would wait for them in a circle.

ALTER TABLE outbox ADD COLUMN
    language TEXT; -- of the recipient when the message was written; NULL: that of what caused it, which the message says itself
