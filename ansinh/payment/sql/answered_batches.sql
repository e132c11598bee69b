-- An answer about one order of a file proves that the file arrived: a batch whose fate was unknown is with the provider.
-- That an order could not be called back proves nothing: perhaps the bank has never had it.
UPDATE payment_paymentbatch SET state = 'SENT', sent_at = coalesce(sent_at, %(at)s)
WHERE state <> 'SENT' AND id IN (
    SELECT item.batch_id FROM judged JOIN payment_paymentitem AS item ON item.id = judged.item_id AND item.attempt = judged.attempt
    WHERE item.id BETWEEN %(first)s AND %(last)s AND judged.hold_reason <> 'recall_refused')
