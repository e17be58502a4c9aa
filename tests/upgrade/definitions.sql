-- a row in each table of definitions, which the demo city of release 0.1 left empty; the keys hold
-- the moment when they were made, 2026-10-01T04:00:00Z
WITH bureau AS (SELECT id FROM identity_organization WHERE kind = 'authority' ORDER BY id LIMIT 1),
     editor AS (SELECT id FROM identity_account ORDER BY id LIMIT 1),
     sheet AS (
  INSERT INTO maintenance_publishedsheet
    (id, organization_id, code, version, definition, base, effective_from, published_by_id, published_at)
  SELECT '01a0f59e-7e00-7000-8000-000000000001', bureau.id, 'city-check', 1, '{"title": "城市检查表"}',
    'hj75-g1@1', '2026-10-02', editor.id, '2026-10-01T04:00:00Z' FROM bureau, editor
  RETURNING id, organization_id, published_by_id
), pack AS (
  INSERT INTO supervision_publishedpack
    (id, organization_id, code, version, effective_from, based_on, overlays, content, marks, note,
     published_by_id, published_at)
  SELECT '01a0f59e-7e00-7000-8000-000000000002', bureau.id, 'city-limits', 1, '2026-10-02', 'hj75@1', '',
    '{"title": "本市规定"}', '{}', '首次发布', editor.id, '2026-10-01T04:00:00Z' FROM bureau, editor
), draft AS (
  INSERT INTO supervision_ruledraft
    (id, organization_id, code, based_on, overlays, content, marks, revision, created_by_id, created_at,
     changed_at)
  SELECT '01a0f59e-7e00-7000-8000-000000000003', bureau.id, 'city-limits', 'city-limits@1', '',
    '{"title": "本市新规定"}', '{}', 3, editor.id, '2026-10-01T04:00:00Z', '2026-10-01T05:00:00Z'
  FROM bureau, editor
)
INSERT INTO maintenance_sheetdesign
  (id, organization_id, code, version, definition, base, revision, changes, created_by_id, changed_by_id,
   changed_at, published_id)
SELECT '01a0f59e-7e00-7000-8000-000000000004', organization_id, 'city-check', 1, '{"title": "城市检查表"}',
  '', 2, '[]', published_by_id, published_by_id, '2026-10-01T05:00:00Z', id FROM sheet;
