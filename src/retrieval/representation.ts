export type { Representation } from '../packaging/representation.ts';
