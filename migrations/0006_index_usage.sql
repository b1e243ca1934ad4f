-- Old days and extensions are removed by their age.

CREATE INDEX usage_days_by_day ON usage_days (day);
CREATE INDEX usage_extensions_by_start ON usage_extensions (window_start);
