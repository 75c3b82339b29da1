-- One accepted person, as version 1 stored her. The hashes are those of the files `raw` and `jpeg`.
INSERT INTO setting VALUES ('spec', 'registry-safe', 1780000000000);
INSERT INTO sitting VALUES (7, 12, x'616c696365', '2bd806c97f0e00af', 'camera', 'A-1', 1780000000000, 1780000010000, 'accepted', NULL);
INSERT INTO shot VALUES (9, 7, 1780000005000, 'd7439bee24773bcbfa2d0a97947ee36227b10d1022b1a55847e928965bb6bfde', 'jpg',
    'pass', '[]', NULL, NULL, '{"device":"test"}', 'accepted');
INSERT INTO portrait VALUES (3, 9, 7, '41e5787e9f28562d07b891b1816b492309d646c0f2829743fa4963a9f9cc1d61', 4, 88,
    'registry-safe', 'pass', '[]', NULL, 1780000010000, NULL);
INSERT INTO outbox VALUES (5, 3, 'pending', 2, NULL, 1780000010000, 1780000020000);
