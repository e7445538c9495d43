/**
 * Writes WebAssembly: each function here gives the instructions of one operation, and a program is an expression of them.
 * Values are integers of 32 bits. WebAssembly Core Specification, 5 Binary Format.
 */

/** Instructions, in the order in which they run. */
export type Code = readonly number[];

/** A local variable of the function that is being written. */
export interface Local {
  readonly local: number;
}

export type Operand = number | Local | Code;

function operand(of: Operand): Code {
  if (typeof of === 'number') return [0x41, ...signed(of)];
  return 'local' in of ? [0x20, ...unsigned(of.local)] : of;
}

const unary =
  (opcode: number) =>
  (of: Operand): Code => [...operand(of), opcode];
const binary =
  (opcode: number) =>
  (left: Operand, right: Operand): Code => [...operand(left), ...operand(right), opcode];

export const isZero = unary(0x45);
export const leadingZeros = unary(0x67);
export const equal = binary(0x46);
export const notEqual = binary(0x47);
export const less = binary(0x48);
export const greater = binary(0x4a);
export const add = binary(0x6a);
export const subtract = binary(0x6b);
export const multiply = binary(0x6c);
export const and = binary(0x71);
export const or = binary(0x72);
export const xor = binary(0x73);
export const shiftLeft = binary(0x74);
/** Keeps the sign. */
export const shiftRight = binary(0x75);
/** Fills with zeros. */
export const shiftRightUnsigned = binary(0x76);

/** @returns `chosen` where the condition is not zero, without a jump */
export function select(condition: Operand, chosen: Operand, otherwise: Operand): Code {
  return [...operand(chosen), ...operand(otherwise), ...operand(condition), 0x1b];
}

/** Octet or word at an address, and an offset that is known beforehand. */
export function octetAt(address: Operand, offset = 0): Code {
  return [...operand(address), 0x2d, 0, ...unsigned(offset)];
}
export function wordAt(address: Operand, offset = 0): Code {
  return [...operand(address), 0x28, 2, ...unsigned(offset)];
}
export function storeWord(address: Operand, value: Operand, offset = 0): Code {
  return [...operand(address), ...operand(value), 0x36, 2, ...unsigned(offset)];
}

export function set(variable: Local, value: Operand): Code {
  return [...operand(value), 0x21, ...unsigned(variable.local)];
}

export function sequence(...steps: readonly Code[]): Code {
  return steps.flat();
}

export function when(condition: Operand, then: Code, otherwise: Code = []): Code {
  return [...operand(condition), 0x04, noValue, ...then, ...(otherwise.length === 0 ? [] : [0x05, ...otherwise]), 0x0b];
}

export function whileTrue(condition: Operand, body: Code): Code {
  return [0x02, noValue, 0x03, noValue, ...operand(condition), 0x45, 0x0d, 1, ...body, 0x0c, 0, 0x0b, 0x0b];
}

const noValue = 0x40;
const i32 = 0x7f;

/**
 * A module with one exported function `run` that takes integers and returns nothing, and a memory `memory`.
 *
 * @param parameters their number: the first locals
 * @param locals number of all locals
 */
export function moduleOf(parameters: number, locals: number, pages: number, body: Code): Uint8Array<ArrayBuffer> {
  const code = [1, ...unsigned(locals - parameters), i32, ...body, 0x0b];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, ...vector(Array(parameters).fill(i32)), 0]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, ...unsigned(pages)]),
    ...section(7, [2, ...exported('run', 0), ...exported('memory', 2)]),
    ...section(10, [1, ...vector(code)]),
  ]);
}

function section(id: number, content: Code): Code {
  return [id, ...vector(content)];
}
function vector(content: Code): Code {
  return [...unsigned(content.length), ...content];
}
function exported(name: string, kind: number): Code {
  return [...vector([...Buffer.from(name)]), kind, 0];
}

/** LEB128. */
function unsigned(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}
function signed(value: number): Code {
  const rest = value >> 7;
  const isLast = rest === -((value >> 6) & 1);
  return isLast ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(rest)];
}
