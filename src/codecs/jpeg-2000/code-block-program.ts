import { contextAt, contextOctets } from './coding-tables.ts';
import {
  add,
  and,
  type Code,
  equal,
  greater,
  isZero,
  type Local,
  leadingZeros,
  less,
  moduleOf,
  multiply,
  notEqual,
  type Operand,
  octetAt,
  or,
  select,
  sequence,
  set,
  shiftLeft,
  shiftRight,
  shiftRightUnsigned,
  storeWord,
  subtract,
  when,
  whileTrue,
  wordAt,
  xor,
} from './web-assembly.ts';

/** Coefficients of a code-block at most (ISO/IEC 15444-1 Table A.18). */
export const mostCoefficients = 4096;

/** Octets of a code-block at most: far more than its coefficients can take. */
export const mostOctets = 0xff00;

const words = 4;

/** Where in the memory of the program its tables are, what it takes and what it gives. */
export const memoryMap = {
  states: 1024,
  contexts: 2048,
  significanceContexts: 4096,
  signContexts: 8192,
  flags: 0x4000,
  coefficients: 0x4000 + words * mostCoefficients,
  octets: 0x10000,
} as const;

const pages = 2;

/*
 * The flags of four coefficients in a column are one word, so that most of what a pass has nothing to do with is passed over
 * four at a time, and the context of each is a table look-up. Bits 0 to 17: which of the 3 x 6 coefficients in and around the
 * column are significant, by rows. Bits 18 to 31: their signs, what has been refined, and what this plane has visited.
 */
const rows: readonly number[] = [0, 1, 2, 3];
const rowBits = 3;
const neighbours = 0b111_101_111;
const significant = 1 << 4;
const signAbove = 18;
const sign = 19;
const refined = 1 << 20;
const visited = 1 << 21;
const signBelow = 22;

function inRow(flags: number, row: number): number {
  return flags << (rowBits * row);
}

function inAllRows(flags: number): number {
  return rows.reduce((all, row) => all | inRow(flags, row), 0);
}

let locals = 0;

function local(): Local {
  return { local: locals++ };
}

// Parameters of the program.
const width = local();
const height = local();
const contextTable = local();
const planes = local();
const passes = local();
const parameters = locals;

// The arithmetic decoder: interval, code register, bits left in it, next octet.
const interval = local();
const code = local();
const bitsLeft = local();
const octet = local();
const symbol = local();

// Where a pass is: its flags and coefficients, the end of the stripe, and what of the four rows is below the code-block.
const place = local();
const coefficient = local();
const stripeEnd = local();
const stripe = local();
const below = local();
const flags = local();
const flagsPerStripe = local();

// The plane: half of its weight, and one and a half of it, which a coefficient is that becomes significant.
const half = local();
const oneAndHalf = local();
const kindOfPass = local();

const context = local();
const word = local();
const qe = local();
const lower = local();
const isExchanged = local();
const shift = local();
const neighbourhood = local();
const negative = local();
const value = local();
const adjacent = local();
const first = local();

/** ISO/IEC 15444-1 C.3.4: the next octet; after FF only seven bits, and ones without end after a marker. */
const nextOctet: Code = when(
  equal(octetAt(octet), 0xff),
  when(
    greater(octetAt(octet, 1), 0x8f),
    sequence(set(code, add(code, 0xff00)), set(bitsLeft, 8)),
    sequence(set(octet, add(octet, 1)), set(code, add(code, shiftLeft(octetAt(octet), 9))), set(bitsLeft, 7)),
  ),
  sequence(set(octet, add(octet, 1)), set(code, add(code, shiftLeft(octetAt(octet), 8))), set(bitsLeft, 8)),
);

/** C.3.5. */
const startDecoder: Code = sequence(
  set(octet, memoryMap.octets),
  set(code, shiftLeft(octetAt(octet), 16)),
  nextOctet,
  set(code, shiftLeft(code, 7)),
  set(bitsLeft, subtract(bitsLeft, 7)),
  set(interval, 0x8000),
);

/**
 * Decodes a symbol in a context: C.3.2, C.3.3. The figures of the standard have four outcomes, that no processor can foresee;
 * so all is computed without a jump, except that a new octet is needed.
 */
