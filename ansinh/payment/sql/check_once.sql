-- Check that nothing happened twice (I10): no event in the books, no item, no batch, no message, no settled month stands there a second time.
(SELECT 'every_event_once' AS broken, concat('transfers of code ', code, ', reference ', reference) AS offender
 FROM ledger_transfer GROUP BY code, reference HAVING count(*) > 1 LIMIT 3)
UNION ALL
(SELECT 'every_event_once', concat('items of run ', run_id, ', beneficiary ', beneficiary_id) FROM payment_paymentitem
 GROUP BY run_id, beneficiary_id HAVING count(*) > 1 LIMIT 3)
UNION ALL
(SELECT 'every_event_once', concat('batches ', message_id) FROM payment_paymentbatch GROUP BY message_id HAVING count(*) > 1 LIMIT 3)
UNION ALL
(SELECT 'every_event_once', concat('messages of provider ', provider_id, ', sha256 ', sha256) FROM payment_message
 GROUP BY provider_id, sha256 HAVING count(*) > 1 LIMIT 3)
