-- Of each refund the seats of its purchase are looked up by it, and of these only those by subscription.
create index seats_by_subscription on seats (purchase_id) where by_subscription;
