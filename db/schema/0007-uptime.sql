-- SPDX-License-Identifier: GPL-2.0-only
--
-- How long the boot that crashed had been up, which tells panics in a row apart.

ALTER TABLE crash ADD COLUMN uptime_us INTEGER;	-- us since that boot began, by printk; NULL: not known
