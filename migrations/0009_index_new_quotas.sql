-- Plans by when they got their quota: those that got one lately are looked for twice a second.

CREATE INDEX usage_plans_by_quota_since ON usage_plans (((document ->> 'quotaSince')::bigint))
WHERE document ? 'quotaSince';