function decode(inContext: Operand): Code {
  const wordAfter = and(shiftRightUnsigned(word, and(isExchanged, 7)), 0x1fc);
  return sequence(
    set(context, inContext),
    set(word, wordAt(context, memoryMap.contexts)),
    set(qe, shiftRightUnsigned(word, 16)),
    set(interval, subtract(interval, qe)),
    // Minus one where the code lies in the lower part of the interval, or where that is the larger one.
    set(lower, shiftRight(subtract(shiftRightUnsigned(code, 16), qe), 31)),
    set(isExchanged, xor(lower, shiftRight(subtract(interval, qe), 31))),
    set(code, subtract(code, and(and(word, -0x10000), xor(lower, -1)))),
    set(interval, xor(interval, and(xor(interval, qe), lower))),
    set(symbol, and(xor(word, isExchanged), 1)),
    set(shift, subtract(leadingZeros(interval), 16)),
    storeWord(context, select(shift, wordAt(wordAfter, memoryMap.states), word), memoryMap.contexts),
    set(interval, shiftLeft(interval, shift)),
    whileTrue(
      greater(shift, bitsLeft),
      sequence(set(code, shiftLeft(code, bitsLeft)), set(shift, subtract(shift, bitsLeft)), nextOctet),
    ),
    set(code, shiftLeft(code, shift)),
    set(bitsLeft, subtract(bitsLeft, shift)),
  );
}

function addFlags(at: Operand, added: Operand, offset = 0): Code {
  return storeWord(at, or(wordAt(at, offset), added), offset);
}

/** Adds flags to the stripe above or below, in the column and those beside it. */
function addFlagsAcross(stripeBeside: Code, own: Operand, left: number, right: number): Code {
  return sequence(
    set(adjacent, subtract(stripeBeside, words)),
    addFlags(adjacent, left),
    addFlags(adjacent, own, words),
    addFlags(adjacent, right, 2 * words),
  );
}

/** A coefficient becomes significant: its sign (D.3.2), its value, and what its neighbours are to know of it. */
function becomeSignificant(row: number): Code {
  const by = rowBits * row;
  const leftFlags = wordAt(subtract(place, words));
  const rightFlags = wordAt(place, words);
  return sequence(
    set(neighbourhood, and(shiftRight(flags, by), 0b10_101_010)),
    set(neighbourhood, or(neighbourhood, and(shiftRight(leftFlags, sign + by), 1))),
    set(neighbourhood, or(neighbourhood, and(shiftRight(rightFlags, sign + by - 2), 1 << 2))),
    set(neighbourhood, or(neighbourhood, and(shiftRight(flags, row === 0 ? signAbove - 4 : sign + by - 7), 1 << 4))),
    set(neighbourhood, or(neighbourhood, and(shiftRight(flags, signBelow + by - 6), 1 << 6))),
    set(neighbourhood, octetAt(neighbourhood, memoryMap.signContexts)),
    decode(multiply(shiftRight(neighbourhood, 1), contextOctets)),
    set(negative, and(xor(symbol, neighbourhood), 1)),
    storeWord(coefficient, add(xor(oneAndHalf, subtract(0, negative)), negative), words * row),
    set(flags, or(flags, or(shiftLeft(negative, sign + by), inRow(significant, row)))),
    storeWord(place, flags),
    set(adjacent, subtract(place, words)),
    addFlags(adjacent, inRow(1 << 5, row)),
    addFlags(place, inRow(1 << 3, row), words),
    row === 0
      ? addFlagsAcross(subtract(place, flagsPerStripe), or(shiftLeft(negative, 31), 1 << 16), 1 << 17, 1 << 15)
      : [],
    row === 3 ? addFlagsAcross(add(place, flagsPerStripe), or(shiftLeft(negative, signAbove), 1 << 1), 1 << 2, 1) : [],
  );
}

/** Runs over the columns of four of all stripes (D.1). */
function inEachColumn(body: Code): Code {
  const rowsBelow = rows.slice(1).map((row) => {
    const missing = rows.filter((other) => other >= row).reduce((all, other) => all | inRow(visited, other), 0);
    return when(equal(add(stripe, row), height), set(below, missing));
  });
  return sequence(
    set(coefficient, memoryMap.coefficients),
    set(stripe, 0),
    set(below, 0),
    set(place, add(flagsPerStripe, memoryMap.flags)),
    whileTrue(
      less(stripe, height),
      sequence(
        ...rowsBelow,
        set(place, add(place, words)),
        set(stripeEnd, add(place, shiftLeft(width, 2))),
        whileTrue(
          less(place, stripeEnd),
          sequence(body, set(place, add(place, words)), set(coefficient, add(coefficient, 4 * words))),
        ),
        set(place, add(place, words)),
        set(stripe, add(stripe, 4)),
      ),
    ),
  );
}

function decodeSignificance(row: number): Code {
  return decode(octetAt(add(contextTable, and(shiftRight(flags, rowBits * row), neighbours))));
}

/** Whether the coefficient is neither significant nor visited in this plane. */
function isLeft(row: number): Code {
  return isZero(and(flags, inRow(significant | visited, row)));
}

