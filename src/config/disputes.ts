/**
 * What a company says about disputes: when each team hears what is due, and the networks' programmes.
 */
import { z } from 'zod';
import { channel, duration, partnerId, timeZone } from './values.js';

const clockTime = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, { message: 'must be a time of day such as 08:30' });

const day = z
  .string()
  .regex(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, { message: 'must be a day such as 2026-04-01' });

const digest = z.strictObject({
  channel,
  at: clockTime.default('08:30'),
  timeZone: timeZone.default('UTC'),
  calendar: z
    .string()
    .regex(/^(WEEKDAYS|TARGET|[A-Za-z]{2})$/, { message: 'must be WEEKDAYS, TARGET or a country such as DE' })
    .default('WEEKDAYS'),
  within: duration.prefault('3d'),
  partner: partnerId.optional(),
});

const threshold = z.strictObject({
  name: z.string().min(1).max(30),
  from: day.nullable().default(null),
  percent: z.number().positive().max(100),
  count: z.int().min(0).default(0),
});

const programme = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z][a-z0-9-]{1,30}$/, { message: 'must be lower-case letters, digits and hyphens' }),
  name: z.string().min(1).max(40),
  network: z.string().regex(/^[a-z_]{2,30}$/, { message: 'must be a network such as visa or mastercard' }),
  counts: z.enum(['disputes', 'disputes_and_warnings']),
  dividedBy: z.enum(['same_month', 'month_before']),
  thresholds: z.array(threshold).min(1).max(10),
});

export const disputes = z
  .strictObject({
    digests: z.array(digest).max(20).default([]),
    programmes: z.array(programme).max(10).optional(),
  })
  .prefault({});
