export const levels = ['error', 'warn', 'info', 'debug'] as const;
export type Level = (typeof levels)[number];

/** Writes what happens, a line an event. */
export interface Log {
  /**
   * @param message what happened, in a few words
   * @param fields values that belong to it; an Error is written with its stack
   */
  write(level: Level, message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** Where the lines go: standard error, or a test's own collector. */
export interface LogStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** A log of the events up to a level: lines for people on a terminal, JSON lines elsewhere. */
export function createLog(upTo: Level, stream: LogStream): Log {
  const loudest = levels.indexOf(upTo);
  const format = stream.isTTY === true ? forPeople : forMachines;
  return {
    write(level, message, fields = {}) {
      if (levels.indexOf(level) <= loudest) stream.write(`${format(level, message, fields)}\n`);
    },
  };
}

function forMachines(level: Level, message: string, fields: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ time: new Date().toISOString(), level, message, ...fields }, (_, value) =>
    value instanceof Error ? (value.stack ?? value.message) : value,
  );
}

function forPeople(level: Level, message: string, fields: Readonly<Record<string, unknown>>): string {
  const time = new Date().toISOString().slice(11, 19);
  const rest = Object.entries(fields).map(([name, value]) =>
    value instanceof Error ? `\n${value.stack ?? value.message}` : ` ${name}=${String(value)}`,
  );
  return `${time} ${level === 'info' ? '' : `${level}: `}${message}${rest.join('')}`;
}