/** Rows below the code-block count as visited, so that no pass comes to them. */
function leaveOutRowsBelow(): Code {
  return inEachColumn(storeWord(place, below));
}

/** D.3.1. */
function significancePropagation(): Code {
  return inEachColumn(
    sequence(
      set(flags, wordAt(place)),
      when(
        flags,
        sequence(
          ...rows.map((row) =>
            when(
              and(isLeft(row), notEqual(and(flags, inRow(neighbours, row)), 0)),
              sequence(
                decodeSignificance(row),
                when(symbol, becomeSignificant(row)),
                set(flags, or(flags, inRow(visited, row))),
              ),
            ),
          ),
          storeWord(place, flags),
        ),
      ),
    ),
  );
}

/** D.3.3. */
function refine(row: number): Code {
  const hasNeighbours = and(flags, inRow(neighbours, row));
  const contextOfFirst = select(hasNeighbours, contextAt.refinementBesideSignificant, contextAt.firstRefinement);
  return sequence(
    decode(select(and(flags, inRow(refined, row)), contextAt.laterRefinement, contextOfFirst)),
    set(value, wordAt(coefficient, words * row)),
    set(lower, subtract(xor(symbol, shiftRightUnsigned(value, 31)), 1)),
    storeWord(coefficient, add(value, subtract(xor(half, lower), lower)), words * row),
    set(flags, or(flags, inRow(refined, row))),
  );
}

function magnitudeRefinement(): Code {
  return inEachColumn(
    sequence(
      set(flags, wordAt(place)),
      when(
        and(flags, inAllRows(significant)),
        sequence(
          ...rows.map((row) =>
            when(equal(and(flags, inRow(significant | visited, row)), inRow(significant, row)), refine(row)),
          ),
          storeWord(place, flags),
        ),
      ),
    ),
  );
}

/** D.3.4: where all around is insignificant, one symbol may stand for the column, or say which row is the first that is not. */
function runLength(): Code {
  return when(
    isZero(flags),
    sequence(
      set(first, 4),
      decode(contextAt.runLength),
      when(
        symbol,
        sequence(
          decode(contextAt.uniform),
          set(first, shiftLeft(symbol, 1)),
          decode(contextAt.uniform),
          set(first, or(first, symbol)),
        ),
      ),
    ),
  );
}

function cleanup(): Code {
  return inEachColumn(
    sequence(
      set(flags, wordAt(place)),
      set(first, -1),
      runLength(),
      when(
        less(first, 4),
        sequence(
          ...rows.map((row) =>
            when(
              and(less(first, row + 1), isLeft(row)),
              sequence(
                set(symbol, 1),
                when(notEqual(first, row), decodeSignificance(row)),
                when(symbol, becomeSignificant(row)),
              ),
            ),
          ),
          storeWord(place, and(flags, or(~inAllRows(visited), below))),
        ),
      ),
    ),
  );
}

/** The passes from the most significant plane on; the first plane has a cleanup pass only (D.3). */
function program(): Code {
  return sequence(
    set(flagsPerStripe, shiftLeft(add(width, 2), 2)),
    startDecoder,
    leaveOutRowsBelow(),
    set(kindOfPass, 2),
    whileTrue(
      and(greater(passes, 0), greater(planes, 0)),
      sequence(
        set(half, shiftRight(shiftLeft(1, planes), 1)),
        set(oneAndHalf, or(half, shiftLeft(half, 1))),
        when(
          equal(kindOfPass, 0),
          significancePropagation(),
          when(equal(kindOfPass, 1), magnitudeRefinement(), sequence(cleanup(), set(planes, subtract(planes, 1)))),
        ),
        set(kindOfPass, select(equal(kindOfPass, 2), 0, add(kindOfPass, 1))),
        set(passes, subtract(passes, 1)),
      ),
    ),
  );
}

/**
 * Tier 1 of the decoder as a WebAssembly module: `run(width, height, contextTable, planes, passes)`.
 *
 * To write it takes some twenty milliseconds, so threads that decode no JPEG 2000 do not. JavaScript takes more than twice the time for it, because the registers of the arithmetic decoder do not stay in registers.
 */
export function codeBlockModule(): Uint8Array<ArrayBuffer> {
  return moduleOf(parameters, locals, pages, program());
}

/** Octets of the memory that a code-block leaves something in, to be made zero before the next. */
export function usedOctets(columns: number, rowCount: number): { flags: number; coefficients: number } {
  const stripes = Math.ceil(rowCount / 4);
  return { flags: words * (stripes + 2) * (columns + 2), coefficients: words * 4 * stripes * columns };
}
