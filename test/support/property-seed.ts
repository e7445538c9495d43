import fc from 'fast-check';

/**
 * Properties draw the same cases in every run, so that a proof can be repeated to the letter. Another number, or
 * FIDUCIAL_PROPERTY_SEED=random, goes looking for cases that nobody has seen.
 */
const wanted = process.env.FIDUCIAL_PROPERTY_SEED ?? '20260101';
if (wanted !== 'random') fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(wanted) });
