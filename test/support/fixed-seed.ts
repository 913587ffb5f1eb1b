/**
 * Properties are tried with the same values in every run; PROPERTY_SEED tries others, and a failure prints its own.
 */
import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env.PROPERTY_SEED ?? 20_261_120) });
